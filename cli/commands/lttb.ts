/**
 * `litmus lttb`
 * @module
 */
import {
  type ChannelQuery,
  type DecimationMethod,
  formatChannelTicket,
} from "../../lib/protocol/channel_ticket.ts";
import { parseMicros } from "../../lib/base/time.ts";
import type { QueryResult } from "../../lib/arrow/query_result.ts";
import { readAhead } from "../../lib/arrow/read_ahead.ts";
import type { CommandContext } from "../command_context.ts";
import { usageError } from "../failure.ts";
import { parseCount } from "../options/parse_count.ts";
import { parseTime } from "../options/parse_time.ts";
import { noChannel } from "./find_channel.ts";
import { findSession } from "./find_session.ts";

/** Options of the command. */
export interface LttbOptions {
  readonly session?: string;
  readonly points?: string;
  readonly start?: string;
  readonly end?: string;
  readonly method?: string;
  readonly plot?: boolean;
  readonly height?: string;
}

/** A channel in one session. */
interface ChannelRow {
  readonly session_id: string;
  readonly data_type: string;
  readonly units: string | null;
}

const METHODS: readonly DecimationMethod[] = ["lttb", "minmaxlttb", "minmax", "display"];
const POINTS = 1000;
const HEIGHT = 20;
/** A cell of a drawing has two dots across; two points for each keep its spikes. */
const POINTS_PER_CELL = 4;

/** Downsamples a channel. */
export async function lttbCommand(
  context: CommandContext,
  options: LttbOptions,
  channelId = "",
): Promise<void> {
  const query = queryOf(context, options);
  const height = parseCount("--height", options.height ?? String(HEIGHT), 8);
  context.requireDataDir();
  const sessions = await sessionsOf(context, channelId);
  const sessionId = await wantedSession(context, options, channelId, sessions);
  const scoped = sessionId === undefined ? query : { ...query, sessionId };
  const channel = sessions.find((row) => row.session_id === sessionId) ?? sessions[0];
  const result = await samples(context, channelId, scoped);
  if (options.plot === true) {
    const { plotChannel } = await import("./plot_channel.ts");
    const text = await plotChannel(result, {
      channelId,
      units: channel?.units ?? "",
      waveform: channel?.data_type === "waveform",
      width: context.output.width,
      height,
      color: context.output.color,
    });
    return await context.output.text(text);
  }
  await context.output.result(result, {
    units: { value: channel?.units },
    empty: `No samples of ${channelId} in this range: litmus channels ${channelId} tells its span`,
  });
}

function queryOf(context: CommandContext, options: LttbOptions): ChannelQuery {
  const { start, end, points, plot } = options;
  const method = METHODS.find((name) => name === options.method);
  if (options.method !== undefined && method === undefined) {
    throw usageError(`Unknown method "${options.method}"`, `Give one of ${METHODS.join(", ")}`);
  }
  const maxPoints = points === undefined
    ? plot === true ? context.output.width * POINTS_PER_CELL : POINTS
    : parseCount("--points", points, 2);
  return {
    maxPoints,
    method: method ?? (plot === true ? "display" : "lttb"),
    ...(start === undefined ? {} : { startMicros: parseMicros(parseTime("--start", start)) }),
    ...(end === undefined ? {} : { endMicros: parseMicros(parseTime("--end", end)) }),
  };
}

/** The sessions of a channel, the latest first. */
async function sessionsOf(context: CommandContext, channelId: string): Promise<ChannelRow[]> {
  const rows = await context.all<ChannelRow>(
    `SELECT session_id, data_type, units FROM channels WHERE channel_id = $1
    ORDER BY first_timestamp DESC NULLS LAST`,
    [channelId],
  );
  if (rows.length > 0) return rows;
  throw await noChannel(context, channelId);
}

/** A drawing shows one session; data may be of all of them. */
async function wantedSession(
  context: CommandContext,
  { session, plot }: LttbOptions,
  channelId: string,
  sessions: readonly ChannelRow[],
): Promise<string | undefined> {
  if (session !== undefined) return await findSession(context, session, channelId);
  if (plot !== true) return undefined;
  const [latest] = sessions;
  if (sessions.length > 1 && latest !== undefined) {
    context.output.note(
      `Session ${latest.session_id}, the latest of ${sessions.length}: --session names another`,
    );
  }
  return latest?.session_id;
}

async function samples(
  context: CommandContext,
  channelId: string,
  query: ChannelQuery,
): Promise<QueryResult> {
  const ticket = formatChannelTicket(channelId, query);
  const { signal } = context;
  return await context.connection.call(async (client) =>
    await readAhead(await client.doGet(ticket, { signal }))
  );
}
