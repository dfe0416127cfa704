/**
 * Knows each run that occurs in the events: where its events lie, who writes it, whether it ended.
 * @module
 */
import type { ArrowBatch, ArrowColumn } from "../arrow/field.ts";
import { type TextRun, textRuns } from "../arrow/text_runs.ts";
import { valueReader } from "../arrow/column_values.ts";
import { parseRunEvent, type RunEventRecord } from "../runs/run_event.ts";
import { isSessionContext, SessionContext } from "../runs/session_context.ts";
import type { BatchOrigin } from "./event_follower.ts";

/** What is known of a run. */
export interface TrackedRun {
  readonly runId: string;
  sessionId: string;
  /** What its session had told before its first event. */
  context: readonly RunEventRecord[];
  /** Row id of its first event in the events table. */
  firstRow: number;
  /** Row id of its last event; before `firstRow` while nothing but `run.materialized` is known of it. */
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
  /** True once this process has told of its file. */
  isTold: boolean;
}

const EVENT_TYPE = 1;
const SESSION_ID = 4;
const RUN_ID = 5;
const JSON_TEXT = 6;

const MATERIALIZED = "run.materialized";

/** Called when runs of this package have ended. */
export type RunsEnded = () => void;

/** Watches the batches that go into the events table. */
export class RunTracker {
  readonly #runs = new Map<string, TrackedRun>();
  readonly #sessions = new Map<string, SessionContext>();
  readonly #onEnded: RunsEnded;
  /** Runs whose rows may have to be made anew. */
  readonly dirty = new Set<TrackedRun>();
  /** Runs that have or may get to need a file. */
  readonly unsettled = new Set<TrackedRun>();

  constructor(onEnded: RunsEnded) {
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
    this.dirty.add(run);
    this.unsettled.add(run);
  }

  /**
   * Takes note of a batch in the columns of the event format.
   *
   * @param firstRow row id that its first event gets in the events table
   */
  observe(batch: ArrowBatch, firstRow: number, origin: BatchOrigin): void {
    const runIds = batch.columns[RUN_ID];
    const types = batch.columns[EVENT_TYPE];
    if (runIds === undefined || types === undefined) return;
    const kinds = [...textRuns(types)];
    // What was made of a run is no part of it.
    if (kinds.some(({ text }) => text !== MATERIALIZED)) {
      this.#takeRows(batch, runIds, kinds, firstRow, origin);
    }
    if (this.#milestones(batch, runIds, kinds)) this.#onEnded();
  }

  #takeRows(
    batch: ArrowBatch,
    runIds: ArrowColumn,
    kinds: readonly TextRun[],
    firstRow: number,
    origin: BatchOrigin,
  ): void {
    const told = contextEvents(batch, runIds, kinds);
    let next = told.next();
    const tellUntil = (row: number): void => {
      for (; next.done !== true && next.value.row < row; next = told.next()) {
        this.#session(next.value.event.session_id).add(next.value.event);
      }
    };
    for (const { text, start, end } of textRuns(runIds)) {
      if (text === null || text === "") continue;
      tellUntil(start);
      const run = this.#run(text, batch, start);
      if (run.lastRow < run.firstRow) {
        run.firstRow = firstRow + start;
        run.context = this.#sessions.get(run.sessionId)?.events() ?? [];
      }
      run.lastRow = Math.max(run.lastRow, firstRow + end - 1);
      if (origin.writer === undefined) {
        run.foreign = true;
        run.pid ??= origin.pid;
      } else run.writers.add(origin.writer);
      this.touch(run);
    }
    tellUntil(batch.rows);
  }

  #session(sessionId: string): SessionContext {
    let session = this.#sessions.get(sessionId);
    if (session === undefined) this.#sessions.set(sessionId, session = new SessionContext());
    return session;
  }

  #run(runId: string, batch: ArrowBatch, at: number): TrackedRun {
    const known = this.#runs.get(runId);
    if (known !== undefined) return known;
    const session = batch.columns[SESSION_ID];
    const run: TrackedRun = {
      runId,
      sessionId: session === undefined ? "" : String(valueReader(session)(at) ?? ""),
      context: [],
      firstRow: 0,
      lastRow: -1,
      writers: new Set(),
      foreign: false,
      pid: undefined,
      host: undefined,
      started: false,
      ends: 0,
      materialized: 0,
      isTold: false,
    };
    this.#runs.set(runId, run);
    return run;
  }

  /** Takes note of what happened to runs; returns whether one of this package has ended. */
  #milestones(batch: ArrowBatch, runIds: ArrowColumn, kinds: readonly TextRun[]): boolean {
    let ended = false;
    let readRun: ((row: number) => unknown) | undefined;
    for (const { text, start, end } of kinds) {
      if (text === null || !text.startsWith("run.")) continue;
      readRun ??= valueReader(runIds);
      for (let row = start; row < end; row++) {
        const runId = readRun(row);
        if (typeof runId !== "string" || runId === "") continue;
        const run = this.#run(runId, batch, row);
        if (text === MATERIALIZED) run.materialized++;
        else if (text === "run.started") this.#started(run, batch, row);
        else if (text === "run.ended") {
          run.ends++;
          ended ||= !run.foreign;
        }
      }
    }
    return ended;
  }

  #started(run: TrackedRun, batch: ArrowBatch, row: number): void {
    run.started = true;
    const json = batch.columns[JSON_TEXT];
    if (!run.foreign || json === undefined) return;
    const event = parseRunEvent(valueReader(json)(row));
    if (event === undefined) return;
    const { pid, station_hostname: host } = event;
    if (typeof pid === "number") run.pid = pid;
    if (typeof host === "string") run.host = host;
  }
}

/** Events without a run that bear on the runs of their session, in order. */
function* contextEvents(
  batch: ArrowBatch,
  runIds: ArrowColumn,
  kinds: readonly TextRun[],
): Generator<{ readonly row: number; readonly event: RunEventRecord }> {
  const json = batch.columns[JSON_TEXT];
  if (json === undefined) return;
  for (const { text, start, end } of kinds) {
    if (text === null || !isSessionContext({ event_type: text })) continue;
    // They take the whole column: made for the few batches that hold such events.
    const readJson = valueReader(json);
    const readRun = valueReader(runIds);
    for (let row = start; row < end; row++) {
      const event = (readRun(row) ?? "") === "" ? parseRunEvent(readJson(row)) : undefined;
      if (event !== undefined) yield { row, event };
    }
  }
}
