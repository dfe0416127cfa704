/**
 * Takes the events of runs out of the events table into accumulators: any number of runs in one pass, each
 * handed out as soon as its last event was read.
 * @module
 */
import { valueReader } from "../arrow/column_values.ts";
import { type TextRun, textRuns } from "../arrow/text_runs.ts";
import { LitmusError } from "../base/errors.ts";
import { VERSION } from "../base/version.ts";
import { STORE } from "../engine/catalog.ts";
import type { Database } from "../engine/database.ts";
import { runQuery } from "../engine/query.ts";
import { sqlText } from "../engine/sql_text.ts";
import { RunAccumulator } from "../runs/run_accumulator.ts";
import { parseRunEvent, type RunEventRecord } from "../runs/run_event.ts";
import type { TrackedRun } from "./run_tracker.ts";

const CONTEXT_TYPES =
  "('session.started', 'fixture.instrument_connected', 'fixture.instrument_disconnected')";
/** Runs whose ids are looked for by the engine; of more, all events in between are fetched. */
const NAMED_RUNS = 64;

/** A run with all its events. */
export interface ReadRun {
  readonly run: TrackedRun;
  readonly accumulator: RunAccumulator;
}

/** A run that is being read. */
interface Open extends ReadRun {
  /** First row that was not read before. */
  readonly firstRow: number;
  /** Last row that is read now: more may come in meanwhile. */
  readonly lastRow: number;
}

/** Events as they come out of the table. */
interface Events {
  readonly rows: number;
  /** Row id in the table. */
  readonly at: (row: number) => number;
  /** Empty text where there is none. */
  readonly runIds: Iterable<TextRun>;
  readonly sessionId: (row: number) => string;
  readonly record: (row: number) => RunEventRecord | undefined;
}

/** Reads runs; what was read of one that goes on is kept for the next time. */
export class RunReader {
  readonly #database: Database;
  readonly #flush: () => void;
  readonly #kept = new Map<string, { accumulator: RunAccumulator; nextRow: number }>();

  /** @param flush makes all events visible that runs are known to have */
  constructor(database: Database, flush: () => void) {
    this.#database = database;
    this.#flush = flush;
  }

  /** Forgets what was read of a run. */
  forget(runId: string): void {
    this.#kept.delete(runId);
  }

  /** Reads one run as far as it goes, and keeps it. */
  async read(run: TrackedRun): Promise<RunAccumulator> {
    for await (const { accumulator } of this.readAll([run])) return accumulator;
    throw new LitmusError(`Run ${run.runId} has no events`);
  }

  /**
   * Reads a little further into runs that go on, and keeps them.
   *
   * @returns false once nothing is left to read
   */
  async readOn(runs: readonly TrackedRun[], maxRows: number): Promise<boolean> {
    const open = [...this.#openAll(runs.filter((run) => !isSpread(run))).values()]
      .filter(({ firstRow, lastRow }) => firstRow <= lastRow);
    const { first, last } = rangeOf(open);
    const end = Math.min(last, first + maxRows - 1);
    const near = open.filter(({ firstRow }) => firstRow <= end)
      .map((each) => ({ ...each, lastRow: Math.min(each.lastRow, end) }));
    for await (const _ of this.#readOpen(new Map(near.map((each) => [each.run.runId, each]))));
    return end < last;
  }

  /** Reads runs in one pass; they come in the order of their last events. */
  async *readAll(runs: readonly TrackedRun[]): AsyncGenerator<ReadRun> {
    yield* this.#readOpen(this.#openAll(runs.filter((run) => !isSpread(run))));
    for (const run of runs) {
      if (isSpread(run)) yield { run, accumulator: await this.#readByTime(run) };
    }
  }

  #openAll(runs: readonly TrackedRun[]): Map<string, Open> {
    // What is not visible would pass for read.
    this.#flush();
    return new Map(runs.map((run) => [run.runId, this.#open(run)]));
  }

  #open(run: TrackedRun): Open {
    const { lastRow } = run;
    const kept = this.#kept.get(run.runId);
    if (kept !== undefined) {
      return { run, accumulator: kept.accumulator, firstRow: kept.nextRow, lastRow };
    }
    const accumulator = newAccumulator(run);
    for (const event of run.context) accumulator.add(event);
    return { run, accumulator, firstRow: run.firstRow, lastRow };
  }

  /** Each is handed out and kept once all of it was read; what was read in part is forgotten. */
  async *#readOpen(open: ReadonlyMap<string, Open>): AsyncGenerator<ReadRun> {
    const unread = new Map(open);
    for (const [runId, each] of open) {
      if (each.firstRow <= each.lastRow) continue;
      unread.delete(runId);
      yield each;
    }
    if (unread.size === 0) return;
    try {
      for await (const events of this.#events(conditionOf(unread))) {
        for (const each of addAll(unread, events)) yield this.#keep(each);
      }
      for (const each of unread.values()) {
        unread.delete(each.run.runId);
        yield this.#keep(each);
      }
    } finally {
      for (const runId of unread.keys()) this.forget(runId);
    }
  }

  #keep(open: Open): ReadRun {
    const { run: { runId }, accumulator, lastRow } = open;
    this.#kept.set(runId, { accumulator, nextRow: lastRow + 1 });
    return open;
  }

  /**
   * Events of several files come in the order of their files, which says nothing: the end of a run may stand
   * before its measurements. Their times put them in order, and nothing is kept between calls.
   */
  async #readByTime(run: TrackedRun): Promise<RunAccumulator> {
    this.forget(run.runId);
    const accumulator = newAccumulator(run);
    const condition = `(run_id = ${sqlText(run.runId)} OR (coalesce(run_id, '') = '' AND
      session_id = ${sqlText(run.sessionId)} AND event_type IN ${CONTEXT_TYPES}))
      ORDER BY coalesce(occurred_at, received_at), rowid`;
    for await (const events of this.#events(condition)) {
      for (let row = 0; row < events.rows; row++) addTo(accumulator, events.record(row));
    }
    return accumulator;
  }

  /** Rows come in the order of their ids, unless the condition ends in another. */
  async *#events(condition: string): AsyncGenerator<Events> {
    const { batches } = await runQuery(
      this.#database,
      `SELECT coalesce(run_id, ''), rowid::DOUBLE AS at, coalesce(session_id, ''), json
       FROM ${STORE}.events WHERE json IS NOT NULL AND ${condition}`,
    );
    for await (const { rows, columns: [runIds, ...others] } of batches) {
      const [readAt, readSession, readJson] = others.map(valueReader);
      if (runIds === undefined) continue;
      yield {
        rows,
        runIds: textRuns(runIds),
        at: (row) => Number(readAt?.(row)),
        sessionId: (row) => String(readSession?.(row)),
        record: (row) => parseRunEvent(readJson?.(row)),
      };
    }
  }
}

/** Adds events to the runs that are open; gives and closes those whose last event was among them. */
function* addAll(open: Map<string, Open>, events: Events): Generator<Open> {
  for (const { text, start, end } of events.runIds) {
    const each = open.get(text ?? "");
    for (let row = start; row < end; row++) {
      if (text === "") addContext(open, events, row);
      else if (each !== undefined && events.at(row) >= each.firstRow) {
        addTo(each.accumulator, events.record(row));
        if (events.at(row) < each.lastRow) continue;
        open.delete(each.run.runId);
        yield each;
        break;
      }
    }
  }
}

function newAccumulator(run: TrackedRun): RunAccumulator {
  return new RunAccumulator({
    runId: run.runId,
    sessionId: run.sessionId,
    litmusVersion: VERSION,
    isDistinct: true, // the events table holds each event once
  });
}

/** True where the events of a run lie in more than one file, or may. */
function isSpread(run: TrackedRun): boolean {
  return run.foreign || run.writers.size > 1;
}

/** The rows that open runs lie in. */
function rangeOf(open: Iterable<Open>): { readonly first: number; readonly last: number } {
  let first = Infinity;
  let last = -1;
  for (const { firstRow, lastRow } of open) {
    first = Math.min(first, firstRow);
    last = Math.max(last, lastRow);
  }
  return { first, last };
}

/** Condition for all rows that bear on open runs. */
function conditionOf(open: ReadonlyMap<string, Open>): string {
  const { first, last } = rangeOf(open.values());
  const between = `rowid BETWEEN ${first} AND ${last}`;
  const context = `(coalesce(run_id, '') = '' AND event_type IN ${CONTEXT_TYPES})`;
  if (open.size > NAMED_RUNS) return `${between} AND (run_id <> '' OR ${context})`;
  const ids = Array.from(open.keys(), sqlText).join(", ");
  return `${between} AND (run_id IN (${ids}) OR ${context})`;
}

function addContext(open: ReadonlyMap<string, Open>, events: Events, row: number): void {
  const [at, sessionId] = [events.at(row), events.sessionId(row)];
  const concerned = [...open.values()].filter(({ run, firstRow, lastRow }) =>
    at >= firstRow && at <= lastRow && run.sessionId === sessionId
  );
  if (concerned.length === 0) return;
  const record = events.record(row);
  for (const { accumulator } of concerned) addTo(accumulator, record);
}

function addTo(accumulator: RunAccumulator, record: RunEventRecord | undefined): void {
  if (record !== undefined) accumulator.add(record);
}
