/**
 * Bytes that grow by doubling, filled from native memory without a detour.
 * @module
 */

/** A growing buffer of bytes or bits. */
export class GrowableBytes {
  #bytes = new Uint8Array(0);
  #length = 0;

  /** Bytes in use. */
  get length(): number {
    return this.#length;
  }

  #reserve(extra: number): void {
    const wanted = this.#length + extra;
    if (wanted <= this.#bytes.byteLength) return;
    const grown = new Uint8Array(Math.max(wanted, this.#bytes.byteLength * 2, 64));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  /** Copies bytes behind the others. */
  append(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  /** Copies native memory behind the others. */
  copyFrom(address: bigint, byteLength: number): void {
    if (byteLength === 0) return;
    const pointer = Deno.UnsafePointer.create(address);
    if (pointer === null) throw new TypeError("Arrow C array lacks a buffer");
    this.#reserve(byteLength);
    new Deno.UnsafePointerView(pointer).copyInto(
      this.#bytes.subarray(this.#length, this.#length + byteLength),
    );
    this.#length += byteLength;
  }

  /**
   * Appends bits behind `used` bits; without bits, that many ones.
   *
   * @param used bits in use before the call
   */
  appendBits(bits: Uint8Array | undefined, used: number, count: number): void {
    const wanted = Math.ceil((used + count) / 8);
    if (wanted > this.#length) {
      this.#reserve(wanted - this.#length);
      this.#bytes.fill(0, this.#length, wanted);
      this.#length = wanted;
    }
    const shift = used & 7;
    if (bits !== undefined && shift === 0) {
      this.#bytes.set(bits.subarray(0, Math.ceil(count / 8)), used >> 3);
      // Native bitmaps leave rubbish behind the last bit, later bits are or-ed onto it.
      const rest = count & 7;
      if (rest > 0) this.#bytes[wanted - 1] = (this.#bytes[wanted - 1] ?? 0) & ((1 << rest) - 1);
      return;
    }
    for (let done = 0; done < count; done += 8) {
      const source = bits === undefined ? 0xff : bits[done >> 3] ?? 0;
      const wide = (source & (0xff >> Math.max(0, done + 8 - count))) << shift;
      const at = (used + done) >> 3;
      this.#bytes[at] = (this.#bytes[at] ?? 0) | wide;
      if (wide > 0xff) this.#bytes[at + 1] = (this.#bytes[at + 1] ?? 0) | (wide >> 8);
    }
  }

  /** The bytes in use; the buffer must not be appended to afterwards. */
  take(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
