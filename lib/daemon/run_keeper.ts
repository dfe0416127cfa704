/**
 * Turns the events of runs into rows: a Parquet file when a run has ended, rows in memory as long as there
 * is none. Whoever calls holds the store's mutex.
 * @module
 */
import { join } from "@std/path";
import { valueReader } from "../arrow/column_values.ts";
import { type DataLayout, dateFolder } from "../base/data_layout.ts";
import { LitmusError } from "../base/errors.ts";
import { VERSION } from "../base/version.ts";
import { createRunViews, STORE } from "../engine/catalog.ts";
import type { Database } from "../engine/database.ts";
import { StagedRun, writeParquet } from "../engine/parquet_file.ts";
import { runQuery } from "../engine/query.ts";
import type { RunIndex } from "../engine/run_index.ts";
import { absorbColumns, deleteRunRows, insertRunRows, tableColumns } from "../engine/run_tables.ts";
import { sqlText } from "../engine/sql_text.ts";
import { typeOf } from "../engine/table_appender.ts";
import { RunAccumulator } from "../runs/run_accumulator.ts";
import { runBatch, runField } from "../runs/run_batch.ts";
import type { RunEventRecord } from "../runs/run_event.ts";
import { runFileStem } from "../runs/run_file_stem.ts";
import type { RunTable } from "../runs/run_table.ts";
import { SessionContext } from "../runs/session_context.ts";
import { hostname } from "../base/host_name.ts";
import { isProcessAlive } from "./process_state.ts";
import type { RunTracker, TrackedRun } from "./run_tracker.ts";

const CONTEXT_TYPES =
  "('session.started', 'fixture.instrument_connected', 'fixture.instrument_disconnected')";
/** Rows staged at a time, so that a run of a million measurements needs no second copy in memory. */
const STAGE_ROWS = 65_536;

/** Parts of a keeper. */
export interface RunKeeperParts {
  readonly database: Database;
  readonly index: RunIndex;
  readonly tracker: RunTracker;
  readonly layout: DataLayout;
  /** Whether a writer of this package still lives. */
  readonly isWriterAlive: (writer: string) => boolean;
  /** Reports a published file to the event log. */
  readonly onMaterialized: (run: TrackedRun, table: RunTable, destination: string) => Promise<void>;
}

/** What to do about an existing file. */
export interface MaterializeOptions {
  /** Path below the runs folder to replace. */
  readonly replace?: string;
}

/** Keeps the rows of runs. */
export class RunKeeper {
  readonly #parts: RunKeeperParts;
  readonly #going = new Map<string, { accumulator: RunAccumulator; nextRow: number }>();
  readonly #liveRows = new Set<string>();
  #storeColumns: Map<string, string> | undefined;

  constructor(parts: RunKeeperParts) {
    this.#parts = parts;
  }

  /** Whether a run of this package should have a file and has none, or an aborted one by mistake. */
  needsFile(run: TrackedRun): boolean {
    if (run.foreign || !run.started && run.ends === 0) return false;
    const file = this.#parts.index.fileOf(run.runId);
    if (file !== undefined) {
      return file.outcome === "aborted" && run.ends > 0 && run.materialized < 2;
    }
    if (run.materialized > 0) return false; // somebody deleted it, and it stays deleted
    return run.ends > 0 || !this.#isAlive(run);
  }

  /** True while a run has no end and its writer lives. */
  isGoing(run: TrackedRun): boolean {
    return run.ends === 0 && this.#isAlive(run);
  }

  #isAlive(run: TrackedRun): boolean {
    if (!run.foreign) return [...run.writers].some(this.#parts.isWriterAlive);
    return isForeignAlive(run);
  }

  /** The table of a run as its events have it now. */
  async table(run: TrackedRun): Promise<RunTable> {
    const accumulator = await this.#accumulate(run);
    if (accumulator.isEnded) return accumulator.finish();
    return this.#isAlive(run) ? accumulator.snapshot() : accumulator.finish();
  }

  /**
   * Writes the file of a run and takes it into the index.
   *
   * @returns path of the file below the runs folder
   */
  async materialize(run: TrackedRun, options: MaterializeOptions = {}): Promise<string> {
    const { index, layout } = this.#parts;
    const { database } = this.#parts;
    const table = (await this.#accumulate(run)).finish();
    await using staged = await stage(database, table);
    const path = await this.#publish(
      table,
      staged,
      options.replace ?? index.fileOf(run.runId)?.path,
    );
    await this.#dropLive(run);
    this.#going.delete(run.runId);
    const { widened } = await index.take(path, staged.table);
    if (widened) await createRunViews(database);
    const relative = path.slice(layout.runs.length + 1).replaceAll("\\", "/");
    await this.#parts.onMaterialized(run, table, `runs/${relative}`);
    return relative;
  }

  async #publish(
    table: RunTable,
    staged: StagedRun,
    existing: string | undefined,
  ): Promise<string> {
    const { database, layout } = this.#parts;
    const metadata: Record<string, string> = {};
    for (const [key, value] of Object.entries(table.metadata)) {
      if (typeof value === "string") metadata[key] = value;
    }
    if (existing !== undefined) {
      const path = join(layout.runs, existing);
      await writeParquet(database, staged, path, metadata, true);
      return path;
    }
    const folder = join(layout.runs, dateFolder(table.startedAtMicros));
    const stem = runFileStem(table.startedAtMicros, table.dutSerial);
    for (let count = 1;; count++) {
      const path = join(folder, `${stem}${count === 1 ? "" : `_${count}`}.parquet`);
      try {
        await writeParquet(database, staged, path, metadata);
        return path;
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      }
    }
  }

  /** Makes the rows of all runs without a file that changed since. */
  async refresh(): Promise<void> {
    const { tracker, index } = this.#parts;
    for (const run of tracker.dirty) {
      tracker.dirty.delete(run);
      run.dirty = false;
      if (index.fileOf(run.runId) !== undefined) await this.#dropLive(run);
      else await this.#makeLive(run);
    }
  }

  /** Runs that are shown as going on and may have died without an event. */
  watchGoing(): void {
    const { tracker, index } = this.#parts;
    for (const runId of this.#liveRows) {
      const run = tracker.get(runId);
      if (run === undefined) continue;
      if (index.fileOf(runId) !== undefined || (run.ends === 0 && !this.#isAlive(run))) {
        tracker.touch(run);
      }
    }
  }

  async #makeLive(run: TrackedRun): Promise<void> {
    const { database } = this.#parts;
    const table = await this.table(run);
    await using staged = await stage(database, table);
    this.#storeColumns ??= await tableColumns(database, `${STORE}.measurements`);
    const columns = table.columns.map((column) => ({
      name: column.name,
      type: String(typeOf(runField(column))),
    }));
    if (await absorbColumns(database, STORE, columns, this.#storeColumns)) {
      this.#storeColumns = undefined;
      await createRunViews(database);
    }
    await this.#dropLive(run);
    await insertRunRows(database, STORE, `FROM ${staged.table}`);
    this.#liveRows.add(run.runId);
  }

  async #dropLive(run: TrackedRun): Promise<void> {
    if (!this.#liveRows.delete(run.runId)) return;
    await deleteRunRows(this.#parts.database, STORE, [run.runId]);
  }

  async #accumulate(run: TrackedRun): Promise<RunAccumulator> {
    if (isSpread(run)) return await this.#accumulateByTime(run);
    const going = this.#going.get(run.runId);
    const accumulator = going?.accumulator ?? newAccumulator(run);
    if (going === undefined) {
      for (const event of await this.#sessionContext(run)) accumulator.add(event);
    }
    const first = going?.nextRow ?? run.firstRow;
    const last = run.lastRow;
    const condition = `rowid BETWEEN ${first} AND ${last} AND ${eventsOf(run)}`;
    for await (const event of this.#events(condition, "rowid")) accumulator.add(event);
    this.#going.set(run.runId, { accumulator, nextRow: last + 1 });
    return accumulator;
  }

  /**
   * Events of several files come in the order of their files, which says nothing: the end of a run may stand
   * before its measurements. Their times put them in order, and nothing is kept between calls.
   */
  async #accumulateByTime(run: TrackedRun): Promise<RunAccumulator> {
    this.#going.delete(run.runId);
    const accumulator = newAccumulator(run);
    const order = "coalesce(occurred_at, received_at), rowid";
    for await (const event of this.#events(eventsOf(run), order)) accumulator.add(event);
    return accumulator;
  }

  async #sessionContext(run: TrackedRun): Promise<RunEventRecord[]> {
    const context = new SessionContext();
    for await (
      const event of this.#events(
        `rowid < ${run.firstRow} AND run_id IS NULL AND session_id = ${sqlText(run.sessionId)}
          AND event_type IN ${CONTEXT_TYPES}`,
        "rowid",
      )
    ) context.add(event);
    return context.events();
  }

  async *#events(condition: string, order: string): AsyncGenerator<RunEventRecord> {
    const { batches } = await runQuery(
      this.#parts.database,
      `SELECT json FROM ${STORE}.events WHERE ${condition} ORDER BY ${order}`,
    );
    for await (const batch of batches) {
      const json = batch.columns[0];
      if (json === undefined) continue;
      const read = valueReader(json);
      for (let row = 0; row < batch.rows; row++) {
        const text = read(row);
        if (typeof text === "string") yield parseRecord(text);
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

/** Condition for the events of a run and those of its session that bear on it. */
function eventsOf(run: TrackedRun): string {
  return `(run_id = ${sqlText(run.runId)} OR (run_id IS NULL AND
    session_id = ${sqlText(run.sessionId)} AND event_type IN ${CONTEXT_TYPES}))`;
}

async function stage(database: Database, table: RunTable): Promise<StagedRun> {
  function* batches(): Generator<ReturnType<typeof runBatch>> {
    for (let start = 0; start < table.rowCount; start += STAGE_ROWS) {
      yield runBatch(table, start, Math.min(start + STAGE_ROWS, table.rowCount));
    }
  }
  return await StagedRun.create(database, batches(), table.columns.map(runField));
}

function parseRecord(text: string): RunEventRecord {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) {
    throw new LitmusError(`Event is not a JSON object: ${text.slice(0, 80)}`);
  }
  return value as RunEventRecord;
}

/** A foreign program writes no lock; its process on this very host is the only sign of life. */
function isForeignAlive(run: TrackedRun): boolean {
  if (run.pid === undefined) return false;
  if (run.host !== undefined && run.host !== hostname()) return false;
  return isProcessAlive(run.pid);
}
