/**
 * Published runs that wait for the index: their rows are in memory.
 * @module
 */
import type { FileInMemory } from "./indexed_files.ts";

/** Runs that one transaction takes: all that wait, but not too late. */
const WAITING_RUNS = 256;
/** ... and so many rows, which are held in memory until then. */
const WAITING_ROWS = 262_144;

/** A queue of runs. */
export class WaitingRuns {
  #runs: FileInMemory[] = [];
  #rows = 0;

  /** Adds a run. */
  add(run: FileInMemory): void {
    this.#runs.push(run);
    this.#rows += run.rows.rowCount;
  }

  /** Whether so much waits that it should not wait for a reader. */
  get isFull(): boolean {
    return this.#runs.length >= WAITING_RUNS || this.#rows >= WAITING_ROWS;
  }

  /** Hands all runs out. */
  take(): FileInMemory[] {
    const runs = this.#runs;
    this.#runs = [];
    this.#rows = 0;
    return runs;
  }

  /** Drops the runs of files that are gone. */
  drop(paths: ReadonlySet<string>): void {
    for (const run of this.take()) if (!paths.has(run.file.path)) this.add(run);
  }
}
