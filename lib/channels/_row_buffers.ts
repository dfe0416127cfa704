import { boolColumn, float64Column, Utf8Builder, writeInt64 } from "../arrow/column_builder.ts";
import type { ArrowColumn, ArrowField } from "../arrow/field.ts";
import type { ValueFormat } from "./channel_schema.ts";

const NOTHING = new Uint8Array(0);
const FIRST_ROWS = 256;

/** Collects the values of one column. */
export interface ValueBuffer {
  append(value: number | boolean | string | null): void;
  /** Adds values of this buffer's own kind. */
  appendMany(values: ArrayLike<number | boolean | string>, from: number, to: number): void;
  /** The column of all values so far; starts anew. */
  take(field: ArrowField): ArrowColumn;
  readonly byteLength: number;
}

/** A buffer for a format. */
export function valueBuffer(format: ValueFormat): ValueBuffer {
  return format === "g" ? new NumberBuffer() : format === "b" ? new BoolBuffer() : new TextBuffer();
}

/** Timestamps as Arrow stores them, written without a BigInt each. */
export class TimeBuffer {
  #words = new Uint32Array(FIRST_ROWS * 2);
  #rows = 0;

  get length(): number {
    return this.#rows;
  }

  append(micros: number): void {
    if (this.#rows * 2 === this.#words.length) this.#grow(this.#rows + 1);
    writeInt64(this.#words, this.#rows++, micros);
  }

  appendMany(micros: ArrayLike<number>, from: number, to: number): void {
    if ((this.#rows + to - from) * 2 > this.#words.length) this.#grow(this.#rows + to - from);
    for (let i = from; i < to; i++) writeInt64(this.#words, this.#rows++, micros[i]!);
  }

  #grow(rows: number): void {
    const grown = new Uint32Array(Math.max(rows, this.#rows * 2) * 2);
    grown.set(this.#words);
    this.#words = grown;
  }

  take(field: ArrowField): ArrowColumn {
    const rows = this.#rows, words = this.#words;
    this.#words = new Uint32Array(Math.max(FIRST_ROWS, rows) * 2);
    this.#rows = 0;
    const bytes = new Uint8Array(words.buffer, 0, rows * 8);
    return { field, length: rows, nullCount: 0, buffers: [NOTHING, bytes], children: [] };
  }
}

class NumberBuffer implements ValueBuffer {
  #values = new Float64Array(FIRST_ROWS);
  #rows = 0;
  #nulls: number[] = [];

  get byteLength(): number {
    return this.#rows * 8;
  }

  append(value: number | null): void {
    if (this.#rows === this.#values.length) this.#grow(this.#rows + 1);
    if (value === null) this.#nulls.push(this.#rows++);
    else this.#values[this.#rows++] = value;
  }

  appendMany(values: ArrayLike<number>, from: number, to: number): void {
    if (this.#rows + to - from > this.#values.length) this.#grow(this.#rows + to - from);
    if (values instanceof Float64Array) this.#values.set(values.subarray(from, to), this.#rows);
    else for (let i = from; i < to; i++) this.#values[this.#rows + i - from] = values[i]!;
    this.#rows += to - from;
  }

  #grow(rows: number): void {
    const grown = new Float64Array(Math.max(rows, this.#rows * 2));
    grown.set(this.#values);
    this.#values = grown;
  }

  take(field: ArrowField): ArrowColumn {
    const values = this.#values.subarray(0, this.#rows), nulls = this.#nulls;
    this.#values = new Float64Array(Math.max(FIRST_ROWS, this.#rows));
    this.#rows = 0;
    this.#nulls = [];
    if (nulls.length === 0) return float64Column(field, values);
    const some: (number | null)[] = [...values];
    for (const row of nulls) some[row] = null;
    return float64Column(field, some);
  }
}

class BoolBuffer implements ValueBuffer {
  #values: (boolean | null)[] = [];

  get byteLength(): number {
    return Math.ceil(this.#values.length / 8);
  }

  append(value: boolean | null): void {
    this.#values.push(value);
  }

  appendMany(values: ArrayLike<boolean>, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#values.push(values[i]!);
  }

  take(field: ArrowField): ArrowColumn {
    const values = this.#values;
    this.#values = [];
    return boolColumn(field, values);
  }
}

class TextBuffer implements ValueBuffer {
  #builder = new Utf8Builder();

  get byteLength(): number {
    return this.#builder.byteLength + this.#builder.length * 4;
  }

  append(value: string | null): void {
    this.#builder.append(value);
  }

  appendMany(values: ArrayLike<string>, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#builder.append(values[i]!);
  }

  take(field: ArrowField): ArrowColumn {
    const column = this.#builder.finish(field);
    this.#builder = new Utf8Builder();
    return column;
  }
}
