/**
 * Random UUIDs (version 4), as text and as bytes.
 * @module
 */

const POOL_IDS = 256;
const pool = new Uint8Array(16 * POOL_IDS);
let at = pool.length;
const DASH = 45;

const digits = new Uint8Array(512);
for (let byte = 0; byte < 256; byte++) {
  const text = byte.toString(16).padStart(2, "0");
  digits[byte * 2] = text.charCodeAt(0);
  digits[byte * 2 + 1] = text.charCodeAt(1);
}

const codes: number[] = new Array<number>(36).fill(DASH);

/** A random UUID: quicker than `crypto.randomUUID()`, and a string in one piece. */
export function newId(): string {
  newIdInto(codes, 0);
  return String.fromCharCode.apply(null, codes);
}

/**
 * Writes the 36 characters of a random UUID.
 *
 * @param target takes their codes
 * @param start where the first goes
 */
export function newIdInto(target: Uint8Array | number[], start: number): void {
  if (at === pool.length) {
    crypto.getRandomValues(pool);
    at = 0;
  }
  pool[at + 6] = ((pool[at + 6] ?? 0) & 0x0f) | 0x40;
  pool[at + 8] = ((pool[at + 8] ?? 0) & 0x3f) | 0x80;
  let out = start;
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) target[out++] = DASH;
    const byte = (pool[at + i] ?? 0) * 2;
    target[out++] = digits[byte] ?? 0;
    target[out++] = digits[byte + 1] ?? 0;
  }
  at += 16;
}
