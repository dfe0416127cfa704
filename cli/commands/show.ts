/**
 * `litmus show`
 * @module
 */
import type { CommandContext } from "../command_context.ts";
import { renderRun } from "../show/render_run.ts";
import { readRun } from "../show/run_record.ts";
import { findRun } from "./find_run.ts";

/** Shows one run. */
export async function showCommand(
  context: CommandContext,
  _options: object,
  name = "",
): Promise<void> {
  context.requireDataDir();
  const record = await readRun(context, await findRun(context, name));
  const { output } = context;
  if (output.format !== "table") return await output.object({ ...record });
  await output.text(renderRun(record, { color: output.color, width: output.screen?.width ?? 100 }));
}
