import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { RecordBatchStreamWriter, tableFromIPC, tableToIPC } from "apache-arrow";
import fc from "fast-check";
import type { ArrowField } from "./field.ts";
import {
  ALL_FIELDS,
  eventBatch,
  plainStream,
  readBatches,
  sampleBatch,
  seeded,
  valuesOf,
} from "./sample_batches_test.ts";

for (const each of ALL_FIELDS) {
  Deno.test(`encodeBatch() and readBatchColumns() round-trip ${each.name} of ${each.format}`, () => {
    for (const rows of [0, 1, 8, 9, 64, 100]) roundTrip([each], rows);
  });
}

Deno.test("encodeBatch() and readBatchColumns() round-trip all formats in one batch", () => {
  fc.assert(
    fc.property(fc.nat(70), fc.nat(), (rows, seed) => roundTrip(ALL_FIELDS, rows, seed)),
    { numRuns: 10, seed: 7 },
  );
});

function roundTrip(fields: readonly ArrowField[], rows: number, seed = rows): void {
  const random = seeded(seed);
  const batches = [sampleBatch(fields, rows, random), sampleBatch(fields, rows + 3, random)];
  const back = readBatches(plainStream({ fields }, batches));
  equal(back.length, 2);
  back.forEach((batch, i) => {
    deepEqual(batch.schema.fields, fields);
    deepEqual(batch.columns.map(valuesOf), batches[i]?.columns.map(valuesOf));
  });
}

for (const each of ALL_FIELDS) {
  Deno.test(`apache-arrow reads ${each.name} of ${each.format} and writes it back`, () => {
    const batch = sampleBatch([each], 50, seeded(3));
    const table = tableFromIPC(plainStream(batch.schema, [batch]));
    equal(table.numRows, 50);
    const [back] = readBatches(tableToIPC(table, "stream"));
    ok(back !== undefined);
    equal(back.columns[0]?.field.format, each.format);
    deepEqual(back.columns.map(valuesOf), batch.columns.map(valuesOf));
  });
}

Deno.test("apache-arrow sees the values that were encoded", () => {
  const table = tableFromIPC(plainStream(eventBatch(0).schema, [eventBatch(20)]));
  equal(table.getChild("id")?.get(7), "event-7");
  equal(table.getChild("value")?.get(3), null);
  equal(table.getChild("value")?.get(5), 1.25);
  equal(table.getChild("ok")?.get(5), false);
  equal(table.getChild("occurred_at")?.get(1), 1_790_000_000_000.001);
  deepEqual(JSON.parse(table.getChild("json")?.get(2)), { n: 2, text: "Ω" });
});

Deno.test("readBatchColumns() reads slices that apache-arrow writes", () => {
  const batch = sampleBatch(
    ALL_FIELDS.filter(({ format }) => /^[uglb]$/.test(format)),
    60,
    seeded(9),
  );
  const table = tableFromIPC(plainStream(batch.schema, [batch])).slice(13, 41);
  const writer = RecordBatchStreamWriter.writeAll(table.batches);
  const [back] = readBatches(writer.toUint8Array(true));
  deepEqual(
    back?.columns.map(valuesOf),
    batch.columns.map((column) => valuesOf(column).slice(13, 41)),
  );
});
