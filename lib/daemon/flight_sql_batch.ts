/**
 * Small batches from rows of plain values, for answers of a few dozen rows.
 * @module
 */
import {
  boolColumn,
  int32Column,
  int64Column,
  listColumn,
  utf8Column,
} from "../arrow/column_builder.ts";
import type { ArrowBatch, ArrowColumn, ArrowField, ArrowSchema } from "../arrow/field.ts";

const NOTHING = new Uint8Array(0);

/** A value of such a batch. */
export type Cell = string | number | boolean | null | Uint8Array | readonly string[];

/**
 * Builds a batch.
 *
 * @param schema columns of the formats `u b i l C I z +l` (list of text)
 * @param rows one array per row, values in column order
 * @throws {TypeError} for another format
 */
export function batchOfRows(
  schema: ArrowSchema,
  rows: readonly (readonly Cell[])[],
): ArrowBatch {
  const columns = schema.fields.map((field, i) =>
    columnOf(field, rows.map((row) => row[i] ?? null))
  );
  return { schema, rows: rows.length, columns };
}

/** Builds one column. */
export function columnOf(field: ArrowField, values: readonly Cell[]): ArrowColumn {
  switch (field.format) {
    case "u":
      return utf8Column(field, values as readonly (string | null)[]);
    case "b":
      return boolColumn(field, values as readonly (boolean | null)[]);
    case "i":
      return int32Column(field, values as readonly (number | null)[]);
    case "l":
      return int64Column(field, values as readonly (number | null)[]);
    case "C":
      return plainColumn(field, new Uint8Array(values as readonly number[]));
    case "I":
      return plainColumn(field, new Uint32Array(values as readonly number[]));
    case "z":
      return binaryColumn(field, values as readonly Uint8Array[]);
    case "+l":
      return textListColumn(field, values as readonly (readonly string[] | null)[]);
    default:
      throw new TypeError(`No plain values for the Arrow format "${field.format}"`);
  }
}

function plainColumn(field: ArrowField, data: Uint8Array | Uint32Array): ArrowColumn {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { field, length: data.length, nullCount: 0, buffers: [NOTHING, bytes], children: [] };
}

function binaryColumn(field: ArrowField, values: readonly Uint8Array[]): ArrowColumn {
  const offsets = new Int32Array(values.length + 1);
  values.forEach((value, i) => offsets[i + 1] = (offsets[i] ?? 0) + value.byteLength);
  const data = new Uint8Array(offsets[values.length] ?? 0);
  values.forEach((value, i) => data.set(value, offsets[i]));
  return {
    field,
    length: values.length,
    nullCount: 0,
    buffers: [NOTHING, new Uint8Array(offsets.buffer), data],
    children: [],
  };
}

function textListColumn(
  field: ArrowField,
  values: readonly (readonly string[] | null)[],
): ArrowColumn {
  const [item] = field.children;
  if (item === undefined) {
    throw new TypeError(`Column "${field.name}" lacks the field of its items`);
  }
  const texts = values.flatMap((value) => value ?? []);
  return listColumn(field, values.map((value) => value?.length ?? null), utf8Column(item, texts));
}
