/**
 * Answers to channel tickets from the files.
 * @module
 */
import { type ChannelAnswer, openChannelQuery } from "../channels/channel_query.ts";
import { openManyChannels } from "../channels/query_many.ts";
import type { SegmentIndex } from "../channels/segment_index.ts";
import type { ChannelTicket } from "../protocol/channel_ticket.ts";

/**
 * Prepares the answer to a ticket for one channel or for several.
 *
 * @throws {NotFoundError} for an unknown channel or session, naming the nearest
 * @throws {DamagedDataError} where nothing of it is whole
 * @throws {RangeError} for a bad count, time, method, policy or alignment
 */
export function openTicket(
  dataDir: string,
  channelId: string,
  { with: others, ...query }: ChannelTicket,
  index: SegmentIndex,
): ChannelAnswer {
  if (others === undefined && query.align === undefined) {
    return openChannelQuery(dataDir, channelId, { ...query, index });
  }
  return openManyChannels(dataDir, [channelId, ...others ?? []], { ...query, index });
}
