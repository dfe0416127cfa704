import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  boolColumn,
  constantUtf8Column,
  float64Column,
  int32Column,
  int64Column,
  listColumn,
  Utf8Builder,
  utf8Column,
} from "./column_builder.ts";
import { type ArrowColumn, field } from "./field.ts";
import { plainStream, readBatches, valuesOf } from "./sample_batches_test.ts";

/** Values after a way through encoder and checks. */
function through(column: ArrowColumn): unknown[] {
  const schema = { fields: [column.field] };
  const [batch] = readBatches(
    plainStream(schema, [{ schema, rows: column.length, columns: [column] }]),
  );
  return batch?.columns.flatMap(valuesOf) ?? [];
}

const text = fc.option(fc.string({ unit: "binary", maxLength: 30 }));

Deno.test("utf8Column() keeps every text and null", () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 600 }), (values) => {
      deepEqual(through(utf8Column(field("text", "u"), values)), values);
    }),
    { numRuns: 60, seed: 5 },
  );
});

Deno.test("Utf8Builder keeps nulls at the borders of bytes and of its growth", () => {
  for (const at of [0, 7, 8, 9, 255, 256, 257, 511, 512, 1023, 1024, 1025]) {
    for (const rows of [at + 1, at + 2, 1200]) {
      const values = Array.from({ length: rows }, (_, i) => i === at ? null : `${i}`);
      deepEqual(through(utf8Column(field("text", "u"), values)), values);
    }
  }
});

Deno.test("Utf8Builder grows for long texts and counts its bytes", () => {
  const builder = new Utf8Builder();
  const values = ["Ω".repeat(20_000), "", "x".repeat(100_000)];
  for (const value of values) builder.append(value);
  deepEqual([builder.length, builder.byteLength], [3, 140_000]);
  deepEqual(through(builder.finish(field("text", "u"))), values);
});

Deno.test("Utf8Builder.reset() forgets values and nulls", () => {
  const builder = new Utf8Builder();
  for (let i = 0; i < 300; i++) builder.append(i % 3 === 0 ? null : "old");
  builder.reset();
  deepEqual([builder.length, builder.byteLength], [0, 0]);
  builder.append("new");
  const column = builder.finish(field("text", "u"));
  deepEqual(through(column), ["new"]);
  equal(column.nullCount, 0);
});

Deno.test("Utf8Builder replaces lone surrogates, as the platform does", () => {
  deepEqual(through(utf8Column(field("text", "u"), ["a\ud800b"])), ["a\ufffdb"]);
});

Deno.test("constantUtf8Column() repeats a text or null and refuses two gigabytes", () => {
  const each = field("text", "u");
  deepEqual(through(constantUtf8Column(each, "Ωx", 3)), ["Ωx", "Ωx", "Ωx"]);
  deepEqual(through(constantUtf8Column(each, null, 9)), Array(9).fill(null));
  deepEqual(through(constantUtf8Column(each, "x", 0)), []);
  throws(() => constantUtf8Column(each, "x".repeat(3000), 1_000_000), RangeError);
});

Deno.test("float64Column() keeps NaN, infinities and negative zero apart from null", () => {
  const values = [1.5, null, NaN, -0, Infinity, -Infinity, 5e-324, null, 2 ** 60];
  deepEqual(through(float64Column(field("value", "g"), values)), values);
  deepEqual(through(float64Column(field("value", "g"), Float64Array.of(1, NaN))), [1, NaN]);
});

Deno.test("int64Column() keeps safe integers and refuses others", () => {
  const safe = fc.array(fc.option(fc.maxSafeInteger()), { maxLength: 40 });
  fc.assert(
    fc.property(safe, (values) => deepEqual(through(int64Column(field("n", "l"), values)), values)),
    { seed: 2, examples: [[[-1, -4294967296, 4294967295, 2 ** 53 - 1, -(2 ** 53 - 1)]]] },
  );
  for (const wrong of [NaN, 1.5, 2 ** 53, Infinity]) {
    throws(() => int64Column(field("n", "l"), [wrong]), /wanted a safe integer/);
  }
});

Deno.test("int32Column() keeps 32-bit integers and refuses others", () => {
  const values = [0, -1, null, 2 ** 31 - 1, -(2 ** 31)];
  deepEqual(through(int32Column(field("n", "i"), values)), values);
  throws(() => int32Column(field("n", "i"), [2 ** 31]), RangeError);
  throws(() => int32Column(field("n", "i"), [0.5]), RangeError);
});

Deno.test("boolColumn() keeps truth and nulls", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.boolean()), { maxLength: 70 }), (values) => {
      deepEqual(through(boolColumn(field("ok", "b"), values)), values);
    }),
    { seed: 4 },
  );
});

Deno.test("listColumn() cuts its child into rows and wants the lengths to fit", () => {
  const child = float64Column(field("item", "g"), [1, 2, 3]);
  const each = field("samples", "+l", [child.field]);
  deepEqual(through(listColumn(each, [2, null, 0, 1], child)), [[1, 2], null, [], [3]]);
  throws(() => listColumn(each, [1, 1], child), RangeError);
  throws(() => listColumn(each, [4], child), RangeError);
});
