/**
 * Channels by name, and what to say of one that is not there.
 * @module
 */
import type { CommandContext } from "../command_context.ts";
import { type CommandError, notFound } from "../failure.ts";

/** The failure for an unknown channel, with those that may have been meant. */
export async function noChannel(
  context: CommandContext,
  channelId: string,
): Promise<CommandError> {
  const near = await context.all<{ channel_id: string }>(
    `SELECT channel_id FROM channels GROUP BY channel_id
    ORDER BY jaro_winkler_similarity(channel_id, $1) DESC, channel_id LIMIT 3`,
    [channelId],
  );
  if (near.length === 0) {
    return notFound(`No channels in ${context.dataDir} yet`, "Record some: litmus demo");
  }
  return notFound(
    `No channel ${channelId}`,
    `Channels such as ${near.map((row) => row.channel_id).join(", ")} are there: litmus channels`,
  );
}

/**
 * Makes sure that a channel is there; a name with wildcards may match nothing.
 *
 * @throws {CommandError} exit code 3 where it is not
 */
export async function requireChannel(context: CommandContext, pattern: string): Promise<void> {
  if (/[*?[]/.test(pattern)) return;
  const found = await context.all(
    "SELECT channel_id FROM channels WHERE channel_id = $1 LIMIT 1",
    [pattern],
  );
  if (found.length === 0) throw await noChannel(context, pattern);
}
