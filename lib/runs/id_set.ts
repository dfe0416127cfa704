/**
 * A set of event ids: UUIDs as four words in an open-addressing table, 32 bytes each at most
 * where a `Set` of strings takes several times that; other texts in a plain set.
 * @module
 */

const FIRST_CAPACITY = 64;

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  if (code >= 65 && code <= 70) return code - 55;
  return -1;
}

/** Parses a UUID into `words`; false where it is none. */
function parseUuid(text: string, words: Uint32Array): boolean {
  if (text.length !== 36) return false;
  let count = 0;
  let word = 0;
  for (let i = 0; i < 36; i++) {
    const code = text.charCodeAt(i);
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (code !== 45) return false;
      continue;
    }
    const digit = hexDigit(code);
    if (digit < 0) return false;
    word = (word << 4) | digit;
    if ((++count & 7) === 0) words[(count >> 3) - 1] = word;
  }
  return true;
}

/** Grow-only set of ids. */
export class IdSet {
  #table = new Uint32Array(4 * FIRST_CAPACITY);
  #capacity = FIRST_CAPACITY;
  #count = 0;
  #hasNil = false;
  readonly #words = new Uint32Array(4);
  readonly #others = new Set<string>();

  /**
   * Adds an id.
   *
   * @param id A UUID in any case, or any other text
   * @returns False if it was there already
   */
  add(id: string): boolean {
    const words = this.#words;
    if (!parseUuid(id, words)) {
      if (this.#others.has(id)) return false;
      this.#others.add(id);
      return true;
    }
    const [a = 0, b = 0, c = 0, d = 0] = words;
    if ((a | b | c | d) === 0) {
      if (this.#hasNil) return false;
      return this.#hasNil = true;
    }
    if (this.#count * 2 >= this.#capacity) this.#grow();
    const added = this.#put(this.#table, this.#capacity, a, b, c, d);
    if (added) this.#count++;
    return added;
  }

  #put(table: Uint32Array, capacity: number, a: number, b: number, c: number, d: number): boolean {
    const hash = Math.imul(a ^ Math.imul(b, 0x9e3779b1) ^ (c >>> 3) ^ d, 0x85ebca6b);
    let slot = (hash ^ (hash >>> 15)) & (capacity - 1);
    for (;;) {
      const at = slot * 4;
      const [w, x] = [table[at], table[at + 1]];
      if (w === a && x === b && table[at + 2] === c && table[at + 3] === d) return false;
      if (w === 0 && x === 0 && table[at + 2] === 0 && table[at + 3] === 0) {
        table[at] = a;
        table[at + 1] = b;
        table[at + 2] = c;
        table[at + 3] = d;
        return true;
      }
      slot = (slot + 1) & (capacity - 1);
    }
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    const table = new Uint32Array(4 * capacity);
    const old = this.#table;
    for (let at = 0; at < old.length; at += 4) {
      const [a = 0, b = 0, c = 0, d = 0] = [old[at], old[at + 1], old[at + 2], old[at + 3]];
      if ((a | b | c | d) !== 0) this.#put(table, capacity, a, b, c, d);
    }
    this.#table = table;
    this.#capacity = capacity;
  }
}
