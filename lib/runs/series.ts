/**
 * Frozen columns of cells: what a snapshot hands out while its accumulator goes on.
 * @module
 */
import type { ParquetCell } from "../parquet/format.ts";

/** One value of a run table; timestamps are microseconds since 1970. */
export type Cell = ParquetCell;

/** A column of known length that copies out any range of itself. */
export interface Series {
  /** Number of cells. */
  readonly length: number;
  /** Writes cells `start` to `end` (exclusive) into `out` from index `at` on. */
  copyTo(out: Cell[], at: number, start: number, end: number): void;
}

/** The same cell in every row. */
export class ConstantSeries implements Series {
  readonly length: number;
  /** The cell. */
  readonly value: Cell;

  constructor(value: Cell, length: number) {
    this.value = value;
    this.length = length;
  }

  copyTo(out: Cell[], at: number, start: number, end: number): void {
    for (let i = at; i < at + end - start; i++) out[i] = this.value;
  }
}

/** Cells in a plain array. */
export class ArraySeries implements Series {
  readonly length: number;
  readonly #cells: readonly Cell[];

  constructor(cells: readonly Cell[]) {
    this.#cells = cells;
    this.length = cells.length;
  }

  copyTo(out: Cell[], at: number, start: number, end: number): void {
    for (let i = start; i < end; i++) out[at++] = this.#cells[i] ?? null;
  }
}

/** Cells in a plain array, or the one cell that all rows share. */
export function cellSeries(cells: readonly Cell[]): Series {
  const [first = null] = cells;
  return cells.every((cell) => Object.is(cell, first))
    ? new ConstantSeries(first, cells.length)
    : new ArraySeries(cells);
}

/** Codes into a dictionary; rows outside of the codes have code 0. */
export class CodeSeries implements Series {
  readonly length: number;
  readonly #codes: Int32Array;
  readonly #offset: number;
  readonly #dictionary: readonly Cell[];

  constructor(
    length: number,
    parts: {
      readonly codes: Int32Array;
      readonly offset: number;
      readonly dictionary: readonly Cell[];
    },
  ) {
    this.length = length;
    this.#codes = parts.codes;
    this.#offset = parts.offset;
    this.#dictionary = parts.dictionary;
  }

  copyTo(out: Cell[], at: number, start: number, end: number): void {
    const codes = this.#codes;
    const dictionary = this.#dictionary;
    for (let i = start - this.#offset; i < end - this.#offset; i++) {
      out[at++] = dictionary[codes[i] ?? 0] ?? null;
    }
  }
}

/** Codes into a dictionary, or the one cell that all rows share. */
export function codedSeries(
  length: number,
  parts: ConstructorParameters<typeof CodeSeries>[1],
): Series {
  const { codes, offset, dictionary } = parts;
  const cell = dictionary[offset > 0 ? 0 : codes[0] ?? 0] ?? null;
  const isShared = dictionary.every((each) => Object.is(each, cell)) ||
    offset === 0 && startsWithOne(codes, length);
  return isShared ? new ConstantSeries(cell, length) : new CodeSeries(length, parts);
}

/** Whether an array begins with so many times the same number. */
function startsWithOne(values: Int32Array | Float64Array | Uint8Array, count: number): boolean {
  if (values.length < count) return false;
  for (let i = 1; i < count; i++) if (!Object.is(values[i], values[0])) return false;
  return true;
}

/** Numbers with a validity byte each; rows outside are null. */
export class NumberSeries implements Series {
  readonly length: number;
  readonly #values: Float64Array;
  readonly #valid: Uint8Array;
  readonly #offset: number;

  constructor(
    length: number,
    parts: {
      readonly values: Float64Array;
      readonly valid: Uint8Array;
      readonly offset: number;
    },
  ) {
    this.length = length;
    this.#values = parts.values;
    this.#valid = parts.valid;
    this.#offset = parts.offset;
  }

  copyTo(out: Cell[], at: number, start: number, end: number): void {
    const values = this.#values;
    const valid = this.#valid;
    for (let i = start - this.#offset; i < end - this.#offset; i++) {
      out[at++] = valid[i] === 1 ? values[i] as number : null;
    }
  }
}

/** Numbers with nulls, or the one number that all rows share. */
export function numberSeries(
  length: number,
  parts: ConstructorParameters<typeof NumberSeries>[1],
): Series {
  const { values, valid, offset } = parts;
  const isShared = offset === 0 && valid[0] === 1 && startsWithOne(values, length) &&
    startsWithOne(valid, length);
  return isShared ? new ConstantSeries(values[0] ?? null, length) : new NumberSeries(length, parts);
}

/** Another series with every cell passed through a function. */
export class MappedSeries implements Series {
  readonly length: number;
  readonly #source: Series;
  readonly #map: (cell: Cell) => Cell;

  constructor(source: Series, map: (cell: Cell) => Cell) {
    this.#source = source;
    this.#map = map;
    this.length = source.length;
  }

  copyTo(out: Cell[], at: number, start: number, end: number): void {
    this.#source.copyTo(out, at, start, end);
    for (let i = at; i < at + end - start; i++) out[i] = this.#map(out[i] ?? null);
  }
}
