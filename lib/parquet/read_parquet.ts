/**
 * A small Parquet file as columns: opening it through the SQL engine takes ten times as long.
 *
 * Files of flat columns and lists of texts or booleans are read, which is what run files are made of;
 * everything else is left to the engine.
 *
 * @module
 */
import type { ParquetCell, ParquetColumn, ParquetType } from "./format.ts";
import { readChunk } from "./read_chunk.ts";
import { type Footer, readFooter } from "./read_footer.ts";

/** A file that was read. */
export interface ParquetTable {
  readonly columns: readonly ParquetColumn[];
  /** Stands for the names and types of the columns: often the same object where these are the same. */
  readonly shape: object;
  readonly rowCount: number;
  readonly metadata: ReadonlyMap<string, string>;
  readonly createdBy: string;
}

/** How to read a file. */
export interface ReadParquetOptions {
  /** Its footer, where that was read before. */
  readonly footer?: Footer;
  /**
   * True to pass over columns of which the footer says that all is null.
   * @default {false}
   */
  readonly trustNulls?: boolean;
}

/**
 * Reads a whole file.
 *
 * @throws {RangeError} for a file that is cut or damaged
 * @throws {TypeError} for text that is not UTF-8
 * @throws {UnsupportedParquetError} for a file that is made in another way
 */
export function readParquet(
  bytes: Uint8Array,
  options: ReadParquetOptions = {},
): ParquetTable {
  const footer = options.footer ?? readFooter(bytes);
  const columns = footer.columns.map(({ name, type }, i) => {
    const chunks = footer.groups.map(({ chunks, rows }) => {
      const place = chunks[i];
      if (place === undefined) throw new RangeError("A row group lacks columns");
      const isNull = options.trustNulls === true && place.nulls === rows && place.values === rows;
      return isNull
        ? { rows, cells: [], constant: null }
        : { rows, ...readChunk(bytes, place, type, rows) };
    });
    return new ReadColumn(name, type, chunks);
  });
  return { ...footer, columns, shape: footer.columns };
}

class ReadColumn implements ParquetColumn {
  readonly name: string;
  readonly type: ParquetType;
  readonly #constant: ParquetCell | undefined;
  readonly #cells: readonly ParquetCell[];

  constructor(
    name: string,
    type: ParquetType,
    chunks: readonly { rows: number; cells: ParquetCell[]; constant: ParquetCell | undefined }[],
  ) {
    this.name = name;
    this.type = type;
    const [first] = chunks;
    this.#constant = chunks.every(({ constant }) => Object.is(constant, first?.constant))
      ? first?.constant
      : undefined;
    this.#cells = this.#constant !== undefined
      ? []
      : chunks.flatMap(({ rows, cells, constant }) =>
        constant === undefined ? cells : new Array<ParquetCell>(rows).fill(constant)
      );
  }

  constantIn(start: number, end: number): ParquetCell | undefined {
    if (this.#constant !== undefined) return this.#constant;
    const first = this.#cells[start];
    for (let i = start + 1; i < end; i++) if (!isSame(this.#cells[i], first)) return undefined;
    return first;
  }

  copyTo(out: ParquetCell[], start: number, end: number): void {
    if (this.#constant !== undefined) out.fill(this.#constant, 0, end - start);
    else for (let i = start; i < end; i++) out[i - start] = this.#cells[i] ?? null;
  }
}

/** Lists count as the same where both are empty. */
function isSame(one: ParquetCell | undefined, other: ParquetCell | undefined): boolean {
  return Object.is(one, other) ||
    Array.isArray(one) && Array.isArray(other) && one.length + other.length === 0;
}
