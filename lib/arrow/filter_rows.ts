/**
 * Some rows of a batch as a batch of their own.
 * @module
 */
import { float64Column, int64Column, utf8Column } from "./column_builder.ts";
import { valueReader } from "./column_values.ts";
import type { ArrowBatch, ArrowColumn } from "./field.ts";

/** Picks rows, in order; for text, doubles, 64-bit integers and timestamps. */
export function filterRows(batch: ArrowBatch, rows: readonly number[]): ArrowBatch {
  if (rows.length === batch.rows) return batch;
  return {
    schema: batch.schema,
    rows: rows.length,
    columns: batch.columns.map((column) => pick(column, rows)),
  };
}

function pick(column: ArrowColumn, rows: readonly number[]): ArrowColumn {
  const { format } = column.field;
  const read = valueReader(column);
  if (format === "u") {
    return utf8Column(
      column.field,
      rows.map((row) => read(row) as string | null),
    );
  }
  if (format === "g") {
    return float64Column(
      column.field,
      rows.map((row) => read(row) as number | null),
    );
  }
  if (format === "l" || format.startsWith("ts")) {
    return int64Column(column.field, int64s(column, rows));
  }
  throw new TypeError(`Rows of Arrow format "${format}" are not picked`);
}

function int64s(column: ArrowColumn, rows: readonly number[]): (number | null)[] {
  const read = valueReader({ ...column, field: { ...column.field, format: "l" } });
  return rows.map((row) => {
    const value = read(row);
    return value === null ? null : Number(value);
  });
}
