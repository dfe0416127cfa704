/**
 * `litmus sessions`
 * @module
 */
import type { CommandContext } from "../command_context.ts";
import { parseCount } from "../options/parse_count.ts";
import { parseTime } from "../options/parse_time.ts";

/** Options of the command. */
export interface SessionsOptions {
  readonly since?: string;
  readonly until?: string;
  readonly station?: string;
  readonly operator?: string;
  readonly limit?: string;
}

const FOR_PEOPLE = `left(session_id, 8) AS session,
  strftime(timezone('UTC', started_at), '%Y-%m-%d %H:%M:%S') AS started,
  session_type AS type, station_id AS station, operator_id AS operator, client, outcome,
  run_count AS runs, round(epoch(ended_at - started_at), 2) AS seconds`;

/** Lists sessions, the latest first. */
export async function sessionsCommand(
  context: CommandContext,
  options: SessionsOptions,
): Promise<void> {
  const { since, until, station, operator } = options;
  const limit = options.limit === undefined ? undefined : parseCount("--limit", options.limit);
  const conditions: string[] = [];
  const values: string[] = [];
  const add = (text: string, value: string | undefined): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(`${text} $${values.length}`);
  };
  add("started_at >=", since === undefined ? undefined : parseTime("--since", since));
  add("started_at <", until === undefined ? undefined : parseTime("--until", until));
  add("station_id =", station);
  add("operator_id =", operator);
  context.requireDataDir();
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const result = await context.sql(
    `SELECT ${context.output.isForPeople ? FOR_PEOPLE : "*"} FROM sessions ${where}
    ORDER BY started_at DESC, session_id ${limit === undefined ? "" : `LIMIT ${limit}`}`,
    values.length === 0 ? undefined : values,
  );
  await context.output.result(result, {
    times: ["started"],
    empty: conditions.length === 0
      ? `No sessions in ${context.dataDir} yet: litmus demo records one`
      : "No session passes the filter: litmus sessions lists all of them",
  });
}
