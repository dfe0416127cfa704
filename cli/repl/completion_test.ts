import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { complete } from "./completion.ts";
import { catalogWith, type CompletionCatalog, EMPTY_CATALOG } from "./completion_catalog.ts";

const catalog: CompletionCatalog = catalogWith(EMPTY_CATALOG, [
  ["column", "run_id", "runs", "VARCHAR"],
  ["column", "run_outcome", "runs", "VARCHAR"],
  ["column", "dut_serial", "runs", "VARCHAR"],
  ["column", "in_load A", "measurements", "DOUBLE"],
  ["column", "measurement_value", "measurements", "DOUBLE"],
  ["function", "round"],
  ["channel", "psu.voltage"],
  ["channel", "scope.ch1"],
  ["serial", "SN1001"],
  ["run", "0aa1"],
  ["session", "5e55"],
  ["eventType", "run.ended"],
  ["outcome", "passed"],
]);

/** Candidates at the bar. */
function at(text: string): string[] {
  const cursor = text.indexOf("|");
  const files = (prefix: string) => [{ text: `${prefix}.sql`, note: "file" }];
  return complete(text.replace("|", ""), cursor, catalog, files).candidates.map((each) =>
    each.text
  );
}

Deno.test("complete() offers views behind FROM, and columns of the views of the statement", () => {
  deepEqual(at("SELECT * FROM ru|"), ["runs"]);
  ok(at("SELECT * FROM |").includes("lttb("));
  deepEqual(at("SELECT run_o| FROM runs"), ["run_outcome"]);
  deepEqual(at("SELECT r.| FROM runs AS r JOIN measurements m USING (run_id)"), [
    "run_id",
    "run_outcome",
    "dut_serial",
  ]);
  deepEqual(at("SELECT m.in| FROM runs, measurements m"), ['"in_load A"']);
  ok(!at("SELECT dut| FROM measurements").includes("dut_serial"));
});

Deno.test("complete() offers keywords in the case of what was typed, and functions", () => {
  deepEqual(at("SEL|"), ["SELECT"]);
  deepEqual(at("sel|"), ["select"]);
  deepEqual(at("SELECT rou| FROM runs"), ["round("]);
  deepEqual(at("SELECT 1; su|"), ["summarize"]);
});

Deno.test("complete() offers recorded values within quotes", () => {
  deepEqual(at("SELECT * FROM lttb('sc|"), ["scope.ch1"]);
  deepEqual(at("FROM runs WHERE dut_serial = '|'"), ["SN1001"]);
  deepEqual(at("FROM runs WHERE run_outcome = '|"), ["passed"]);
  deepEqual(at("FROM events WHERE event_type = 'r|"), ["run.ended"]);
  deepEqual(at("SELECT '|"), ["psu.voltage", "scope.ch1", "SN1001", "0aa1", "run.ended"]);
});

Deno.test("complete() finds names by a part where none begins so, and nothing in comments", () => {
  deepEqual(at("SELECT serial| FROM runs"), ["dut_serial"]);
  deepEqual(at("SELECT 1 -- ru|"), []);
});

Deno.test("complete() knows dot commands and their arguments", () => {
  deepEqual(at(".mo|"), [".mode "]);
  deepEqual(at(".mode js|"), ["json", "jsonl"]);
  deepEqual(at(".lttb ps|"), ["psu.voltage"]);
  deepEqual(at(".lttb psu.voltage |"), ["5e55"]);
  deepEqual(at(".show |"), ["latest", "SN1001", "0aa1"]);
  deepEqual(at(".read a|"), ["a.sql"]);
  deepEqual(at(".watch 2 SELECT run_o| FROM runs"), ["run_outcome"]);
  equal(at("SELECT 1\n.mo|").includes(".mode "), false);
});
