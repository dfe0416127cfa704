/**
 * The session that is meant by an id, the start of one, or `latest`.
 * @module
 */
import type { CommandContext } from "../command_context.ts";
import { notFound } from "../failure.ts";

/**
 * Finds a session among events and channels.
 *
 * @param channelId only sessions of this channel count
 * @returns its whole id
 * @throws {CommandError} exit code 3 where there is none, or where several ids start like that
 */
export async function findSession(
  context: CommandContext,
  name: string,
  channelId?: string,
): Promise<string> {
  const [source, at] = channelId === undefined
    ? ["sessions", "started_at"]
    : ["channels", "first_timestamp"];
  const rows = await context.all<{ session_id: string }>(
    `SELECT session_id FROM ${source}
    WHERE ($1 = 'latest' OR starts_with(session_id, lower($1)))
    ${channelId === undefined ? "" : "AND channel_id = $2"}
    ORDER BY session_id = lower($1) DESC, ${at} DESC NULLS LAST LIMIT 5`,
    channelId === undefined ? [name] : [name, channelId],
  );
  const [first] = rows;
  const whole = first?.session_id;
  if (whole === undefined) {
    const of = channelId === undefined ? "" : ` with channel ${channelId}`;
    throw notFound(
      `No session ${name}${of}`,
      channelId === undefined ? "See litmus sessions" : `See litmus channels ${channelId}`,
    );
  }
  if (rows.length > 1 && name !== "latest" && whole !== name.toLowerCase()) {
    throw notFound(
      `Several sessions start with ${name}: ${rows.map((row) => row.session_id).join(", ")}`,
      "Give more of the id",
    );
  }
  return whole;
}
