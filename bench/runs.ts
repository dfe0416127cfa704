/**
 * Runs: from RunEnded to visible, many at once, the index anew, and the restart of a daemon.
 * @module
 */
import { FlightClient } from "../client.ts";
import { acquire, EventStore } from "../mod.ts";
import { residentBytes } from "./daemon.ts";
import { stopDaemon, withDirectory } from "./directory.ts";
import { type Figure, millis, rounds } from "./report.ts";
import { writeRunFiles } from "./run_files.ts";
import { measurement } from "./sample_events.ts";

const SMALL_RUNS = 300;

/** Measures; each figure comes as soon as it is there. */
export async function* benchRuns(options: { large?: boolean | undefined }): AsyncGenerator<Figure> {
  yield {
    work: "run of 10,000 measurements, RunEnded to Parquet visible, right after them",
    value: await rounds(3, () => materialize(10_000)),
    unit: "ms",
    original: "1,900 / 1,900",
    aim: "<= 150",
  };
  yield {
    work: "the same a second after the last of them",
    value: await rounds(3, () => materialize(10_000, 1000)),
    unit: "ms",
    original: "1,900 / 1,900",
    aim: "<= 150",
  };
  yield {
    work: "100 runs that end in the same second, until all are there",
    value: await rounds(3, () => materializeMany(100)),
    unit: "ms",
    original: "-",
    aim: "all there",
  };
  yield {
    work: "small runs with their files, sustained",
    value: await rounds(3, async () => SMALL_RUNS / (await materializeMany(SMALL_RUNS)) * 1000),
    unit: "runs/s",
    original: "-",
    aim: ">= 100",
  };
  yield {
    work: "restart of the daemon, 100,000 events",
    value: await rounds(3, restart),
    unit: "ms",
    original: "3,200 (0.6.0)",
    aim: "<= 300",
  };
  yield* withRunFiles(options.large === true ? 100_000 : 2000);
  if (options.large !== true) return;
  yield {
    work: "run of 1M measurements, RunEnded to Parquet visible",
    value: await materialize(1_000_000) / 1000,
    unit: "s",
    original: "-",
    aim: "<= 5",
  };
  yield {
    work: "Parquet files of 1,000 runs made anew from 1M events",
    value: await rebuild(1000, 1000) / 1000,
    unit: "s",
    original: "-",
    aim: "<= 15",
  };
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

async function count(store: EventStore, table: string): Promise<number> {
  const result = await store.sql(`SELECT count(*) AS n FROM ${table}`);
  const [row] = await Array.fromAsync(result.rows<{ n: number }>());
  return row?.n ?? 0;
}

async function materialize(measurements: number, pauseMillis = 0): Promise<number> {
  return await withDirectory(async (dataDir) => {
    await using store = await EventStore.open({ dataDir });
    await count(store, "runs");
    const run_id = await record(store, measurements);
    await count(store, "events");
    await new Promise((resolve) => setTimeout(resolve, pauseMillis));
    return await millis(async () => {
      store.emit({ event_type: "run.ended", run_id, outcome: "passed" });
      const result = await store.sql(
        "SELECT run_outcome, (SELECT count(*) FROM measurements) AS n FROM runs",
      );
      const [row] = await Array.fromAsync(result.rows<{ run_outcome: string; n: number }>());
      if (row?.run_outcome !== "passed" || row.n !== measurements) {
        throw new Error(`Run is not complete: ${JSON.stringify(row)}`);
      }
    });
  });
}

/** Emits small runs at once and waits until all have their file; milliseconds. */
async function materializeMany(runs: number): Promise<number> {
  return await withDirectory(async (dataDir) => {
    await using store = await EventStore.open({ dataDir });
    await count(store, "runs");
    return await millis(() => recordMany(store, runs, 10));
  });
}

async function recordMany(store: EventStore, runs: number, measurements: number): Promise<void> {
  for (let run = 0; run < runs; run++) {
    const run_id = await record(store, measurements);
    const wait = store.emit({ event_type: "run.ended", run_id, outcome: "passed" });
    if (wait !== undefined) await wait;
  }
  const files = await count(store, "run_index.files");
  if (files !== runs) throw new Error(`Wanted ${runs} run files, found ${files}`);
}

/** The index over a folder that somebody copied here: made, asked, taken up again. */
async function* withRunFiles(files: number): AsyncGenerator<Figure> {
  const many = files.toLocaleString("en-US");
  const dataDir = await Deno.makeTempDir({ prefix: "litmus-bench-" });
  try {
    await writeRunFiles(dataDir, files);
    {
      await using store = await EventStore.open({ dataDir });
      const found = await count(store, "runs");
      if (found !== files) throw new Error(`Wanted ${files} runs, found ${found}`);
      yield {
        work: `index of ${many} run files made anew`,
        value: files / await millis(() => action(dataDir, "reindex")) * 1000,
        unit: "files/s",
        original: "-",
        aim: ">= 2,000",
      };
      const recent = `SELECT * FROM runs WHERE test_phase = 'production'
        ORDER BY run_started_at DESC LIMIT 20`;
      yield {
        work: `the last 20 of ${many} runs, by SQL`,
        value: await rounds(9, () => millis(async () => (await store.sql(recent)).toColumns())),
        unit: "ms",
        original: "-",
        aim: "<= 150",
      };
    }
    await stopDaemon(dataDir);
    await using store = await EventStore.open({ dataDir });
    yield {
      work: `restart of the daemon, ${many} run files`,
      value: await millis(() => count(store, "runs")),
      unit: "ms",
      original: "-",
      aim: "",
    };
    yield {
      work: `memory of that daemon`,
      value: await memoryOf(dataDir) / 1e6,
      unit: "MB",
      original: "-",
      aim: "",
    };
  } finally {
    await stopDaemon(dataDir);
    await Deno.remove(dataDir, { recursive: true });
  }
}

async function rebuild(runs: number, measurements: number): Promise<number> {
  return await withDirectory(async (dataDir) => {
    await using store = await EventStore.open({ dataDir });
    await recordMany(store, runs, measurements);
    return await millis(() => action(dataDir, "rebuild", { force: true, progress: true }));
  });
}

async function action(dataDir: string, name: string, argument: object = {}): Promise<void> {
  await using lease = await acquire(dataDir, { spawn: false });
  await using client = await FlightClient.connect(lease.location, { token: lease.token });
  const body = new TextEncoder().encode(JSON.stringify(argument));
  for await (const _ of client.doAction(name, body));
}

async function memoryOf(dataDir: string): Promise<number> {
  await using lease = await acquire(dataDir, { spawn: false });
  await using client = await FlightClient.connect(lease.location, { token: lease.token });
  return await residentBytes(client);
}

async function restart(): Promise<number> {
  return await withDirectory(async (dataDir) => {
    {
      await using store = await EventStore.open({ dataDir });
      const run_id = await record(store, 100_000);
      store.emit({ event_type: "run.ended", run_id, outcome: "passed" });
      await count(store, "runs");
    }
    await stopDaemon(dataDir);
    await using store = await EventStore.open({ dataDir });
    return await millis(() => count(store, "events"));
  });
}
