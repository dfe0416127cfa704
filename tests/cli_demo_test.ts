/** The demo, through the command line as a stranger calls it. */
import { deepStrictEqual as deepEqual, match, ok, strictEqual as equal } from "node:assert/strict";
import { litmus } from "./cli_harness.ts";
import { testDirectory } from "./harness.ts";

Deno.test("litmus demo records a shift, shows it, and a second demo adds runs", async () => {
  await using directory = await testDirectory();
  const dir = ["--data-dir", directory.path];
  const first = await litmus(["demo", "--units", "4", ...dir]);
  equal(first.code, 0, first.err);
  match(first.err, /1\/4 {2}PSB330-0001 {2}passed/);
  match(first.out, /1,200,000 samples of scope\.ripple/);
  match(first.out, /litmus show latest/);
  ok(first.out.includes(directory.path), "says where the data lies");
  const count = `SELECT run_outcome AS outcome, count(*) AS runs FROM runs GROUP BY ALL ORDER BY 1`;
  const { out } = await litmus(["sql", count, "--format", "json", ...dir]);
  deepEqual(JSON.parse(out), [
    { outcome: "errored", runs: 1 },
    { outcome: "failed", runs: 1 },
    { outcome: "passed", runs: 3 },
  ]);
  const second = await litmus(["demo", "--units", "1", "--format", "json", ...dir]);
  deepEqual(JSON.parse(second.out).runs, [{ dut_serial: "PSB330-0005", outcome: "passed" }]);
});
