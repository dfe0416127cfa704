/**
 * Rebuilding Parquet files from events, the index from Parquet files, and telling what is wrong with them.
 * @module
 */
import { join } from "@std/path";
import { InvalidDataError, NotFoundError } from "../base/errors.ts";
import { createRunViews } from "../engine/catalog.ts";
import type { RunTracker, TrackedRun } from "./run_tracker.ts";
import type { Warehouse } from "./warehouse.ts";

/** What a rebuild did, or would do. */
export interface RebuildReport {
  /** Runs whose file was written, or would be. */
  readonly written: { run_id: string; file: string }[];
  /** Runs left alone, with the reason. */
  readonly skipped: { run_id: string; reason: string }[];
  /** Runs that could not be written. */
  readonly failed: { run_id: string; reason: string }[];
}

/** Maintains the run files of a warehouse. */
export class Maintenance {
  readonly #warehouse: Warehouse;

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse;
  }

  /** Writes run files anew from the events. */
  async rebuild(argument: Readonly<Record<string, unknown>>): Promise<RebuildReport> {
    const warehouse = this.#warehouse;
    if (!warehouse.writable) {
      throw new InvalidDataError(`Data directory ${warehouse.layout.root} cannot be written`);
    }
    warehouse.takeEvents();
    await warehouse.takeRuns();
    const named = typeof argument.run_id === "string" ? argument.run_id : undefined;
    const runs = wantedRuns(warehouse.tracker, named);
    const report: RebuildReport = { written: [], skipped: [], failed: [] };
    for (const run of runs) {
      await warehouse.mutex.run(() =>
        this.#rebuildOne(run, report, {
          check: argument.check === true,
          force: argument.force === true,
          named: named !== undefined,
        })
      );
    }
    return report;
  }

  async #rebuildOne(
    run: TrackedRun,
    report: RebuildReport,
    options: { check: boolean; force: boolean; named: boolean },
  ): Promise<void> {
    const { keeper, index, layout } = this.#warehouse;
    const file = index.fileOf(run.runId);
    const reason = await this.#whyNot(run, file?.path, options);
    if (reason !== undefined) {
      report.skipped.push({ run_id: run.runId, reason });
      return;
    }
    try {
      const path = options.check ? file?.path ?? "" : await keeper.materialize(run);
      report.written.push({ run_id: run.runId, file: path === "" ? "" : join(layout.runs, path) });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      report.failed.push({ run_id: run.runId, reason: text });
    }
  }

  async #whyNot(
    run: TrackedRun,
    file: string | undefined,
    options: { force: boolean; named: boolean },
  ): Promise<string | undefined> {
    if (run.foreign && !options.named && file === undefined) {
      return "recorded by another program: name it with --run";
    }
    if (run.ends === 0 && this.#warehouse.keeper.isGoing(run)) return "still going on";
    if (file === undefined || options.force) return undefined;
    const own = await this.#warehouse.index.isOwnFile(file);
    return own ? undefined : "file of another program: use --force";
  }

  /** Reads all run files into the index anew. */
  async reindex(): Promise<{ files: number; broken: number }> {
    const warehouse = this.#warehouse;
    return await warehouse.mutex.run(async () => {
      const change = await warehouse.index.rebuild();
      await createRunViews(warehouse.database);
      for (const run of warehouse.tracker.all()) warehouse.tracker.touch(run);
      return { files: change.added + change.broken, broken: change.broken };
    });
  }

  /** What is wrong with run files and event files, as far as the daemon met them. */
  async report(): Promise<Record<string, unknown>> {
    const warehouse = this.#warehouse;
    warehouse.takeEvents();
    await warehouse.takeRuns();
    const files = await warehouse.index.files();
    return {
      index: { place: warehouse.index.place, note: warehouse.index.note ?? null },
      broken: files.filter(({ status }) => status === "broken"),
      double: files.filter(({ status }) => status === "double"),
      damaged: warehouse.follower.damage(),
    };
  }
}

function wantedRuns(tracker: RunTracker, runId: string | undefined): TrackedRun[] {
  if (runId === undefined) return [...tracker.all()];
  const run = tracker.get(runId);
  if (run === undefined) {
    throw new NotFoundError(`No events of run ${runId}: nothing to rebuild from`);
  }
  return [run];
}
