/**
 * What to say where no run passes the filters.
 * @module
 */
import { RUN_FILTER_COLUMNS, type RunFilter } from "../../lib/runs/run_store.ts";
import type { CommandContext } from "../command_context.ts";
import { nearestValues } from "./nearest_values.ts";

/** Values to choose from that are named. */
const NAMED = 5;

/** Why nothing was found: no runs at all, a value that no run has, or their combination. */
export async function noRunNote(context: CommandContext, filter: RunFilter): Promise<string> {
  if (Object.keys(filter).length === 0) {
    return `No runs in ${context.dataDir} yet: litmus demo records some`;
  }
  for (const [name, column] of RUN_FILTER_COLUMNS) {
    const wanted = filter[name];
    if (typeof wanted !== "string") continue;
    const near = await nearestValues(context, column, wanted, NAMED);
    if (near.includes(wanted)) continue;
    const known = near.length === 0 ? "no run has any" : `there is ${near.join(", ")}`;
    return `No run has ${name} ${JSON.stringify(wanted)}: ${known}`;
  }
  return "No run passes the filters together: litmus runs lists all of them";
}
