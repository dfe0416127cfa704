/**
 * XXH32, the checksum of LZ4 frames: https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md.
 * @module
 */

const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;
/** Bytes of a stripe, four lanes of 32 bits. */
const STRIPE_BYTES = 16;

/** The checksum of some bytes with the seed 0, as an unsigned number. */
export function xxh32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let hash = PRIME_5;
  if (bytes.byteLength >= STRIPE_BYTES) {
    let a = (PRIME_1 + PRIME_2) | 0, b = PRIME_2 | 0, c = 0, d = -PRIME_1 | 0;
    for (; at + STRIPE_BYTES <= bytes.byteLength; at += STRIPE_BYTES) {
      a = lane(a, view.getInt32(at, true));
      b = lane(b, view.getInt32(at + 4, true));
      c = lane(c, view.getInt32(at + 8, true));
      d = lane(d, view.getInt32(at + 12, true));
    }
    hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
  }
  hash = (hash + bytes.byteLength) | 0;
  for (; at + 4 <= bytes.byteLength; at += 4) {
    const word = Math.imul(view.getInt32(at, true), PRIME_3);
    hash = Math.imul(rotate((hash + word) | 0, 17), PRIME_4);
  }
  for (; at < bytes.byteLength; at++) {
    const byte = Math.imul(view.getUint8(at), PRIME_5);
    hash = Math.imul(rotate((hash + byte) | 0, 11), PRIME_1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function lane(sum: number, word: number): number {
  return Math.imul(rotate((sum + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
