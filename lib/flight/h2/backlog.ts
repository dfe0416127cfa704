/** Bytes that wait, in one piece whatever small pieces they came in. @module */

const FIRST_BYTES = 1024;

/** A queue of bytes. */
export class Backlog {
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#start === this.#end;
  }

  /** Adds a copy of the bytes. */
  append(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#buffer.length) this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Takes the oldest bytes. @returns a view, valid until the next `append()` */
  take(maxBytes: number): Uint8Array {
    const start = this.#start;
    this.#start = Math.min(this.#end, start + maxBytes);
    return this.#buffer.subarray(start, this.#start);
  }

  /** Drops everything. */
  clear(): void {
    this.#buffer = new Uint8Array(0);
    this.#start = 0;
    this.#end = 0;
  }

  #makeRoom(bytes: number): void {
    const waiting = this.#buffer.subarray(this.#start, this.#end);
    const grown = new Uint8Array(Math.max(FIRST_BYTES, 2 * (waiting.length + bytes)));
    grown.set(waiting);
    this.#buffer = grown;
    this.#start = 0;
    this.#end = waiting.length;
  }
}
