/**
 * Event batches of any writer in the columns of the format: by name, missing ones null, others left out.
 * @module
 */
import { type ArrowBatch, type ArrowColumn, layoutOf } from "../arrow/field.ts";
import { InvalidDataError } from "../base/errors.ts";
import { EVENT_SCHEMA } from "./event_batch_builder.ts";

/**
 * Picks the columns of the event format.
 *
 * @throws {InvalidDataError} where a column has another type, or none of them is there
 */
export function pickEventColumns(batch: ArrowBatch): ArrowBatch {
  const byName = new Map(batch.columns.map((column) => [column.field.name, column]));
  if (!byName.has("event_type") || !byName.has("json")) {
    const names = batch.columns.map(({ field }) => field.name).join(", ");
    throw new InvalidDataError(
      `Events need the columns event_type and json, got: ${names || "none"}`,
    );
  }
  const columns = EVENT_SCHEMA.fields.map((field): ArrowColumn => {
    const column = byName.get(field.name);
    if (column === undefined) return nullColumn(field, batch.rows);
    if (sameType(column.field.format, field.format) && column.dictionary === undefined) {
      return { ...column, field };
    }
    throw new InvalidDataError(
      `Event column "${field.name}" has Arrow format "${column.field.format}", wanted "${field.format}"`,
      { path: field.name },
    );
  });
  return { schema: EVENT_SCHEMA, rows: batch.rows, columns };
}

/** An instant is an instant in whatever zone its writer chose to show it. */
function sameType(found: string, wanted: string): boolean {
  return found === wanted || (wanted === "tsu:UTC" && found.startsWith("tsu:"));
}

function nullColumn(field: ArrowColumn["field"], rows: number): ArrowColumn {
  const validity = new Uint8Array(Math.ceil(rows / 8));
  const buffers = layoutOf(field.format).kind === "variable"
    ? [validity, new Uint8Array((rows + 1) * 4), new Uint8Array(0)]
    : [validity, new Uint8Array(rows * 8)];
  return { field, length: rows, nullCount: rows, buffers, children: [] };
}
