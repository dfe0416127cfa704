/**
 * `litmus rebuild` and `litmus reindex`
 * @module
 */
import type { CommandContext } from "../command_context.ts";
import { EXIT } from "../failure.ts";
import { Progress } from "../output/progress.ts";
import { barText } from "../output/progress_bar.ts";
import { findRun } from "./find_run.ts";

/** Options of rebuild. */
export interface RebuildOptions {
  readonly run?: string;
  readonly check?: boolean;
  readonly force?: boolean;
}

interface Report {
  readonly written: readonly { run_id: string; file: string; reason?: string }[];
  readonly same: readonly { run_id: string; file: string }[];
  readonly skipped: readonly { run_id: string; reason: string }[];
  readonly failed: readonly { run_id: string; reason: string }[];
}

/** Writes run files anew from the events, or compares them; leaves with 4 where they differ. */
export async function rebuildCommand(
  context: CommandContext,
  options: RebuildOptions,
): Promise<void> {
  context.requireDataDir();
  const check = options.check === true;
  const run = options.run === undefined ? undefined : (await findRun(context, options.run)).run_id;
  const report = await rebuild(context, {
    check,
    force: options.force === true,
    progress: true,
    ...(run === undefined ? {} : { run_id: run }),
  });
  const rows = rowsOf(report, check);
  await context.output.rows({
    columns: ["run_id", "action", "file", "reason"].map((name) => ({ name, kind: "text" })),
    rows: async function* () {
      for (const row of rows) yield await Promise.resolve(row);
    },
  }, { empty: `No runs with events in ${context.dataDir}: nothing to rebuild from` });
  if (check && report.written.length > 0) context.exitCode = EXIT.damaged;
  if (report.failed.length > 0) context.exitCode = EXIT.failed;
}

async function rebuild(
  context: CommandContext,
  argument: Readonly<Record<string, unknown>>,
): Promise<Report> {
  const line = new Progress(context.output);
  const report = await context.action("rebuild", argument, ({ progress }) => {
    const { done, total } = (progress ?? {}) as { done?: number; total?: number };
    if (done !== undefined && total !== undefined) line.show(barText(done, total, "run"));
  });
  line.clear();
  return report as unknown as Report;
}

function rowsOf({ written, same, skipped, failed }: Report, check: boolean): unknown[][] {
  return [
    ...written.map(({ run_id, file, reason }) => [
      run_id,
      check ? "would write" : "written",
      file === "" ? null : file,
      reason ?? null,
    ]),
    ...same.map(({ run_id, file }) => [run_id, "same", file, null]),
    ...skipped.map(({ run_id, reason }) => [run_id, "skipped", null, reason]),
    ...failed.map(({ run_id, reason }) => [run_id, "failed", null, reason]),
  ];
}

/** Reads all run files into the index anew. */
export async function reindexCommand(context: CommandContext): Promise<void> {
  context.requireDataDir();
  const answer = await context.action("reindex");
  await context.output.object(answer);
  if (Number(answer.broken) > 0) {
    context.output.note("Some files cannot be read: litmus doctor tells which");
  }
}
