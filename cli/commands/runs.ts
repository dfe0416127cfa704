/**
 * `litmus runs`
 * @module
 */
import { runCondition } from "../../lib/runs/run_store.ts";
import type { CommandContext } from "../command_context.ts";
import { runFilterOf, type RunFilterOptions } from "./run_filter.ts";

/** What people want to see of a run; programs get all columns. */
const FOR_PEOPLE = `left(run_id, 8) AS run,
  strftime(timezone('UTC', run_started_at), '%Y-%m-%d %H:%M:%S') AS started,
  dut_serial AS serial, product_id AS product, station_id AS station, test_phase AS phase,
  run_outcome AS outcome,
  round(epoch(run_ended_at - run_started_at), 2) AS seconds`;

/** Lists runs, the latest first. */
export async function runsCommand(
  context: CommandContext,
  options: RunFilterOptions,
): Promise<void> {
  const filter = runFilterOf(options);
  context.requireDataDir();
  const { condition, values } = runCondition(filter);
  const limit = filter.limit === undefined ? "" : `LIMIT ${filter.limit}`;
  const columns = context.output.isForPeople ? FOR_PEOPLE : "*";
  const result = await context.sql(
    `SELECT ${columns} FROM runs WHERE ${condition} ORDER BY run_started_at DESC, run_id ${limit}`,
    values,
  );
  await context.output.result(result, {
    times: ["started"],
    empty: emptyNote(context, Object.keys(filter)),
  });
}

function emptyNote(context: CommandContext, filters: readonly string[]): string {
  return filters.length === 0
    ? `No runs in ${context.dataDir} yet: litmus demo records some`
    : `No run passes the filter: litmus runs lists all of them`;
}
