/** A daemon that is killed while it writes run files: each run has one whole file in the end. */
import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { FileEventLog } from "../lib/events/file_event_log.ts";
import { RunStore } from "../lib/runs/run_store.ts";
import { readParquet } from "../lib/parquet/read_parquet.ts";
import { rowsOf, runScript, testDirectory, until } from "./harness.ts";

const RUNS = 300;
const MEASUREMENTS = 5;

/** Writes the events of runs whose names would collide, and one run that never ends. */
async function record(dataDir: string): Promise<string[]> {
  const log = await FileEventLog.open({ dataDir, sessionId: crypto.randomUUID() });
  const ids: string[] = [];
  for (let i = 0; i <= RUNS; i++) {
    const run_id = crypto.randomUUID();
    ids.push(run_id);
    const occurred_at = `2026-11-21T07:04:${String(i % 3).padStart(2, "0")}.000000Z`;
    await log.emit({ event_type: "run.started", run_id, occurred_at, dut_serial: `SN${i % 2}` });
    const step = { run_id, step_name: "s", step_index: 0, step_path: "s" };
    for (let k = 0; k < MEASUREMENTS; k++) {
      await log.emit({
        event_type: "test.measurement",
        ...step,
        measurement_name: `m${k}`,
        value: k,
      });
    }
    if (i < RUNS) await log.emit({ event_type: "run.ended", run_id, outcome: "passed" });
  }
  await log.close();
  return ids.sort();
}

function runFiles(dataDir: string): string[] {
  const folder = join(dataDir, "runs", "2026-11-21");
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name)
      .filter((name) => name.endsWith(".parquet") && !name.startsWith("."))
      .map((name) => join(folder, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** What a daemon does at its start, in a process of its own. */
const MATERIALIZE = `
import { Warehouse } from "$ROOT/lib/daemon/warehouse.ts";
const [dataDir = ""] = Deno.args;
await using warehouse = await Warehouse.open({ dataDir, writable: true, log: () => {} });
await warehouse.takeLiveRuns();
console.log("DONE");
`;

Deno.test("Killed again and again while it writes run files, the daemon leaves one whole file for each run", async () => {
  await using directory = await testDirectory();
  const dataDir = directory.path;
  const ids = await record(dataDir);
  // The files themselves tell how far it is: each kill meets another moment of writing and indexing.
  for (const wanted of [1, 100, 254, 258]) {
    const script = await runScript(MATERIALIZE, [dataDir]);
    await until(() => runFiles(dataDir).length >= wanted, `${wanted} run files`);
    script.kill("SIGKILL");
    await script.status;
    for (const path of runFiles(dataDir)) readParquet(await Deno.readFile(path)); // each is whole
  }
  await using store = await RunStore.open({ dataDir });
  const [counts] = await rowsOf(
    store,
    `SELECT count(*) AS runs, count(DISTINCT run_id) AS ids, count(*) FILTER (run_outcome = 'aborted') AS aborted,
      (SELECT count(*) FROM measurements) AS measurements FROM runs`,
  );
  deepEqual(counts, {
    runs: RUNS + 1,
    ids: RUNS + 1,
    aborted: 1,
    measurements: (RUNS + 1) * MEASUREMENTS,
  });
  const files = runFiles(dataDir).map((path) => {
    const cells = new Array(1);
    readParquet(Deno.readFileSync(path)).columns.find(({ name }) => name === "run_id")
      ?.copyTo(cells, 0, 1);
    return String(cells[0]);
  });
  deepEqual(files.sort(), ids, "exactly one file for each run");
  const [doubles] = await rowsOf(
    store,
    "SELECT count(*) AS n FROM run_index.files WHERE status <> 'ok'",
  );
  equal(doubles?.n, 0);
  const [told] = await rowsOf(
    store,
    "SELECT count(DISTINCT run_id) AS n FROM events WHERE event_type = 'run.materialized'",
  );
  equal(told?.n, RUNS + 1, "each file was told of, by the next daemon where its own was killed");
});
