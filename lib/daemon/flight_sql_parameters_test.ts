import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import { field } from "../arrow/field.ts";
import { InvalidDataError } from "../base/errors.ts";
import { batchOfRows } from "./flight_sql_batch.ts";
import { parameterField, parameterRows } from "./flight_sql_parameters.ts";

const batch = batchOfRows({ fields: [field("b", "l"), field("$A", "u")] }, [[1, "x"], [2, null]]);

Deno.test("parameterRows() matches columns by name where the parameters have names", () => {
  deepEqual(parameterRows(["a", "b"], batch), [["x", 1], [null, 2]]);
});

Deno.test("parameterRows() matches by position where they are numbered or named otherwise", () => {
  deepEqual(parameterRows(["1", "2"], batch), [[1, "x"], [2, null]]);
  deepEqual(parameterRows(["from", "to"], batch), [[1, "x"], [2, null]]);
});

Deno.test("parameterRows() refuses the wrong number of columns and lists", () => {
  throws(() => parameterRows(["1"], batch), InvalidDataError);
  const lists = batchOfRows({ fields: [field("1", "+l", [field("item", "u")])] }, [[["x"]]]);
  throws(() => parameterRows(["1"], lists), InvalidDataError);
});

Deno.test("parameterField() asks for milliseconds, as the JDBC driver sends them", () => {
  equal(parameterField(field("1", "tsu:UTC")).format, "tsm:UTC");
  equal(parameterField(field("1", "tsn:")).format, "tsm:");
  equal(parameterField(field("1", "d:38,0")).format, "l");
  equal(parameterField(field("1", "tin")).format, "u");
  equal(parameterField(field("1", "g")).format, "g");
});
