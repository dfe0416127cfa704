/**
 * A result as a table for notebooks.
 * @module
 */
import { valueReader } from "./column_values.ts";
import type { ArrowBatch, ArrowField, ArrowSchema } from "./field.ts";
import { type ShownColumn, tableHtml, tableText } from "./shown_table.ts";
import { typeText } from "./type_text.ts";

/** Rows shown at most, for the same reason as characters of a cell. */
const SHOWN_ROWS = 50;
const NUMERIC = /^[cCsSiIlLefg]$|^d:/;
/** Keys of field metadata under which a unit is looked for. */
const UNIT_KEYS = ["units", "unit"] as const;

/** The MIME bundle of a result. */
export function displayBundle(
  schema: ArrowSchema,
  batches: readonly ArrowBatch[],
): Record<string, string> {
  const total = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const rows = firstRows(batches);
  const table = {
    columns: schema.fields.map(shownColumn),
    rows,
    note: rowsNote(rows.length, total),
  };
  return { "text/html": tableHtml(table), "text/plain": tableText(table) };
}

/** How many rows there are, and how many of them are shown. */
export function rowsNote(shown: number, total: number): string {
  const count = total.toLocaleString("en-US");
  return shown < total
    ? `first ${shown.toLocaleString("en-US")} of ${count} rows`
    : `${count} ${total === 1 ? "row" : "rows"}`;
}

function shownColumn(field: ArrowField): ShownColumn {
  const unit = UNIT_KEYS.map((key) => field.metadata?.get(key)).find((each) => each !== undefined);
  return {
    name: field.name,
    type: typeText(field),
    ...(unit === undefined ? {} : { unit }),
    isNumeric: NUMERIC.test(field.format),
    isOutcome: field.name.endsWith("outcome"),
  };
}

function firstRows(batches: readonly ArrowBatch[]): unknown[][] {
  const rows: unknown[][] = [];
  for (const batch of batches) {
    if (rows.length >= SHOWN_ROWS) break;
    const readers = batch.columns.map((column) => {
      const read = valueReader(column);
      return column.field.format.startsWith("ts") ? (row: number) => shownTime(read(row)) : read;
    });
    for (let row = 0; row < batch.rows && rows.length < SHOWN_ROWS; row++) {
      rows.push(readers.map((read) => read(row)));
    }
  }
  return rows;
}

/** RFC 3339 is for machines: the zone stands in the head of the column. */
function shownTime(value: unknown): unknown {
  return typeof value === "string" ? value.replace("T", " ").replace(/Z$/, "") : value;
}
