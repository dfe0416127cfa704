/**
 * Rebuilding Parquet files from events, the index from Parquet files, and telling what is wrong with them.
 * @module
 */
import { join } from "@std/path";
import { InvalidDataError, NotFoundError } from "../base/errors.ts";
import { createRunViews } from "../engine/catalog.ts";
import { runFileDifference } from "../runs/run_file_difference.ts";
import { isOwnRunFile } from "../runs/run_file.ts";
import type { RunTracker, TrackedRun } from "./run_tracker.ts";
import type { Warehouse } from "./warehouse.ts";

/** What a rebuild did, or would do. */
export interface RebuildReport {
  /** Runs whose file was written, or would be, and then why. */
  readonly written: { run_id: string; file: string; reason?: string }[];
  /** Runs whose file is what their events give; filled by a check only. */
  readonly same: { run_id: string; file: string }[];
  /** Runs left alone, with the reason. */
  readonly skipped: { run_id: string; reason: string }[];
  /** Runs that could not be written. */
  readonly failed: { run_id: string; reason: string }[];
}

/** How far a rebuild is. */
export interface RebuildProgress {
  done: number;
  total: number;
}

/** How often progress is told. */
const PROGRESS_MILLIS = 200;

/** Maintains the run files of a warehouse. */
export class Maintenance {
  readonly #warehouse: Warehouse;

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse;
  }

  /** Writes run files anew from the events; tells how far it is where the argument asks for it. */
  async *rebuild(
    argument: Readonly<Record<string, unknown>>,
  ): AsyncGenerator<RebuildReport | { progress: RebuildProgress }> {
    const progress: RebuildProgress = { done: 0, total: 0 };
    const work = this.#rebuild(argument, progress);
    while (argument.progress === true && !await isSettled(work)) {
      yield { progress: { ...progress } };
    }
    yield await work;
  }

  async #rebuild(
    argument: Readonly<Record<string, unknown>>,
    progress: RebuildProgress,
  ): Promise<RebuildReport> {
    const warehouse = this.#warehouse;
    const check = argument.check === true;
    if (!warehouse.writable && !check) {
      throw new InvalidDataError(`Data directory ${warehouse.layout.root} cannot be written`);
    }
    warehouse.takeEvents();
    await warehouse.takeAllRuns();
    const named = typeof argument.run_id === "string" ? argument.run_id : undefined;
    const report: RebuildReport = { written: [], same: [], skipped: [], failed: [] };
    const options = { force: argument.force === true, named: named !== undefined, check };
    const wanted = wantedRuns(warehouse.tracker, named).filter((run) => {
      const reason = this.#whyNot(run, warehouse.index.fileOf(run.runId)?.path, options);
      if (reason !== undefined) report.skipped.push({ run_id: run.runId, reason });
      return reason === undefined;
    });
    progress.total = wanted.length;
    await warehouse.mutex.run(async () => {
      if (check) await this.#check(wanted, report, progress);
      else await this.#write(wanted, report, progress);
    });
    return report;
  }

  async #write(
    runs: readonly TrackedRun[],
    report: RebuildReport,
    progress: RebuildProgress,
  ): Promise<void> {
    const { keeper, layout } = this.#warehouse;
    await keeper.materialize(runs, ({ runId }, result) => {
      progress.done++;
      if (typeof result === "string") {
        report.written.push({ run_id: runId, file: join(layout.runs, result) });
      } else report.failed.push({ run_id: runId, reason: result.message });
    });
  }

  async #check(
    runs: readonly TrackedRun[],
    report: RebuildReport,
    progress: RebuildProgress,
  ): Promise<void> {
    const { keeper, index, layout } = this.#warehouse;
    for await (const { run, table } of keeper.tables(runs)) {
      const path = index.fileOf(run.runId)?.path;
      const file = path === undefined ? "" : join(layout.runs, path);
      const reason = path === undefined ? "it has no file" : runFileDifference(file, table);
      if (reason === undefined) report.same.push({ run_id: run.runId, file });
      else report.written.push({ run_id: run.runId, file, reason });
      progress.done++;
    }
  }

  #whyNot(
    run: TrackedRun,
    file: string | undefined,
    options: { force: boolean; named: boolean; check: boolean },
  ): string | undefined {
    if (run.foreign && !options.named && file === undefined) {
      return "recorded by another program: name it with --run";
    }
    if (run.ends === 0 && this.#warehouse.keeper.isGoing(run)) return "still going on";
    if (file === undefined || options.force) return undefined;
    const own = isOwnRunFile(join(this.#warehouse.layout.runs, file));
    if (own === undefined) {
      return options.check ? undefined : "its file cannot be read: look at it, then use --force";
    }
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
    await warehouse.takeAllRuns();
    const files = await warehouse.index.files();
    return {
      index: { place: warehouse.index.storage.place, note: warehouse.index.storage.note ?? null },
      broken: files.filter(({ status }) => status === "broken"),
      double: files.filter(({ status }) => status === "double"),
      damaged: warehouse.follower.damage(),
      double_events: warehouse.follower.doubles,
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

/** Waits a moment for work; true once it is done, whatever came of it. */
async function isSettled(work: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const moment = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PROGRESS_MILLIS);
  });
  try {
    return await Promise.race([work.then(() => true, () => true), moment]);
  } finally {
    clearTimeout(timer);
  }
}
