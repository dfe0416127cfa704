/**
 * `litmus show`
 * @module
 */
import type { CommandContext } from "../command_context.ts";
import { usageError } from "../failure.ts";
import type { OutputFormat } from "../options/global_options.ts";
import { renderRun } from "../show/render_run.ts";
import { readRun } from "../show/run_record.ts";
import { findRun } from "./find_run.ts";

/** A run is a tree: what has rows only cannot hold it. */
const FORMATS: readonly OutputFormat[] = ["table", "json", "jsonl"];

/** Shows one run. */
export async function showCommand(
  context: CommandContext,
  _options: object,
  name = "",
): Promise<void> {
  const { output } = context;
  if (!FORMATS.includes(output.format)) {
    throw usageError(
      `A run is shown as ${FORMATS.join(", ")}, not as ${output.format}`,
      `Its rows are written by litmus export ${name} --format ${output.format}`,
    );
  }
  context.requireDataDir();
  const record = await readRun(context, await findRun(context, name));
  if (output.format !== "table") return await output.object({ ...record });
  await output.text(renderRun(record, { color: output.color, width: output.screen?.width ?? 100 }));
}
