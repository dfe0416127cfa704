/**
 * `litmus export`
 * @module
 */
import { join } from "@std/path";
import { runCondition } from "../../lib/runs/run_store.ts";
import type { SqlValue } from "../../lib/protocol/sql_call.ts";
import type { CommandContext } from "../command_context.ts";
import { notFound, usageError } from "../failure.ts";
import { countText } from "../format/text_width.ts";
import { findRun } from "./find_run.ts";
import { noRunNote } from "./no_run_note.ts";
import { runFilterOf, type RunFilterOptions } from "./run_filter.ts";

/** Options of the command. */
export interface ExportOptions extends RunFilterOptions {
  readonly all?: boolean;
  readonly records?: string;
}

/** Views by the kind of their rows. */
const VIEWS: Readonly<Record<string, string>> = {
  run: "runs",
  step: "steps",
  measurement: "measurements",
};

/** Writes runs in a format for other programs. */
export async function exportCommand(
  context: CommandContext,
  options: ExportOptions,
  name?: string,
): Promise<void> {
  const filter = runFilterOf(options);
  const filtered = Object.keys(filter).length > 0;
  checkScope(name, options.all === true, filtered);
  const views = viewsOf(options.records);
  context.requireDataDir();
  const run = name === undefined ? undefined : await findRun(context, name);
  const isWhole = run !== undefined && options.records === undefined;
  if (isWhole && context.output.format === "parquet") {
    return await copyParquet(context, run.run_id);
  }
  const { condition, values } = run === undefined
    ? runCondition(filter)
    : { condition: "run_id = $1", values: [run.run_id] as SqlValue[] };
  const limit = filter.limit === undefined ? "" : `LIMIT ${filter.limit}`;
  const wanted = `SELECT run_id FROM runs WHERE ${condition} ORDER BY run_started_at DESC ${limit}`;
  // By name: each view has columns of its own beyond the common ones.
  const parts = views.map((view) =>
    `SELECT * FROM ${view} WHERE run_id IN (SELECT run_id FROM wanted)`
  );
  const result = await context.sql(
    `WITH wanted AS MATERIALIZED (${wanted}) ${parts.join(" UNION ALL BY NAME ")}`,
    values,
  );
  const { output } = context;
  const count = await output.result(result);
  if (count === 0) output.note(await noRunNote(context, filter));
  if (output.path !== undefined) {
    output.note(`${countText(count, "row")} written to ${output.path}`);
  }
}

function checkScope(name: string | undefined, all: boolean, filtered: boolean): void {
  if (name !== undefined && (all || filtered)) {
    throw usageError("A run and filters exclude each other", "Give either the run or the filters");
  }
  if (name === undefined && !all && !filtered) {
    throw usageError("Nothing says which runs to export", "Name a run, give filters, or --all");
  }
}

function viewsOf(records: string | undefined): string[] {
  if (records === undefined) return Object.values(VIEWS);
  return records.split(",").map((kind) => {
    const view = Object.hasOwn(VIEWS, kind.trim()) ? VIEWS[kind.trim()] : undefined;
    if (view !== undefined) return view;
    throw usageError(`Unknown records "${kind}"`, `Give some of ${Object.keys(VIEWS).join(",")}`);
  });
}

/** The run's own file holds all its rows with the types and metadata that other tools expect. */
async function copyParquet(context: CommandContext, runId: string): Promise<void> {
  const [file] = await context.all<{ path: string }>(
    "SELECT path FROM run_index.files WHERE run_id = $1 AND status = 'ok' LIMIT 1",
    [runId],
  );
  if (file === undefined) {
    throw notFound(
      `Run ${runId} has no Parquet file`,
      "It is written when the run has ended; a lost one comes back by litmus rebuild --run ID",
    );
  }
  const { output } = context;
  output.refuseScreen("parquet");
  using source = await Deno.open(join(context.dataDir, "runs", file.path), { read: true });
  const chunk = new Uint8Array(256 * 1024);
  for (let count = await source.read(chunk); count !== null; count = await source.read(chunk)) {
    context.signal.throwIfAborted();
    await output.text(chunk.subarray(0, count));
  }
  if (output.path !== undefined) output.note(`runs/${file.path} written to ${output.path}`);
}
