/**
 * The text columns of an event batch, each built the cheapest way for what it holds: JSON text once per
 * event, ids out of that text, types and runs once per stretch of equal ones.
 * @module
 */
import type { ArrowColumn, ArrowField } from "../arrow/field.ts";
import type { BatchMemory } from "./batch_memory.ts";

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);
const MAX_BYTES = 2 ** 31 - 1;
const FIRST_BYTES = 64 * 1024;
/** Longer texts go into memory that is lent. */
const LENT_BYTES = 512 * 1024;

/** Text of any kind, one value after the other; no nulls. */
export class TextColumn {
  readonly #memory: BatchMemory | undefined;
  #offsets = new Int32Array(1025);
  #data = new Uint8Array(FIRST_BYTES);
  /** Where the text begins. */
  #front = 0;
  #rows = 0;
  #used = 0;

  /** @param memory lends what long texts take */
  constructor(memory?: BatchMemory) {
    this.#memory = memory;
  }

  /** Values so far. */
  get length(): number {
    return this.#rows;
  }

  /** Bytes so far. */
  get byteLength(): number {
    return this.#used;
  }

  /** Adds a text in UTF-8. */
  append(text: Uint8Array): void {
    const at = this.#room(text.byteLength);
    this.#data.set(text, at);
    this.#endRow(text.byteLength);
  }

  /** Adds a short piece of another text. */
  appendRange(source: Uint8Array, start: number, length: number): void {
    const at = this.#room(length);
    const data = this.#data;
    for (let i = 0; i < length; i++) data[at + i] = source[start + i]!;
    this.#endRow(length);
  }

  #endRow(bytes: number): void {
    if (this.#rows + 1 >= this.#offsets.length) {
      const grown = new Int32Array(this.#offsets.length * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#offsets[++this.#rows] = this.#used += bytes;
  }

  /** Where the next bytes go. */
  #room(more: number): number {
    const end = this.#front + this.#used + more;
    if (end > this.#data.byteLength) this.#grow(this.#used + more);
    return this.#front + this.#used;
  }

  #grow(wanted: number): void {
    if (wanted > MAX_BYTES) {
      throw new RangeError("An event batch holds at most 2 GiB of text: wait for a flush");
    }
    const before = this.#data;
    const old = before.subarray(this.#front, this.#front + this.#used);
    if (wanted > LENT_BYTES && this.#memory?.holds(wanted) === true) {
      const { bytes, front } = this.#memory.take();
      this.#data = bytes;
      this.#front = front;
    } else {
      this.#data = new Uint8Array(
        Math.min(MAX_BYTES, Math.max(wanted, old.byteLength * 2, FIRST_BYTES)),
      );
      this.#front = 0;
    }
    this.#data.set(old, this.#front);
    this.#memory?.give(before);
  }

  /** The column; valid until the next append. */
  finish(field: ArrowField): ArrowColumn {
    const offsets = new Uint8Array(this.#offsets.buffer, 0, (this.#rows + 1) * 4);
    const data = this.#data.subarray(this.#front, this.#front + this.#used);
    return {
      field,
      length: this.#rows,
      nullCount: 0,
      buffers: [NOTHING, offsets, data],
      children: [],
    };
  }

  /** Forgets the values and keeps the memory, but for what a text took that is too long to be lent any. */
  reset(): void {
    this.#rows = 0;
    this.#used = 0;
    const isOwn = this.#memory !== undefined && this.#front === 0;
    if (isOwn && this.#data.byteLength > LENT_BYTES * 2) this.#data = NOTHING;
  }

  /** Forgets the values and the memory, which belongs to somebody else now. */
  handOver(): void {
    this.#rows = 0;
    this.#used = 0;
    const next = this.#memory?.take();
    this.#data = next?.bytes ?? NOTHING;
    this.#front = next?.front ?? 0;
  }
}

interface Stretch {
  readonly text: string | null;
  rows: number;
}

/** Text that seldom changes from one event to the next, or null. */
export class StretchColumn {
  #stretches: Stretch[] = [];
  #last: Stretch | undefined;

  /** Adds a value, or a number of equal ones. */
  append(text: string | null, rows = 1): void {
    if (this.#last !== undefined && this.#last.text === text) this.#last.rows += rows;
    else this.#stretches.push(this.#last = { text, rows });
  }

  /** The column. */
  finish(field: ArrowField): ArrowColumn {
    const encoded = this.#stretches.map(({ text }) =>
      text === null ? NOTHING : encoder.encode(text)
    );
    let rows = 0;
    let bytes = 0;
    let nullCount = 0;
    this.#stretches.forEach((stretch, i) => {
      rows += stretch.rows;
      bytes += stretch.rows * (encoded[i]?.byteLength ?? 0);
      if (stretch.text === null) nullCount += stretch.rows;
    });
    const data = new Uint8Array(bytes);
    const offsets = new Int32Array(rows + 1);
    const validity = nullCount === 0 ? NOTHING : new Uint8Array(Math.ceil(rows / 8));
    let row = 0;
    this.#stretches.forEach((stretch, i) => {
      const one = encoded[i] ?? NOTHING;
      fill(data, offsets[row] ?? 0, one, stretch.rows);
      for (const end = row + stretch.rows; row < end; row++) {
        offsets[row + 1] = (offsets[row] ?? 0) + one.byteLength;
        if (nullCount > 0 && stretch.text !== null) {
          validity[row >> 3] = (validity[row >> 3] ?? 0) | (1 << (row & 7));
        }
      }
    });
    const buffers = [validity, new Uint8Array(offsets.buffer), data];
    return { field, length: rows, nullCount, buffers, children: [] };
  }

  /** Forgets the values. */
  reset(): void {
    this.#stretches = [];
    this.#last = undefined;
  }
}

/** Writes a text many times in a row, each copy twice as long as the one before. */
function fill(data: Uint8Array, start: number, one: Uint8Array, times: number): void {
  const total = one.byteLength * times;
  if (total === 0) return;
  data.set(one, start);
  for (let done = one.byteLength; done < total; done *= 2) {
    data.copyWithin(start + done, start, start + Math.min(done, total - done));
  }
}
