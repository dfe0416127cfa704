/**
 * Whether a run file holds what the events of its run give.
 * @module
 */
import type { ParquetCell, ParquetColumn } from "../parquet/format.ts";
import { UnsupportedParquetError } from "../parquet/read_footer.ts";
import { type ParquetTable, readParquet } from "../parquet/read_parquet.ts";
import type { RunTable } from "./run_table.ts";

/** Says who wrote the file, not what happened. */
const WRITER = "litmus_version";

/**
 * Compares a file with a run, cell by cell.
 *
 * @returns the first difference in words, undefined where there is none
 */
export function runFileDifference(path: string, table: RunTable): string | undefined {
  let file: ParquetTable;
  try {
    file = readParquet(Deno.readFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "the file is missing";
    const isUnreadable = error instanceof RangeError || error instanceof TypeError ||
      error instanceof UnsupportedParquetError;
    if (isUnreadable) return `the file cannot be read: ${error.message}`;
    throw error;
  }
  return metadataDifference(file, table) ?? columnDifference(file, table) ??
    cellDifference(file, table);
}

function metadataDifference(file: ParquetTable, table: RunTable): string | undefined {
  const wanted = Object.entries(table.metadata).filter(([, value]) => value !== undefined);
  const different = wanted.find(([key, value]) =>
    key !== WRITER && file.metadata.get(key) !== value
  );
  return different === undefined ? undefined : `metadata ${different[0]} differs`;
}

function columnDifference(file: ParquetTable, table: RunTable): string | undefined {
  if (file.rowCount !== table.rowCount) {
    return `it holds ${file.rowCount} rows, the events give ${table.rowCount}`;
  }
  const has = file.columns.map(textOf);
  const wanted = table.columns.map(textOf);
  const missing = wanted.find((column) => !has.includes(column));
  if (missing !== undefined) return `column ${missing} is missing`;
  const other = has.find((column, i) => column !== wanted[i]);
  return other === undefined ? undefined : `column ${other} is not part of the run`;
}

function textOf({ name, type }: ParquetColumn): string {
  return `${name} (${type})`;
}

function cellDifference(file: ParquetTable, table: RunTable): string | undefined {
  const has = new Array<ParquetCell>(table.rowCount);
  const wanted = new Array<ParquetCell>(table.rowCount);
  for (const [i, column] of table.columns.entries()) {
    if (column.name === WRITER) continue;
    file.columns[i]?.copyTo(has, 0, table.rowCount);
    column.copyTo(wanted, 0, table.rowCount);
    const row = wanted.findIndex((cell, at) => !isSame(cell, has[at] ?? null));
    if (row >= 0) {
      const [is, should] = [has[row], wanted[row]].map((cell) => JSON.stringify(cell));
      return `row ${row} of ${column.name} is ${is}, the events give ${should}`;
    }
  }
  return undefined;
}

function isSame(a: ParquetCell, b: ParquetCell): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b);
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
