/**
 * One run as a columnar table, ready for a Parquet writer.
 * @module
 */
import type { ColumnType } from "./columns.ts";
import { type Cell, ConstantSeries, type Series } from "./series.ts";

/** File metadata of a run Parquet file; absent keys are not written. */
export interface RunFileMetadata {
  /** Version of the column contract. */
  readonly schema_version: string;
  /** Version of the package that recorded the run. */
  readonly litmus_version: string;
  /** Environment of the test program, as it wrote it. */
  readonly environment_json?: string;
  /** JSON array with one entry per step row. */
  readonly step_results: string;
}

/** One column of a {@linkcode RunTable}. */
export class RunColumn {
  /** Column name in the file. */
  readonly name: string;
  /** Logical type. */
  readonly type: ColumnType;
  readonly #parts: readonly Series[];

  /** Joins parts that follow each other: the run row, the measurement rows, the step rows. */
  constructor(name: string, type: ColumnType, parts: readonly Series[]) {
    this.name = name;
    this.type = type;
    this.#parts = parts.filter((part) => part.length > 0);
  }

  /**
   * The cell that a range of rows shares, as far as the column is known to hold one cell there.
   *
   * @param start First row
   * @param end Row behind the last
   * @returns The cell, or undefined where rows differ or may differ
   */
  constantIn(start: number, end: number): Cell | undefined {
    let shared: Cell | undefined;
    let first = 0;
    for (const part of this.#parts) {
      if (first < end && first + part.length > start) {
        if (!(part instanceof ConstantSeries)) return undefined;
        if (shared !== undefined && !Object.is(part.value, shared)) return undefined;
        shared = part.value;
      }
      first += part.length;
    }
    return shared;
  }

  /**
   * Copies a range of cells.
   *
   * @param start First row
   * @param end Row behind the last
   * @returns `end - start` cells: timestamps as microseconds, int64 as numbers, lists as arrays
   */
  slice(start: number, end: number): Cell[] {
    const out = new Array<Cell>(end - start);
    this.copyTo(out, start, end);
    return out;
  }

  /**
   * Copies a range of cells into an array that the caller reuses.
   *
   * @param out Receives cells `start` to `end` from index 0 on
   * @param start First row
   * @param end Row behind the last
   */
  copyTo(out: Cell[], start: number, end: number): void {
    let first = 0;
    for (const part of this.#parts) {
      const from = Math.max(start - first, 0);
      const to = Math.min(end - first, part.length);
      if (from < to) part.copyTo(out, first + from - start, from, to);
      first += part.length;
    }
  }
}

/** A run as rows of the Parquet file, in file order. */
export interface RunTable {
  /** All columns in file order. */
  readonly columns: readonly RunColumn[];
  /** Rows of every column. */
  readonly rowCount: number;
  /** Measurement rows among them. */
  readonly measurementCount: number;
  /** Step rows among them. */
  readonly stepCount: number;
  /** Key-value metadata of the file. */
  readonly metadata: RunFileMetadata;
  /** The run. */
  readonly runId: string;
  /** Its session. */
  readonly sessionId: string;
  /** Start, microseconds since 1970. */
  readonly startedAtMicros: number;
  /** End, microseconds since 1970; null while the run goes on. */
  readonly endedAtMicros: number | null;
  /** Serial number of the unit, null where it is not known. */
  readonly dutSerial: string | null;
  /** Value of `run_outcome`. */
  readonly outcome: string;
}
