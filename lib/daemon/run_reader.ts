/**
 * Takes the events of runs out of the events table into accumulators: any number of runs in one pass, each
 * handed out as soon as its last event was read.
 * @module
 */
import { valueReader } from "../arrow/column_values.ts";
import { LitmusError } from "../base/errors.ts";
import { VERSION } from "../base/version.ts";
import { STORE } from "../engine/catalog.ts";
import type { Database } from "../engine/database.ts";
import { runQuery } from "../engine/query.ts";
import { sqlText } from "../engine/sql_text.ts";
import { RunAccumulator } from "../runs/run_accumulator.ts";
import type { RunEventRecord } from "../runs/run_event.ts";
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
}

/** An event as it comes out of the table. */
interface EventRow {
  readonly row: number;
  readonly runId: string;
  readonly sessionId: string;
  readonly json: string;
}

/** Reads runs; what was read of one that goes on is kept for the next time. */
export class RunReader {
  readonly #database: Database;
  readonly #kept = new Map<string, { accumulator: RunAccumulator; nextRow: number }>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Forgets what was read of a run. */
  forget(runId: string): void {
    this.#kept.delete(runId);
  }

  /** Reads one run as far as it goes, and keeps it. */
  async read(run: TrackedRun): Promise<RunAccumulator> {
    for await (const { accumulator } of this.readAll([run])) {
      if (!isSpread(run)) this.#kept.set(run.runId, { accumulator, nextRow: run.lastRow + 1 });
      return accumulator;
    }
    throw new LitmusError(`Run ${run.runId} has no events`);
  }

  /** Reads runs in one pass; they come in the order of their last events. */
  async *readAll(runs: readonly TrackedRun[]): AsyncGenerator<ReadRun> {
    const open = new Map<string, Open>();
    for (const run of runs) {
      if (isSpread(run)) yield { run, accumulator: await this.#readByTime(run) };
      else open.set(run.runId, this.#open(run));
    }
    if (open.size === 0) return;
    for await (const event of this.#events(rangeOf(open))) {
      if (event.runId === "") {
        addContext(open, event);
        continue;
      }
      const each = open.get(event.runId);
      if (each === undefined || event.row < each.firstRow) continue;
      each.accumulator.add(parseRecord(event.json));
      if (event.row < each.run.lastRow) continue;
      open.delete(event.runId);
      yield each;
    }
    yield* open.values();
  }

  #open(run: TrackedRun): Open {
    const kept = this.#kept.get(run.runId);
    if (kept !== undefined) return { run, accumulator: kept.accumulator, firstRow: kept.nextRow };
    const accumulator = newAccumulator(run);
    for (const event of run.context) accumulator.add(event);
    return { run, accumulator, firstRow: run.firstRow };
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
    for await (const { json } of this.#events(condition)) accumulator.add(parseRecord(json));
    return accumulator;
  }

  /** Rows come in the order of their ids, unless the condition ends in another. */
  async *#events(condition: string): AsyncGenerator<EventRow> {
    const { batches } = await runQuery(
      this.#database,
      `SELECT rowid::DOUBLE AS at, coalesce(run_id, ''), coalesce(session_id, ''), json
       FROM ${STORE}.events WHERE ${condition}`,
    );
    for await (const batch of batches) {
      const [readRow, readRun, readSession, readJson] = batch.columns.map(valueReader);
      for (let i = 0; i < batch.rows; i++) {
        const json = readJson?.(i);
        if (typeof json !== "string") continue;
        yield {
          row: Number(readRow?.(i)),
          runId: String(readRun?.(i)),
          sessionId: String(readSession?.(i)),
          json,
        };
      }
    }
  }
}

function newAccumulator(run: TrackedRun): RunAccumulator {
  return new RunAccumulator({
    runId: run.runId,
    sessionId: run.sessionId,
    litmusVersion: VERSION,
  });
}

/** True where the events of a run lie in more than one file, or may. */
function isSpread(run: TrackedRun): boolean {
  return run.foreign || run.writers.size > 1;
}

/** Condition for all rows that bear on open runs. */
function rangeOf(open: ReadonlyMap<string, Open>): string {
  let first = Infinity;
  let last = 0;
  for (const { firstRow, run } of open.values()) {
    first = Math.min(first, firstRow);
    last = Math.max(last, run.lastRow);
  }
  const between = `rowid BETWEEN ${first} AND ${last}`;
  const context = `(coalesce(run_id, '') = '' AND event_type IN ${CONTEXT_TYPES})`;
  if (open.size > NAMED_RUNS) return `${between} AND (run_id <> '' OR ${context})`;
  const ids = Array.from(open.keys(), sqlText).join(", ");
  return `${between} AND (run_id IN (${ids}) OR ${context})`;
}

function addContext(open: ReadonlyMap<string, Open>, event: EventRow): void {
  const record = parseRecord(event.json);
  for (const { run, accumulator, firstRow } of open.values()) {
    const isWithin = event.row >= firstRow && event.row <= run.lastRow;
    if (isWithin && run.sessionId === event.sessionId) accumulator.add(record);
  }
}

function parseRecord(text: string): RunEventRecord {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) {
    throw new LitmusError(`Event is not a JSON object: ${text.slice(0, 80)}`);
  }
  return value as RunEventRecord;
}
