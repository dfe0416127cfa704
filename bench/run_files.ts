/**
 * Run files in any number, as another computer may have left them: no events, no daemon, no index.
 * @module
 */
import { join } from "@std/path";
import { dateFolder } from "../lib/base/data_layout.ts";
import { newId } from "../lib/base/ids.ts";
import { formatEventTime } from "../lib/runs/event_time.ts";
import { RunAccumulator } from "../lib/runs/run_accumulator.ts";
import type { RunEventRecord } from "../lib/runs/run_event.ts";
import { writeRunFile } from "../lib/runs/run_file.ts";
import { runFileStem } from "../lib/runs/run_file_stem.ts";
import type { RunTable } from "../lib/runs/run_table.ts";
import { measurement } from "./sample_events.ts";

const FIRST_MICROS = Date.UTC(2026, 5, 1) * 1000;
/** A thousand runs a day. */
const APART_MICROS = 86_400 * 1e6 / 1000;
const MEASUREMENTS = 10;
const AT_ONCE = 16;

/** Writes files of small runs below a data directory. */
export async function writeRunFiles(dataDir: string, files: number): Promise<void> {
  const sessionId = newId();
  const write = async (number: number): Promise<void> => {
    const table = runTable(sessionId, number);
    const name = `${runFileStem(table.startedAtMicros, table.dutSerial)}.parquet`;
    await writeRunFile(() => join(dataDir, "runs", dateFolder(table.startedAtMicros), name), table);
  };
  for (let start = 0; start < files; start += AT_ONCE) {
    const length = Math.min(AT_ONCE, files - start);
    await Promise.all(Array.from({ length }, (_, i) => write(start + i)));
  }
}

function runTable(sessionId: string, number: number): RunTable {
  const runId = newId();
  const run = new RunAccumulator({ runId, sessionId, litmusVersion: "0.1.0", isDistinct: true });
  const startedAtMicros = FIRST_MICROS + number * APART_MICROS;
  let events = 0;
  const add = (event: object): void => {
    const occurred_at = formatEventTime(startedAtMicros + events++ * 1000);
    run.add({ ...event, occurred_at, session_id: sessionId, run_id: runId } as RunEventRecord);
  };
  add({
    event_type: "run.started",
    dut_serial: `SN${number}`,
    station_id: `station-${number % 7}`,
    product_id: `product-${number % 3}`,
    test_phase: "production",
  });
  for (let i = 0; i < MEASUREMENTS; i++) add(measurement(runId, i));
  add({ event_type: "run.ended", outcome: number % 10 === 0 ? "failed" : "passed" });
  return run.finish();
}
