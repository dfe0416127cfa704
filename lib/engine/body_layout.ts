/**
 * The body of a record batch in one run of bytes: each buffer behind the other, padded to eight bytes, as
 * an IPC message has them.
 * @module
 */

/** Bytes that a buffer takes in a body. */
export function paddedBytes(byteLength: number): number {
  return byteLength + (-byteLength & 7);
}

/** Gives out the buffers of a body in their order. All bytes are zero at first. */
export class BodyLayout {
  /** The whole body. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  #used = 0;

  /** @param byteLength of all buffers with their padding */
  constructor(byteLength: number) {
    this.bytes = new Uint8Array(byteLength);
  }

  /** The next buffer. @throws {RangeError} where the body was measured too short */
  take(byteLength: number): Uint8Array<ArrayBuffer> {
    const at = this.#used;
    this.#used += paddedBytes(byteLength);
    if (this.#used > this.bytes.byteLength) {
      throw new RangeError(
        `Body of ${this.bytes.byteLength} bytes is too short for buffers of ${this.#used}`,
      );
    }
    return this.bytes.subarray(at, at + byteLength);
  }
}

/**
 * Writes bits behind others into bytes that are zero from there on.
 *
 * @param used bits in use already
 * @param bits what to write; without, that many ones
 */
export function writeBits(
  target: Uint8Array,
  used: number,
  bits: Uint8Array | undefined,
  count: number,
): void {
  const shift = used & 7;
  if (bits !== undefined && shift === 0) {
    const end = (used >> 3) + Math.ceil(count / 8);
    target.set(bits.subarray(0, Math.ceil(count / 8)), used >> 3);
    // Native bitmaps leave rubbish behind the last bit, later bits are or-ed onto it.
    const rest = count & 7;
    if (rest > 0) target[end - 1] = (target[end - 1] ?? 0) & ((1 << rest) - 1);
    return;
  }
  for (let done = 0; done < count; done += 8) {
    const source = bits === undefined ? 0xff : bits[done >> 3] ?? 0;
    const wide = (source & (0xff >> Math.max(0, done + 8 - count))) << shift;
    const at = (used + done) >> 3;
    target[at] = (target[at] ?? 0) | wide;
    if (wide > 0xff) target[at + 1] = (target[at + 1] ?? 0) | (wide >> 8);
  }
}
