/**
 * `litmus events`
 * @module
 */
import { type EventFilter, filterCondition } from "../../lib/protocol/event_filter.ts";
import type { CommandContext } from "../command_context.ts";
import { parseCount } from "../options/parse_count.ts";
import { parseTime } from "../options/parse_time.ts";
import { eventLines } from "./event_lines.ts";
import { findRun } from "./find_run.ts";
import { findSession } from "./find_session.ts";

/** Options of the command. */
export interface EventsOptions {
  readonly session?: string;
  readonly run?: string;
  readonly type?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly limit?: string;
}

const ORDER = "occurred_at, received_at, id";

/** Lists events in the order of their time. */
export async function eventsCommand(
  context: CommandContext,
  options: EventsOptions,
): Promise<void> {
  const { since, until } = options;
  const limit = options.limit === undefined ? undefined : parseCount("--limit", options.limit);
  const times = {
    ...(since === undefined ? {} : { since: parseTime("--since", since) }),
    ...(until === undefined ? {} : { until: parseTime("--until", until) }),
  };
  context.requireDataDir();
  const filter: EventFilter = { ...times, ...await scopeOf(context, options) };
  const { output } = context;
  const columns = output.isForPeople ? "json" : "*";
  const from = `FROM events WHERE ${filterCondition(filter)}`;
  // The latest are wanted, but in the order of time: as a log reads.
  const latest = limit === undefined
    ? `(SELECT * ${from})`
    : `(SELECT * ${from} ORDER BY occurred_at DESC, received_at DESC, id DESC LIMIT ${limit})`;
  const result = await context.sql(`SELECT ${columns} FROM ${latest} ORDER BY ${ORDER}`);
  const empty = Object.keys(filter).length === 0
    ? `No events in ${context.dataDir} yet: litmus demo records some`
    : "No event passes the filter: litmus events --limit 20 shows the latest";
  if (output.isForPeople) await output.rows(eventLines(result), { empty });
  else await output.result(result, { empty });
}

async function scopeOf(context: CommandContext, options: EventsOptions): Promise<EventFilter> {
  const { session, run, type = [] } = options;
  return {
    ...(session === undefined ? {} : { sessionId: await findSession(context, session) }),
    ...(run === undefined ? {} : { runId: (await findRun(context, run)).run_id }),
    ...(type.length === 0 ? {} : { eventType: type }),
  };
}
