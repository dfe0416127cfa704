/**
 * Runs: from RunEnded to visible, many at once, the index anew, and the restart of a daemon.
 * @module
 */
import { FlightClient } from "../client.ts";
import { acquire, EventStore } from "../mod.ts";
import { stopDaemon, withDirectory } from "./directory.ts";
import { type Figure, millis, rounds } from "./report.ts";
import { measurement } from "./sample_events.ts";

const MEASUREMENTS = 10_000;
const SMALL_RUNS = 1000;

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
      work: "100 runs that end in the same second, until all are there",
      value: await rounds(3, () => materializeMany(100)),
      unit: "ms",
      original: "-",
      aim: "all there",
    },
    {
      work: "small runs with their files, sustained",
      value: await rounds(3, async () => SMALL_RUNS / (await materializeMany(SMALL_RUNS)) * 1000),
      unit: "runs/s",
      original: "-",
      aim: ">= 100",
    },
    {
      work: "index of run files made anew",
      value: await rounds(1, reindex),
      unit: "files/s",
      original: "-",
      aim: ">= 2,000",
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

/** Emits small runs at once and waits until all have their file; milliseconds. */
async function materializeMany(count: number): Promise<number> {
  return await withDirectory(async (dataDir) => {
    await using store = await EventStore.open({ dataDir });
    await (await store.sql("SELECT 1")).toColumns();
    return await millis(() => recordMany(store, count));
  });
}

async function recordMany(store: EventStore, count: number): Promise<void> {
  for (let run = 0; run < count; run++) {
    const run_id = await record(store, 10);
    const wait = store.emit({ event_type: "run.ended", run_id, outcome: "passed" });
    if (wait !== undefined) await wait;
  }
  const files = "SELECT count(*) AS n FROM run_index.files";
  const [row] = await Array.fromAsync((await store.sql(files)).rows<{ n: number }>());
  if (row?.n !== count) throw new Error(`Wanted ${count} run files, found ${row?.n}`);
}

async function reindex(): Promise<number> {
  return await withDirectory(async (dataDir) => {
    await using store = await EventStore.open({ dataDir });
    const count = 2 * SMALL_RUNS;
    await recordMany(store, count);
    await using lease = await acquire(dataDir, { spawn: false });
    await using client = await FlightClient.connect(lease.location, { token: lease.token });
    const took = await millis(async () => {
      for await (const _ of client.doAction("reindex", new Uint8Array(0)));
    });
    return count / took * 1000;
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
