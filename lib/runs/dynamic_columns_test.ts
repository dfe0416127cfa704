import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { DynamicColumn, DynamicNames } from "./dynamic_columns.ts";
import type { Cell } from "./series.ts";

function column(values: readonly unknown[]): { type: string | null; cells: Cell[] } {
  const dynamic = new DynamicColumn();
  values.forEach((value, row) => dynamic.set(row, value));
  const cells: Cell[] = [];
  dynamic.freeze(values.length, dynamic.type).copyTo(cells, 0, 0, values.length);
  return { type: dynamic.type, cells };
}

Deno.test("DynamicColumn types a column by its values", () => {
  deepStrictEqual(column([null, 1, 2.5, "NaN"]), { type: "double", cells: [null, 1, 2.5, NaN] });
  deepStrictEqual(column([true, null, false]), { type: "bool", cells: [true, null, false] });
  deepStrictEqual(column(["a", "NaN"]), { type: "string", cells: ["a", "NaN"] });
  deepStrictEqual(column([["a", 1, null], []]), {
    type: "list<string>",
    cells: [["a", "1", null], []],
  });
  deepStrictEqual(column(["1970-01-01T00:00:01Z", "1970-01-01T00:00:00.000002Z"]), {
    type: "timestamp",
    cells: [1e6, 2],
  });
  deepStrictEqual(column([null]), { type: null, cells: [null] });
});

Deno.test("DynamicColumn falls back to text without losing a value", () => {
  deepStrictEqual(column([-0, "Infinity", 1e21, "low", true]), {
    type: "string",
    cells: ["-0", "Infinity", "1e+21", "low", "true"],
  });
  deepStrictEqual(column(["1970-01-01T00:00:01Z", "later"]), {
    type: "string",
    cells: ["1970-01-01T00:00:01Z", "later"],
  });
  for (const text of ["2026-02-31T00:00:00Z", "9999-01-01T00:00:00.000001Z"]) {
    deepStrictEqual(column([text]), { type: "string", cells: [text] });
  }
  deepStrictEqual(column([["a"], 7]), { type: "string", cells: ['["a"]', "7"] });
  deepStrictEqual(column([{ a: [1] }, "x"]), { type: "string", cells: ['{"a":[1]}', "x"] });
});

Deno.test("DynamicColumn stores a claim check as its URI", () => {
  const uri = "channel://scope.ch1?session=s";
  deepStrictEqual(column([{ _ref: uri, type: "array" }, uri]), {
    type: "string",
    cells: [uri, uri],
  });
});

Deno.test("DynamicNames gives names that differ by more than case", () => {
  const names = new DynamicNames();
  strictEqual(names.nameOf("in_", "Vin"), "in_Vin");
  strictEqual(names.nameOf("in_", "vin"), "in_vin_2");
  strictEqual(names.nameOf("in_", "VIN_2"), "in_VIN_2_2");
  strictEqual(names.nameOf("in_", "Vin"), "in_Vin");
  strictEqual(names.nameOf("out_", "vin"), "out_vin");
  strictEqual(names.nameOf("in_", "a\0\uD800"), "in_a\uFFFD\uFFFD");
});
