import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { limitText, measuredText } from "./limit_text.ts";
import { secondsBetween, stepTree } from "./step_tree.ts";

const STEPS = [
  { step_path: "a", step_name: "a", parent_path: "", vector_index: 0, step_outcome: "passed" },
  {
    step_path: "a/b",
    step_name: "b",
    parent_path: "a",
    vector_index: 0,
    vector_outcome: "failed",
    in_load: 1,
  },
  { step_path: "a/b", step_name: "b", parent_path: "a", vector_index: 1, in_load: 2, in_vin: null },
];

Deno.test("stepTree() nests steps by path and keeps vectors apart", () => {
  const [root, ...others] = stepTree(STEPS, [
    { step_path: "a/b", step_name: "b", parent_path: "a", vector_index: 1, measurement_name: "m" },
  ]);
  deepEqual(others, []);
  equal(root?.name, "a");
  const [child] = root?.children ?? [];
  deepEqual(child?.vectors.map(({ index, outcome, inputs }) => ({ index, outcome, inputs })), [
    { index: 0, outcome: "failed", inputs: { load: 1 } },
    { index: 1, outcome: null, inputs: { load: 2 } },
  ]);
  equal(child?.vectors[1]?.measurements.length, 1);
});

Deno.test("stepTree() shows a step whose parent left no row", () => {
  const [root] = stepTree([{ step_path: "x/y", step_name: "y", parent_path: "x" }], []);
  equal(root?.path, "x");
  equal(root?.children[0]?.name, "y");
});

Deno.test("stepTree() tells what never began from what has not ended", () => {
  const begun = { step_path: "a", step_started_at: "2026-11-21T08:00:00.000001Z" };
  const trees = stepTree([begun, { step_path: "b", step_started_at: null }], []);
  deepEqual(trees.map(({ vectors }) => vectors[0]?.isStarted), [true, false]);
});

Deno.test("limitText() reads as one says it", () => {
  equal(limitText({ limit_low: 3.2, limit_high: 3.4, limit_comparator: "GELE" }), "3.2 .. 3.4");
  equal(limitText({ limit_low: 3.2, limit_high: 3.4, limit_comparator: "GTLT" }), ">3.2 .. <3.4");
  equal(limitText({ limit_high: 5, limit_comparator: "LE" }), "≤ 5");
  const wanted = { limit_nominal: 1, limit_comparator: "EQ" };
  equal(limitText(wanted), "= 1");
  equal(limitText({ ...wanted, custom_value_bool: false }), "= true");
  equal(limitText({ limit_low: 1, limit_comparator: "GT" }), "> 1");
  equal(limitText({ limit_nominal: 1, limit_comparator: "EQ" }), "= 1");
  equal(limitText({}), "");
});

Deno.test("measuredText() shows texts and booleans as what they were", () => {
  equal(measuredText({ measurement_value: 3.30000001 }), "3.3");
  equal(measuredText({ measurement_value: 1, custom_value_bool: true }), "true");
  equal(measuredText({ measurement_value: null, custom_value_text: "2.4.1" }), "2.4.1");
  equal(measuredText({ measurement_value: null }), "-");
});

Deno.test("secondsBetween() keeps microseconds", () => {
  equal(secondsBetween("2026-11-21T08:00:00.000001Z", "2026-11-21T08:00:00.000251Z"), 0.00025);
  equal(secondsBetween("2026-11-21T08:00:00.000001Z", null), null);
});
