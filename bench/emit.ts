/**
 * Emitting events: to the file alone, and until the daemon answers queries on them.
 * @module
 */
import { setImmediate } from "node:timers";
import { EventStore, FileEventLog } from "../mod.ts";
import { type Figure, rounds } from "./report.ts";
import { measurement } from "./sample_events.ts";
import { withDirectory } from "./directory.ts";

const EVENTS = 200_000;

/** Measures. */
export async function benchEmit(): Promise<Figure[]> {
  return [
    {
      work: "emit, file only",
      value: await rounds(5, fileOnly),
      unit: "events/s",
      original: "55,000 / 16,000",
      aim: ">= 500,000",
    },
    {
      work: "emit until queryable",
      value: await rounds(3, untilQueryable),
      unit: "events/s",
      original: "270 / 6,100",
      aim: ">= 150,000",
    },
  ];
}

/** A test program awaits its instruments now and then, which lets the writer work; a timer takes 1 ms more. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => resolve());
  });
}

async function fileOnly(): Promise<number> {
  return await withDirectory(async (dataDir) => {
    await using log = await FileEventLog.open({ dataDir });
    const runId = crypto.randomUUID();
    const start = performance.now();
    for (let i = 0; i < EVENTS; i++) {
      const wait = log.emit(measurement(runId, i));
      if (wait !== undefined) await wait;
      if ((i & 1023) === 0) await turn();
    }
    await log.flush();
    return EVENTS / (performance.now() - start) * 1000;
  });
}

async function untilQueryable(): Promise<number> {
  return await withDirectory(async (dataDir) => {
    await using store = await EventStore.open({ dataDir });
    await (await store.sql("SELECT 1")).toArrow();
    const runId = crypto.randomUUID();
    const start = performance.now();
    for (let i = 0; i < EVENTS; i++) {
      const wait = store.emit(measurement(runId, i));
      if (wait !== undefined) await wait;
      if ((i & 1023) === 0) await turn();
    }
    const result = await store.sql("SELECT count(*) AS n FROM events");
    const [row] = await Array.fromAsync(result.rows<{ n: number }>());
    if (row?.n !== EVENTS) throw new Error(`Daemon counts ${row?.n} events, wanted ${EVENTS}`);
    return EVENTS / (performance.now() - start) * 1000;
  });
}
