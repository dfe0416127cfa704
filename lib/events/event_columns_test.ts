import { deepStrictEqual as deepEqual, throws } from "node:assert/strict";
import { int32Column, int64Column, utf8Column } from "../arrow/column_builder.ts";
import { valueReader } from "../arrow/column_values.ts";
import { type ArrowBatch, type ArrowColumn, field } from "../arrow/field.ts";
import { InvalidDataError } from "../base/errors.ts";
import { pickEventColumns } from "./event_columns.ts";

const TYPES = utf8Column(field("event_type", "u"), ["a", "b"]);
const JSON_TEXTS = utf8Column(field("json", "u"), ["{}", null]);

function batchOf(...columns: ArrowColumn[]): ArrowBatch {
  return { schema: { fields: columns.map((column) => column.field) }, rows: 2, columns };
}

function valuesOf(batch: ArrowBatch, name: string): unknown[] {
  const read = valueReader(batch.columns.find((column) => column.field.name === name)!);
  return [read(0), read(1)];
}

/** Text with offsets of 64 bits, as polars writes it. */
function wide(column: ArrowColumn): ArrowColumn {
  const [validity, offsets, data] = column.buffers;
  const narrow = new Int32Array(offsets!.buffer, offsets!.byteOffset, column.length + 1);
  const offsets64 = new Uint8Array(BigInt64Array.from(narrow, BigInt).buffer);
  const { name } = column.field;
  return { ...column, field: field(name, "U"), buffers: [validity!, offsets64, data!] };
}

Deno.test("pickEventColumns() takes text of data frames: wide offsets and dictionaries", () => {
  const indices = int32Column(field("event_type", "i"), [1, 0]);
  const dictionary: ArrowColumn = {
    ...indices,
    field: {
      ...field("event_type", "u"),
      dictionary: { id: 0, indexFormat: "i", ordered: false },
    },
    dictionary: TYPES,
  };
  const events = pickEventColumns(batchOf(dictionary, wide(JSON_TEXTS)));
  deepEqual(valuesOf(events, "event_type"), ["b", "a"]);
  deepEqual(valuesOf(events, "json"), ["{}", null]);
  deepEqual(valuesOf(events, "run_id"), [null, null]);
});

Deno.test("pickEventColumns() takes times of any unit, in UTC where they have no zone", () => {
  for (const [unit, perSecond] of [["s", 1], ["m", 1e3], ["u", 1e6], ["n", 1e9]] as const) {
    for (const zone of ["UTC", "Europe/Berlin", ""]) {
      const times = int64Column(field("occurred_at", `ts${unit}:${zone}`), [1e6 * perSecond, null]);
      const events = pickEventColumns(batchOf(TYPES, JSON_TEXTS, times));
      deepEqual(valuesOf(events, "occurred_at"), ["1970-01-12T13:46:40.000000Z", null]);
    }
  }
});

Deno.test("pickEventColumns() refuses other types and times out of reach", () => {
  for (const format of ["l", "tss:UTC"]) {
    const times = int64Column(field("occurred_at", format), [Number.MAX_SAFE_INTEGER, null]);
    throws(() => pickEventColumns(batchOf(TYPES, JSON_TEXTS, times)), InvalidDataError);
  }
});
