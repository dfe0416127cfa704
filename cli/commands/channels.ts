/**
 * `litmus channels`
 * @module
 */
import type { CommandContext } from "../command_context.ts";
import { parseCount } from "../options/parse_count.ts";
import { requireChannel } from "./find_channel.ts";
import { findSession } from "./find_session.ts";

/** Options of the command. */
export interface ChannelsOptions {
  readonly session?: string;
  readonly limit?: string;
}

const FOR_PEOPLE = `channel_id AS channel, left(session_id, 8) AS session, units, data_type AS type,
  strftime(timezone('UTC', first_timestamp), '%Y-%m-%d %H:%M:%S') AS started, samples,
  round(epoch(last_timestamp - first_timestamp), 6) AS seconds`;

/** Lists channels, one row per channel and session. */
export async function channelsCommand(
  context: CommandContext,
  options: ChannelsOptions,
  pattern?: string,
): Promise<void> {
  const limit = options.limit === undefined ? undefined : parseCount("--limit", options.limit);
  context.requireDataDir();
  const conditions: string[] = [];
  const values: string[] = [];
  if (pattern !== undefined) {
    await requireChannel(context, pattern);
    values.push(pattern);
    conditions.push(`channel_id GLOB $${values.length}`);
  }
  if (options.session !== undefined) {
    values.push(await findSession(context, options.session));
    conditions.push(`session_id = $${values.length}`);
  }
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const result = await context.sql(
    `SELECT ${context.output.isForPeople ? FOR_PEOPLE : "*"} FROM channels ${where}
    ORDER BY channel_id, first_timestamp, session_id
    ${limit === undefined ? "" : `LIMIT ${limit}`}`,
    values.length === 0 ? undefined : values,
  );
  await context.output.result(result, {
    times: ["started"],
    empty: conditions.length === 0
      ? `No channels in ${context.dataDir} yet: litmus demo records some`
      : "No channel passes the filter: litmus channels lists all of them",
  });
}
