/**
 * `litmus runs`
 * @module
 */
import { runCondition } from "../../lib/runs/run_store.ts";
import type { CommandContext } from "../command_context.ts";
import { RUN_COLUMNS } from "../show/run_columns.ts";
import { noRunNote } from "./no_run_note.ts";
import { runFilterOf, type RunFilterOptions } from "./run_filter.ts";

/** Lists runs, the latest first. */
export async function runsCommand(
  context: CommandContext,
  options: RunFilterOptions,
): Promise<void> {
  const filter = runFilterOf(options);
  context.requireDataDir();
  const { condition, values } = runCondition(filter);
  const limit = filter.limit === undefined ? "" : `LIMIT ${filter.limit}`;
  const columns = context.output.isForPeople ? RUN_COLUMNS : "*";
  const result = await context.sql(
    `SELECT ${columns} FROM runs WHERE ${condition} ORDER BY run_started_at DESC, run_id ${limit}`,
    values,
  );
  const count = await context.output.result(result, { times: ["started"] });
  if (count === 0) context.output.note(await noRunNote(context, filter));
}
