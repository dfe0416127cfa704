/**
 * Turns the events of runs into rows: a Parquet file when a run has ended, rows in memory as long as there
 * is none. Whoever calls holds the store's mutex.
 * @module
 */
import { join } from "@std/path";
import { type DataLayout, dateFolder } from "../base/data_layout.ts";
import { DirectorySyncs } from "../base/directory_syncs.ts";
import { createRunViews, STORE } from "../engine/catalog.ts";
import type { Database } from "../engine/database.ts";
import type { RunIndex } from "../engine/run_index.ts";
import { RunRowTables } from "../engine/run_row_tables.ts";
import { deleteRunRows } from "../engine/run_tables.ts";
import { cellText } from "../runs/dynamic_columns.ts";
import { writeRunFile } from "../runs/run_file.ts";
import { runFileStem, StemNumbers } from "../runs/run_file_stem.ts";
import type { RunTable } from "../runs/run_table.ts";
import { hostname } from "../base/host_name.ts";
import { isProcessAlive } from "./process_state.ts";
import { placeReferences } from "./run_references.ts";
import { RunReader } from "./run_reader.ts";
import type { RunTracker, TrackedRun } from "./run_tracker.ts";

/** Files that are written at the same time: the device takes several as fast as one. */
const FILES_AT_ONCE = 8;

/** Parts of a keeper. */
export interface RunKeeperParts {
  readonly database: Database;
  readonly index: RunIndex;
  readonly tracker: RunTracker;
  readonly layout: DataLayout;
  /** Whether a writer of this package still lives. */
  readonly isWriterAlive: (writer: string) => boolean;
  /** Makes the events that were taken in visible. */
  readonly flushEvents: () => void;
  /** Told what nobody waits for. */
  readonly log: (message: string) => void;
  /** Reports a published file to the event log. */
  readonly onMaterialized: (run: TrackedRun, table: RunTable, destination: string) => Promise<void>;
}

/** Told what became of a run: the path of its file below the runs folder, or why there is none. */
export type Materialized = (run: TrackedRun, result: string | Error) => void;

/** Keeps the rows of runs. */
export class RunKeeper {
  readonly #parts: RunKeeperParts;
  readonly #reader: RunReader;
  readonly #syncs = new DirectorySyncs();
  readonly #names = new StemNumbers();
  readonly #liveRows = new Set<string>();
  readonly #tables: RunRowTables;

  constructor(parts: RunKeeperParts) {
    this.#parts = parts;
    this.#tables = new RunRowTables(parts.database, STORE);
    this.#reader = new RunReader(parts.database, parts.flushEvents);
  }

  /** Reads what columns the tables of going runs have. */
  async open(): Promise<void> {
    await this.#tables.load();
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

  /** Whether the file of a run was written by a daemon that died before it had told of it. */
  isUntold(run: TrackedRun): boolean {
    return !run.foreign && !run.isTold && run.materialized === 0 &&
      this.#parts.index.fileOf(run.runId) !== undefined;
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
    const accumulator = await this.#reader.read(run);
    if (accumulator.isEnded) return accumulator.finish();
    return this.#isAlive(run) ? accumulator.snapshot() : accumulator.finish();
  }

  /**
   * Writes the files of runs and hands them to the index, which shows them after its next flush.
   *
   * @param told called once for each run
   */
  async materialize(runs: readonly TrackedRun[], told: Materialized): Promise<void> {
    const writing = new Set<Promise<void>>();
    const left = new Set(runs);
    try {
      for await (const { run, table } of this.tables(runs)) {
        left.delete(run);
        const work = this.#write(run, table)
          .then((path) => told(run, path), (error: unknown) => told(run, asError(error)))
          .finally(() => writing.delete(work));
        writing.add(work);
        if (writing.size >= FILES_AT_ONCE) await Promise.race(writing);
        if (this.#parts.index.isFull) {
          await Promise.all(writing); // the index is one connection, and this is a transaction
          await this.flush();
        }
      }
    } catch (error) {
      for (const run of left) told(run, asError(error));
    } finally {
      await Promise.all(writing);
      await this.flush();
    }
  }

  /** Does what a daemon that died had still to do for the files it wrote. */
  async finish(runs: readonly TrackedRun[]): Promise<void> {
    const { index, layout, log, tracker } = this.#parts;
    const left = new Set(runs);
    // A full disk, most likely: the next look tries again.
    const putOff = (run: TrackedRun, error: unknown): void => {
      tracker.unsettled.add(run);
      log(`Run ${run.runId}, written before, could not be told of: ${error}`);
    };
    try {
      for await (const { run, table } of this.tables(runs)) {
        left.delete(run);
        const file = index.fileOf(run.runId);
        if (file === undefined) continue;
        await this.#complete(run, table, join(layout.runs, file.path))
          .catch((error: unknown) => putOff(run, error));
      }
    } catch (error) {
      for (const run of left) putOff(run, error);
    }
  }

  /** Runs as the tables that their files should hold. */
  async *tables(
    runs: readonly TrackedRun[],
  ): AsyncGenerator<{ readonly run: TrackedRun; readonly table: RunTable }> {
    for await (const { run, accumulator } of this.#reader.readAll(runs)) {
      const table = accumulator.finish();
      this.#reader.forget(run.runId);
      yield { run, table };
    }
  }

  /** Shows the rows of all files that were written. */
  async flush(): Promise<void> {
    const { widened } = await this.#parts.index.flush();
    if (widened) await createRunViews(this.#parts.database);
  }

  async #write(run: TrackedRun, table: RunTable): Promise<string> {
    const { index, tracker } = this.#parts;
    const path = await this.#publish(table, index.fileOf(run.runId)?.path);
    await index.add(path, table);
    if (this.#liveRows.has(run.runId)) tracker.touch(run);
    return await this.#complete(run, table, path);
  }

  /**
   * Puts beside a file what its run cites, and tells of it.
   *
   * @returns path below the runs folder
   */
  async #complete(run: TrackedRun, table: RunTable, path: string): Promise<string> {
    const { layout } = this.#parts;
    const missing = await placeReferences(layout, table, path);
    if (missing.length > 0) {
      this.#parts.log(`Run ${run.runId} cites data that is not there: ${missing.join(", ")}`);
    }
    const relative = path.slice(layout.runs.length + 1).replaceAll("\\", "/");
    await this.#parts.onMaterialized(run, table, `runs/${relative}`);
    run.isTold = true;
    return relative;
  }

  async #publish(table: RunTable, existing: string | undefined): Promise<string> {
    const { layout } = this.#parts;
    const syncs = this.#syncs;
    if (existing !== undefined) {
      return await writeRunFile(() => join(layout.runs, existing), table, { replace: true, syncs });
    }
    const folder = join(layout.runs, dateFolder(table.startedAtMicros));
    const stem = runFileStem(table.startedAtMicros, table.dutSerial);
    const first = this.#names.first(stem);
    let number = first;
    const path = await writeRunFile(
      (attempt) => {
        number = first + attempt - 1;
        return join(folder, `${stem}${number === 1 ? "" : `_${number}`}.parquet`);
      },
      table,
      { syncs },
    );
    this.#names.taken(stem, number);
    return path;
  }

  /**
   * Reads a little further into the runs that go on, so that little is left to read when they end.
   *
   * @returns false once nothing is left to read
   */
  async readOn(maxRows: number): Promise<boolean> {
    const { tracker, index } = this.#parts;
    const going = [...tracker.unsettled].filter((run) =>
      run.started && run.ends === 0 && index.fileOf(run.runId) === undefined
    );
    return await this.#reader.readOn(going, maxRows);
  }

  /** Makes the rows of all runs without a file that changed since. */
  async refresh(): Promise<void> {
    const { tracker, index } = this.#parts;
    for (const run of tracker.dirty) {
      // Before its rows are made: what comes in meanwhile makes it dirty again.
      tracker.dirty.delete(run);
      // Nothing but the telling of its file may be left of a run.
      const isLive = index.fileOf(run.runId) === undefined && run.lastRow >= run.firstRow;
      try {
        if (isLive) await this.#makeLive(run);
        else await this.#dropLive(run);
      } catch (error) {
        tracker.dirty.add(run); // else the next answer would be wrong without a word
        throw error;
      }
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
    const table = await this.table(run);
    if (await this.#tables.absorbRows(table)) await createRunViews(this.#parts.database);
    await this.#dropLive(run);
    await this.#tables.appendAsTexts(table, cellText);
    this.#liveRows.add(run.runId);
  }

  async #dropLive(run: TrackedRun): Promise<void> {
    if (!this.#liveRows.delete(run.runId)) return;
    await deleteRunRows(this.#parts.database, STORE, [run.runId]);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** A foreign program writes no lock; its process on this very host is the only sign of life. */
function isForeignAlive(run: TrackedRun): boolean {
  if (run.pid === undefined) return false;
  if (run.host !== undefined && run.host !== hostname()) return false;
  return isProcessAlive(run.pid);
}
