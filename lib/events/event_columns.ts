/**
 * Event batches of any writer in the columns of the format: by name, missing ones null, others left out.
 * @module
 */
import { int64Column, utf8Column } from "../arrow/column_builder.ts";
import { valueReader } from "../arrow/column_values.ts";
import { type ArrowBatch, type ArrowColumn, type ArrowField, layoutOf } from "../arrow/field.ts";
import { InvalidDataError } from "../base/errors.ts";
import { parseMicros } from "../base/time.ts";
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
    return converted(column, field);
  });
  return { schema: EVENT_SCHEMA, rows: batch.rows, columns };
}

/** An instant is an instant in whatever zone its writer chose to show it. */
function sameType(found: string, wanted: string): boolean {
  return found === wanted || (wanted === "tsu:UTC" && found.startsWith("tsu:"));
}

/** The same values in the type of the format: data frames hold wide text, dictionaries and other units. */
function converted(column: ArrowColumn, field: ArrowField): ArrowColumn {
  const { format } = column.field;
  const read = valueReader(column);
  const rows = Array.from({ length: column.length }, (_, row) => row);
  if (field.format === "u" && (format === "u" || format === "U")) {
    return utf8Column(field, rows.map((row) => read(row) as string | null));
  }
  if (field.format === "tsu:UTC" && /^ts[smun]:/.test(format)) {
    return int64Column(field, rows.map((row) => micros(read(row) as string | null, field)));
  }
  throw new InvalidDataError(
    `Event column "${field.name}" has Arrow format "${format}", wanted "${field.format}"`,
    { path: field.name },
  );
}

function micros(time: string | null, field: ArrowField): number | null {
  if (time === null) return null;
  try {
    // Without a zone it is UTC, as where the unit needs no conversion.
    return parseMicros(time.endsWith("Z") ? time : `${time}Z`);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new InvalidDataError(
      `Event column "${field.name}" holds ${time}: no time of this format`,
      {
        path: field.name,
      },
    );
  }
}

function nullColumn(field: ArrowField, rows: number): ArrowColumn {
  const validity = new Uint8Array(Math.ceil(rows / 8));
  const buffers = layoutOf(field.format).kind === "variable"
    ? [validity, new Uint8Array((rows + 1) * 4), new Uint8Array(0)]
    : [validity, new Uint8Array(rows * 8)];
  return { field, length: rows, nullCount: rows, buffers, children: [] };
}
