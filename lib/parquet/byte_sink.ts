/**
 * Bytes that grow by doubling, with the little-endian numbers and varints of Parquet.
 * @module
 */

/** Up to this size V8 makes an array without a buffer of its own, in a tenth of the time. */
const FIRST_BYTES = 64;

/** Longest text whose length is one byte as varint, and a little less. */
const SHORT_TEXT = 100;

const encoder = new TextEncoder();
const double = new Float64Array(1);
const doubleBytes = new Uint8Array(double.buffer);

/** A growing buffer. */
export class ByteSink {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;

  /** Bytes in use. */
  get length(): number {
    return this.#length;
  }

  #reserve(extra: number): void {
    const wanted = this.#length + extra;
    if (wanted <= this.#bytes.byteLength) return;
    const grown = new Uint8Array(Math.max(wanted, this.#bytes.byteLength * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  /** Appends one byte. */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Appends bytes. */
  append(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  /** Appends a 32-bit number. */
  int32(value: number): void {
    this.#reserve(4);
    for (let shift = 0; shift < 32; shift += 8) this.#bytes[this.#length++] = value >> shift;
  }

  /** Appends a whole number as 64 bits. */
  int64(value: number): void {
    this.int32(value % 2 ** 32 | 0);
    this.int32(Math.floor(value / 2 ** 32));
  }

  /** Appends a float64. */
  double(value: number): void {
    double[0] = value;
    this.append(doubleBytes);
  }

  /** Appends an unsigned LEB128 number below 2 ** 53. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte(rest % 0x80 | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  /** Appends text as UTF-8 behind its length in 32 bits; lone surrogates become U+FFFD. */
  sizedText(text: string): void {
    this.#reserve(4 + text.length * 3);
    const start = this.#length + 4;
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(start));
    this.int32(written);
    this.#length += written;
  }

  /** Appends text as UTF-8 behind its length as varint. */
  varintText(text: string): void {
    // Names are short and plain: to ask the runtime for their bytes takes several times as long.
    if (text.length < SHORT_TEXT && this.#plainText(text)) return;
    const bytes = encoder.encode(text);
    this.varint(bytes.byteLength);
    this.append(bytes);
  }

  /** Appends ASCII text behind its length in a byte; false and nothing where it is none. */
  #plainText(text: string): boolean {
    const { length } = text;
    this.#reserve(1 + length);
    const at = this.#length + 1;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) return false;
      this.#bytes[at + i] = code;
    }
    this.#bytes[at - 1] = length;
    this.#length = at + length;
    return true;
  }

  /** The bytes in use; what is appended later may or may not show in them. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }
}
