import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { columnArray } from "./column_arrays.ts";
import { float64Column, int64Column, utf8Column } from "./column_builder.ts";
import { type ArrowColumn, type ArrowField, field } from "./field.ts";
import { valuesOf } from "./sample_batches_test.ts";

function wide(format: string, ...values: bigint[]): ArrowColumn {
  const data = new Uint8Array(BigInt64Array.from(values).buffer);
  return { ...fixed(format, data), length: values.length };
}

function fixed(format: string, data: Uint8Array, length = 1): ArrowColumn {
  const buffers = [new Uint8Array(0), data];
  return { field: field("x", format), length, nullCount: 0, buffers, children: [] };
}

function ints(...numbers: number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(numbers).buffer);
}

Deno.test("valueReader() gives whole numbers as number while exact, else as bigint", () => {
  const edge = 2n ** 53n;
  deepEqual(valuesOf(wide("l", edge - 1n, edge, -edge + 1n, -edge, -(2n ** 63n))), [
    ...[2 ** 53 - 1, edge, -(2 ** 53 - 1), -edge],
    -(2n ** 63n),
  ]);
  deepEqual(valuesOf(wide("L", -1n, 5n)), [2n ** 64n - 1n, 5]);
});

Deno.test("valueReader() gives decimals exactly", () => {
  deepEqual(valuesOf(fixed("d:9,2,32", ints(-5, 12345), 2)), ["-0.05", "123.45"]);
  deepEqual(valuesOf(wide("d:18,3,64", -1500n, 0n)), ["-1.500", "0.000"]);
  deepEqual(valuesOf(fixed("d:38,10", ints(-1, -1, -1, -1))), ["-0.0000000001"]);
  deepEqual(valuesOf(fixed("d:38,0", ints(0, 0, 1, 0))), ["18446744073709551616"]);
  deepEqual(valuesOf(fixed("d:5,-2,32", ints(-12, 0), 2)), ["-1200", "0"]);
  deepEqual(valuesOf(fixed("d:76,1,256", ints(0, 0, 0, 0, 0, 0, 0, -1))), [
    `-${(2n ** 224n).toString().slice(0, -1)}.${(2n ** 224n).toString().slice(-1)}`,
  ]);
});

Deno.test("valueReader() gives times as text that is exact to the unit", () => {
  deepEqual(valuesOf(wide("tsu:UTC", 0n, -1n, 1_790_000_000_123_456n)), [
    "1970-01-01T00:00:00.000000Z",
    "1969-12-31T23:59:59.999999Z",
    "2026-09-21T14:13:20.123456Z",
  ]);
  deepEqual(valuesOf(wide("tsn:", -1n)), ["1969-12-31T23:59:59.999999999"]);
  deepEqual(valuesOf(fixed("tdD", ints(-1, 0), 2)), ["1969-12-31", "1970-01-01"]);
  deepEqual(valuesOf(wide("tdm", -86_400_000n, -1n)), ["1969-12-31", "1969-12-31"]);
  deepEqual(valuesOf(fixed("tts", ints(3661))), ["01:01:01"]);
  deepEqual(valuesOf(wide("ttu", 1n)), ["00:00:00.000001"]);
});

Deno.test("valueReader() keeps a byte order mark that is part of a text", () => {
  const texts = ["\ufeffa", "\ufeffΩ", "\ufeff"];
  deepEqual(valuesOf(utf8Column(field("text", "u"), texts)), texts);
});

Deno.test("valueReader() gives binary as copies", () => {
  const data = Uint8Array.of(1, 2, 3, 4);
  const [first] = valuesOf(fixed("w:2", data, 2));
  data.fill(0);
  deepEqual(first, Uint8Array.of(1, 2));
});

Deno.test("valueReader() gives nulls for null columns, and for null indices of a dictionary", () => {
  const nulls: ArrowColumn = {
    ...{ field: field("n", "n"), length: 2, nullCount: 2, buffers: [], children: [] },
  };
  deepEqual(valuesOf(nulls), [null, null]);
  const encoded: ArrowField = {
    ...field("text", "u"),
    dictionary: { id: 0, indexFormat: "c", ordered: false },
  };
  const column: ArrowColumn = {
    ...{ field: encoded, length: 3, nullCount: 1, children: [] },
    buffers: [Uint8Array.of(0b101), Uint8Array.of(1, 9, 0)],
    dictionary: utf8Column(field("text", "u"), ["no", null]),
  };
  deepEqual(valuesOf(column), [null, null, "no"]);
});

Deno.test("columnArray() joins chunks into typed arrays where nothing is null", () => {
  const each = field("x", "g");
  const chunks = [[1, 2], [], [3]].map((values) => float64Column(each, values));
  deepEqual(columnArray(each, chunks), Float64Array.of(1, 2, 3));
  deepEqual(columnArray(each, []), new Float64Array(0));
  deepEqual(columnArray(each, [float64Column(each, [1, null])]), [1, null]);
});

Deno.test("columnArray() gives timestamps as units, with nulls and without", () => {
  const each = field("t", "tsu:UTC");
  deepEqual(columnArray(each, [int64Column(each, [5, -5])]), BigInt64Array.of(5n, -5n));
  deepEqual(columnArray(each, [int64Column(each, [5, null])]), [5n, null]);
  const encoded = { ...each, dictionary: { id: 0, indexFormat: "c", ordered: false } };
  const column: ArrowColumn = {
    ...fixed("c", Uint8Array.of(1, 0), 2),
    field: encoded,
    dictionary: int64Column(each, [5, null]),
  };
  deepEqual(columnArray(encoded, [column]), [null, 5n]);
  equal(columnArray(field("text", "u"), []).length, 0);
});
