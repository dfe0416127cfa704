/**
 * A set of event ids: UUIDs as four words in an open-addressing table, 32 bytes each at most
 * where a `Set` of strings takes several times that; other texts in a plain set.
 * @module
 */

const FIRST_CAPACITY = 16;
const UUID_LENGTH = 36;
const DASH = 0x2d;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Value of each character as a hexadecimal digit, -1 for all others. */
const digits = new Int8Array(256).fill(-1);
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16);
  digits[digit.charCodeAt(0)] = digits[digit.toUpperCase().charCodeAt(0)] = value;
}

/** Grow-only set of ids. */
export class IdSet {
  #table = new Int32Array(4 * FIRST_CAPACITY);
  #capacity = FIRST_CAPACITY;
  #count = 0;
  #hasNil = false;
  /** The UUID looked at. */
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;
  #others: Set<string> | undefined;
  readonly #text = new Uint8Array(UUID_LENGTH);

  /**
   * Adds an id.
   *
   * @param id A UUID in any case, or any other text
   * @returns False if it was there already
   */
  add(id: string): boolean {
    return this.#isUuid(id) ? this.#addUuid() : this.#addOther(id);
  }

  /** The same for an id in UTF-8 that lies among others. */
  addBytes(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start === UUID_LENGTH && this.#parse(bytes, start)) return this.#addUuid();
    return this.#addOther(decoder.decode(bytes.subarray(start, end)));
  }

  /** Whether an id was added. */
  has(id: string): boolean {
    if (!this.#isUuid(id)) return this.#others?.has(id) === true;
    return this.#isNil() ? this.#hasNil : this.#find(this.#table, this.#capacity) < 0;
  }

  #addOther(id: string): boolean {
    this.#others ??= new Set();
    if (this.#others.has(id)) return false;
    this.#others.add(id);
    return true;
  }

  #addUuid(): boolean {
    if (this.#isNil()) {
      if (this.#hasNil) return false;
      return this.#hasNil = true;
    }
    if (this.#count * 2 >= this.#capacity) this.#grow();
    const at = this.#find(this.#table, this.#capacity);
    if (at < 0) return false;
    this.#put(this.#table, at);
    this.#count++;
    return true;
  }

  /** Nothing but zeros: what an empty place of the table holds. */
  #isNil(): boolean {
    return (this.#a | this.#b | this.#c | this.#d) === 0;
  }

  #isUuid(id: string): boolean {
    if (id.length !== UUID_LENGTH) return false;
    const text = this.#text;
    return encoder.encodeInto(id, text).read === UUID_LENGTH && this.#parse(text, 0);
  }

  /** Takes the UUID that stands in some bytes; false where there is none. */
  #parse(bytes: Uint8Array, at: number): boolean {
    if (
      bytes[at + 8] !== DASH || bytes[at + 13] !== DASH || bytes[at + 18] !== DASH ||
      bytes[at + 23] !== DASH
    ) return false;
    const a = fourDigits(bytes, at), b = fourDigits(bytes, at + 4);
    const c = fourDigits(bytes, at + 9), d = fourDigits(bytes, at + 14);
    const e = fourDigits(bytes, at + 19), f = fourDigits(bytes, at + 24);
    const g = fourDigits(bytes, at + 28), h = fourDigits(bytes, at + 32);
    if ((a | b | c | d | e | f | g | h) < 0) return false;
    this.#a = a << 16 | b;
    this.#b = c << 16 | d;
    this.#c = e << 16 | f;
    this.#d = g << 16 | h;
    return true;
  }

  /** Where the UUID belongs; negative where it is there already. */
  #find(table: Int32Array, capacity: number): number {
    const a = this.#a, b = this.#b, c = this.#c, d = this.#d;
    const hash = Math.imul(a ^ Math.imul(b, 0x9e3779b1) ^ (c >>> 3) ^ d, 0x85ebca6b);
    let slot = (hash ^ (hash >>> 15)) & (capacity - 1);
    for (;;) {
      const at = slot * 4;
      const w = table[at]!, x = table[at + 1]!, y = table[at + 2]!, z = table[at + 3]!;
      if (w === a && x === b && y === c && z === d) return -1;
      if ((w | x | y | z) === 0) return at;
      slot = (slot + 1) & (capacity - 1);
    }
  }

  #put(table: Int32Array, at: number): void {
    table[at] = this.#a;
    table[at + 1] = this.#b;
    table[at + 2] = this.#c;
    table[at + 3] = this.#d;
  }

  #grow(): void {
    const [a, b, c, d] = [this.#a, this.#b, this.#c, this.#d];
    const capacity = this.#capacity * 2;
    const table = new Int32Array(4 * capacity);
    const old = this.#table;
    for (let at = 0; at < old.length; at += 4) {
      this.#a = old[at]!;
      this.#b = old[at + 1]!;
      this.#c = old[at + 2]!;
      this.#d = old[at + 3]!;
      if (!this.#isNil()) this.#put(table, this.#find(table, capacity));
    }
    this.#table = table;
    this.#capacity = capacity;
    [this.#a, this.#b, this.#c, this.#d] = [a, b, c, d];
  }
}

/** Four hexadecimal digits; negative where one of them is none. */
function fourDigits(bytes: Uint8Array, at: number): number {
  return digits[bytes[at]!]! << 12 | digits[bytes[at + 1]!]! << 8 | digits[bytes[at + 2]!]! << 4 |
    digits[bytes[at + 3]!]!;
}
