/**
 * Columns that grow by row, allocated from the first row that has a value, so that a column
 * nobody fills costs nothing. Freezing shares the buffers: they are only ever appended to.
 * @module
 */
import { type Cell, codedSeries, ConstantSeries, numberSeries, type Series } from "./series.ts";

const FIRST_ROWS = 16;

function grownLength(needed: number, current: number): number {
  return Math.max(needed, current * 2, FIRST_ROWS);
}

/** Dictionary-coded column; code 0 is the cell of rows without a value. */
export class CodeColumn {
  #codes = new Int32Array(0);
  #offset = -1;
  #lastKey: string | undefined;
  #lastCode = 0;
  readonly #dictionary: Cell[];
  readonly #codeOfKey = new Map<string, number>();

  constructor(missing: Cell = null) {
    this.#dictionary = [missing];
  }

  /** Gives the code of a cell that is identified by `key`. */
  codeOf(key: string, cell: Cell): number {
    if (key === this.#lastKey) return this.#lastCode;
    let code = this.#codeOfKey.get(key);
    if (code === undefined) {
      code = this.#dictionary.push(cell) - 1;
      this.#codeOfKey.set(key, code);
    }
    this.#lastKey = key;
    return this.#lastCode = code;
  }

  /** Sets the code of a row; rows come in rising order. */
  setCode(row: number, code: number): void {
    if (code === 0) return;
    if (this.#offset < 0) this.#offset = row;
    const index = row - this.#offset;
    if (index >= this.#codes.length) {
      const grown = new Int32Array(grownLength(index + 1, this.#codes.length));
      grown.set(this.#codes);
      this.#codes = grown;
    }
    this.#codes[index] = code;
  }

  /** Sets the text of a row, or leaves it without one. */
  setText(row: number, text: string | null): void {
    if (text !== null) this.setCode(row, this.codeOf(text, text));
  }

  /** Gives the code of a row. */
  codeAt(row: number): number {
    return this.#offset < 0 ? 0 : this.#codes[row - this.#offset] ?? 0;
  }

  /** The cells by code. */
  get dictionary(): readonly Cell[] {
    return this.#dictionary;
  }

  /** Freezes the first rows, with another dictionary if one is given. */
  freeze(rowCount: number, dictionary: readonly Cell[] = this.#dictionary): Series {
    const parts = { codes: this.#codes, offset: Math.max(this.#offset, 0), dictionary };
    return codedSeries(rowCount, parts);
  }
}

/** Column of float64 with nulls. */
export class NumberColumn {
  #values = new Float64Array(0);
  #valid = new Uint8Array(0);
  #offset = -1;

  /** Sets the number of a row, or leaves it null; rows come in rising order. */
  set(row: number, value: number | null): void {
    if (value === null) return;
    if (this.#offset < 0) this.#offset = row;
    const index = row - this.#offset;
    if (index >= this.#values.length) this.#grow(index + 1);
    this.#values[index] = value;
    this.#valid[index] = 1;
  }

  /** Gives the number of a row. */
  at(row: number): number | null {
    const index = row - this.#offset;
    return this.#offset >= 0 && this.#valid[index] === 1 ? this.#values[index] as number : null;
  }

  #grow(needed: number): void {
    const length = grownLength(needed, this.#values.length);
    const values = new Float64Array(length);
    const valid = new Uint8Array(length);
    values.set(this.#values);
    valid.set(this.#valid);
    this.#values = values;
    this.#valid = valid;
  }

  /** Freezes the first rows. */
  freeze(rowCount: number): Series {
    if (this.#offset < 0) return new ConstantSeries(null, rowCount);
    const offset = this.#offset;
    return numberSeries(rowCount, { values: this.#values, valid: this.#valid, offset });
  }
}
