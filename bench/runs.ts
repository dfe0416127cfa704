/**
 * Runs: from RunEnded to visible, and the restart of a daemon.
 * @module
 */
import { EventStore } from "../mod.ts";
import { stopDaemon, withDirectory } from "./directory.ts";
import { type Figure, millis, rounds } from "./report.ts";
import { measurement } from "./sample_events.ts";

const MEASUREMENTS = 10_000;

/** Measures. */
export async function benchRuns(): Promise<Figure[]> {
  return [
    {
      work: "run of 10,000 measurements, RunEnded to Parquet visible",
      value: await rounds(5, materialize),
      unit: "ms",
      original: "1,900 / 1,900",
      aim: "<= 150",
    },
    {
      work: "restart of the daemon, 100,000 events",
      value: await rounds(3, restart),
      unit: "ms",
      original: "3,200 (0.6.0)",
      aim: "<= 300",
    },
  ];
}

async function record(store: EventStore, count: number): Promise<string> {
  const run_id = crypto.randomUUID();
  store.emit({ event_type: "run.started", run_id, dut_serial: "SN1" });
  for (let i = 0; i < count; i++) {
    const wait = store.emit(measurement(run_id, i));
    if (wait !== undefined) await wait;
  }
  await store.flush();
  return run_id;
}

async function materialize(): Promise<number> {
  return await withDirectory(async (dataDir) => {
    await using store = await EventStore.open({ dataDir });
    await (await store.sql("SELECT 1")).toColumns();
    const run_id = await record(store, MEASUREMENTS);
    await (await store.sql("SELECT count(*) FROM events")).toColumns();
    return await millis(async () => {
      store.emit({ event_type: "run.ended", run_id, outcome: "passed" });
      const result = await store.sql(
        "SELECT run_outcome, (SELECT count(*) FROM measurements) AS n FROM runs",
      );
      const [row] = await Array.fromAsync(result.rows<{ run_outcome: string; n: number }>());
      if (row?.run_outcome !== "passed" || row.n !== MEASUREMENTS) {
        throw new Error(`Run is not complete: ${JSON.stringify(row)}`);
      }
    });
  });
}

async function restart(): Promise<number> {
  return await withDirectory(async (dataDir) => {
    {
      await using store = await EventStore.open({ dataDir });
      const run_id = await record(store, 100_000);
      store.emit({ event_type: "run.ended", run_id, outcome: "passed" });
      await (await store.sql("SELECT count(*) FROM runs")).toColumns();
    }
    await stopDaemon(dataDir);
    await using store = await EventStore.open({ dataDir });
    return await millis(async () => (await store.sql("SELECT count(*) FROM events")).toColumns());
  });
}
