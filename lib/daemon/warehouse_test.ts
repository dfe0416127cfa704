import { ok, strictEqual as equal } from "node:assert/strict";
import { FileEventLog } from "../events/file_event_log.ts";
import { Warehouse } from "./warehouse.ts";

const RUNS = 40;

async function recordRuns(dataDir: string): Promise<void> {
  await using log = await FileEventLog.open({ dataDir });
  for (let i = 0; i < RUNS; i++) {
    const run_id = crypto.randomUUID();
    await log.emit({ event_type: "run.started", run_id, dut_serial: `SN${i}` });
    await log.emit({ event_type: "run.ended", run_id, outcome: "passed" });
  }
}

Deno.test("Warehouse.open() does not wait for the files of runs that ended without a daemon", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    await recordRuns(dataDir);
    const logged: string[] = [];
    await using warehouse = await Warehouse.open({
      dataDir,
      writable: true,
      log: (message) => logged.push(message),
    });
    const written = (): number => logged.filter((line) => line.includes("written to")).length;
    ok(written() < RUNS);
    await warehouse.takeLiveRuns();
    equal(written(), RUNS);
    equal(warehouse.index.runCount, RUNS);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("Warehouse answers where of a run nothing but the telling of its file is left", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    {
      await using log = await FileEventLog.open({ dataDir });
      await log.emit({
        event_type: "run.materialized",
        run_id: crypto.randomUUID(),
        materializer: "parquet",
        destination: "runs/gone.parquet",
      });
    }
    await using warehouse = await Warehouse.open({ dataDir, writable: true, log: () => {} });
    for (const run of warehouse.tracker.all()) warehouse.tracker.touch(run);
    const { batches } = await warehouse.query("SELECT * FROM runs");
    equal((await Array.fromAsync(batches)).reduce((sum, { rows }) => sum + rows, 0), 0);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
