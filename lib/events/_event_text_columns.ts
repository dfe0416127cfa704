/**
 * The text columns of an event batch, each built the cheapest way for what it holds: JSON text once per
 * event, ids out of that text, types and runs once per stretch of equal ones.
 * @module
 */
import type { ArrowColumn, ArrowField } from "../arrow/field.ts";

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);
const MAX_BYTES = 2 ** 31 - 1;

/** Text of any kind, one value after the other; no nulls. */
export class TextColumn {
  #offsets = new Int32Array(1025);
  #data = new Uint8Array(64 * 1024);
  #rows = 0;
  #used = 0;

  /** Values so far. */
  get length(): number {
    return this.#rows;
  }

  /** Bytes so far. */
  get byteLength(): number {
    return this.#used;
  }

  /** The bytes so far and room behind them; valid until the next append. */
  get bytes(): Uint8Array {
    return this.#data;
  }

  /** Adds a text. */
  append(text: string): void {
    // Three bytes per UTF-16 unit is the most that UTF-8 takes; asking for it avoids a second pass.
    const worst = text.length * 3;
    if (this.#used + worst > this.#data.byteLength) this.#grow(worst);
    this.#used += encoder.encodeInto(text, this.#data.subarray(this.#used)).written;
    this.#endRow();
  }

  /** Adds a text that lies encoded somewhere. */
  appendBytes(source: Uint8Array, start: number, length: number): void {
    if (this.#used + length > this.#data.byteLength) this.#grow(length);
    const data = this.#data;
    const used = this.#used;
    for (let i = 0; i < length; i++) data[used + i] = source[start + i] ?? 0;
    this.#used = used + length;
    this.#endRow();
  }

  #endRow(): void {
    if (this.#rows + 1 >= this.#offsets.length) {
      const grown = new Int32Array(this.#offsets.length * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#offsets[++this.#rows] = this.#used;
  }

  #grow(more: number): void {
    if (this.#used + more > MAX_BYTES) {
      throw new RangeError("An event batch holds at most 2 GiB of text: wait for a flush");
    }
    const wanted = Math.max(this.#used + more, this.#data.byteLength * 2);
    const grown = new Uint8Array(Math.min(MAX_BYTES, wanted));
    grown.set(this.#data.subarray(0, this.#used));
    this.#data = grown;
  }

  /** The column; valid until the next append. */
  finish(field: ArrowField): ArrowColumn {
    const offsets = new Uint8Array(this.#offsets.buffer, 0, (this.#rows + 1) * 4);
    const buffers = [NOTHING, offsets, this.#data.subarray(0, this.#used)];
    return { field, length: this.#rows, nullCount: 0, buffers, children: [] };
  }

  /** Forgets the values and keeps the memory. */
  reset(): void {
    this.#rows = 0;
    this.#used = 0;
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

  /** Adds a value. */
  append(text: string | null): void {
    if (this.#last !== undefined && this.#last.text === text) this.#last.rows++;
    else this.#stretches.push(this.#last = { text, rows: 1 });
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
