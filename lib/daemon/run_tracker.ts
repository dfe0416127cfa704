/**
 * Knows each run that occurs in the events: where its events lie, who writes it, whether it ended.
 * @module
 */
import type { ArrowBatch, ArrowColumn } from "../arrow/field.ts";
import { textRuns } from "../arrow/text_runs.ts";
import { valueReader } from "../arrow/column_values.ts";
import type { BatchOrigin } from "./event_follower.ts";

/** What is known of a run. */
export interface TrackedRun {
  readonly runId: string;
  sessionId: string;
  /** Row id of its first event in the events table. */
  firstRow: number;
  /** Row id of its last event. */
  lastRow: number;
  /** Keys of the writers of this package that wrote it. */
  readonly writers: Set<string>;
  /** True where at least one of its events came from another program. */
  foreign: boolean;
  /** Process and host of a foreign writer, as far as known. */
  pid: number | undefined;
  host: string | undefined;
  started: boolean;
  /** Number of `run.ended` events. */
  ends: number;
  /** Number of `run.materialized` events. */
  materialized: number;
  /** Events since the live rows were made. */
  dirty: boolean;
}

const EVENT_TYPE = 1;
const SESSION_ID = 4;
const RUN_ID = 5;
const JSON_TEXT = 6;

/** Called when a run of this package has ended. */
export type RunEnded = (run: TrackedRun) => void;

/** Watches the batches that go into the events table. */
export class RunTracker {
  readonly #runs = new Map<string, TrackedRun>();
  readonly #onEnded: RunEnded;
  /** Runs whose rows may have to be made anew. */
  readonly dirty = new Set<TrackedRun>();

  constructor(onEnded: RunEnded) {
    this.#onEnded = onEnded;
  }

  /** All runs that occur in the events. */
  all(): IterableIterator<TrackedRun> {
    return this.#runs.values();
  }

  /** A run by id. */
  get(runId: string): TrackedRun | undefined {
    return this.#runs.get(runId);
  }

  /** Marks a run whose rows have to be made anew. */
  touch(run: TrackedRun): void {
    run.dirty = true;
    this.dirty.add(run);
  }

  /**
   * Takes note of a batch in the columns of the event format.
   *
   * @param firstRow row id that its first event gets in the events table
   */
  observe(batch: ArrowBatch, firstRow: number, origin: BatchOrigin): void {
    const runIds = batch.columns[RUN_ID];
    if (runIds === undefined) return;
    const ended: TrackedRun[] = [];
    for (const { text, start, end } of textRuns(runIds)) {
      if (text === null || text === "") continue;
      const run = this.#run(text, firstRow + start, batch, start);
      run.lastRow = Math.max(run.lastRow, firstRow + end - 1);
      if (origin.writer === undefined) {
        run.foreign = true;
        run.pid ??= origin.pid;
      } else run.writers.add(origin.writer);
      this.touch(run);
    }
    this.#milestones(batch, runIds, ended);
    for (const run of ended) if (!run.foreign) this.#onEnded(run);
  }

  #run(runId: string, row: number, batch: ArrowBatch, at: number): TrackedRun {
    const known = this.#runs.get(runId);
    if (known !== undefined) return known;
    const session = batch.columns[SESSION_ID];
    const run: TrackedRun = {
      runId,
      sessionId: session === undefined ? "" : String(valueReader(session)(at) ?? ""),
      firstRow: row,
      lastRow: row,
      writers: new Set(),
      foreign: false,
      pid: undefined,
      host: undefined,
      started: false,
      ends: 0,
      materialized: 0,
      dirty: true,
    };
    this.#runs.set(runId, run);
    return run;
  }

  #milestones(batch: ArrowBatch, runIds: ArrowColumn, ended: TrackedRun[]): void {
    const types = batch.columns[EVENT_TYPE];
    if (types === undefined) return;
    let readRun: ((row: number) => unknown) | undefined;
    for (const { text, start, end } of textRuns(types)) {
      if (text === null || !text.startsWith("run.")) continue;
      readRun ??= valueReader(runIds);
      for (let row = start; row < end; row++) {
        const run = this.#runs.get(String(readRun(row)));
        if (run === undefined) continue;
        if (text === "run.materialized") run.materialized++;
        else if (text === "run.started") this.#started(run, batch, row);
        else if (text === "run.ended") {
          run.ends++;
          ended.push(run);
        }
      }
    }
  }

  #started(run: TrackedRun, batch: ArrowBatch, row: number): void {
    run.started = true;
    const json = batch.columns[JSON_TEXT];
    if (!run.foreign || json === undefined) return;
    const text = valueReader(json)(row);
    const event: unknown = typeof text === "string" ? parseOrNull(text) : null;
    if (typeof event !== "object" || event === null) return;
    const pid: unknown = Reflect.get(event, "pid");
    const host: unknown = Reflect.get(event, "station_hostname");
    if (typeof pid === "number") run.pid = pid;
    if (typeof host === "string") run.host = host;
  }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // damaged text of another program; its run just stays without process and host
  }
}
