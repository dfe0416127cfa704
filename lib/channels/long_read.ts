/**
 * Which answers take many samples before their first row.
 * @module
 */
import type { ChannelQuery } from "../protocol/channel_ticket.ts";
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import { isViewed } from "./decimate_view.ts";
import type { PyramidCache } from "./pyramid_cache.ts";
import type { ChannelSession } from "./segment_selection.ts";

/**
 * True where so many samples are read and chosen from in one go that a thread which serves others should
 * have it done elsewhere. Views by pyramids that are there are none.
 *
 * @param query one that needs all samples at once: others go batch by batch
 * @param pyramids to view by, where the answer is a view
 */
export function isLongRead(
  sessions: readonly ChannelSession[],
  query: ChannelQuery,
  pyramids?: PyramidCache,
): boolean {
  let samples = 0;
  for (const session of sessions) {
    const count = samplesInside(session, query);
    const isQuick = count >= CHANNEL_BOUNDS.viewSamples && pyramids !== undefined &&
      isViewed(session, query, query, pyramids);
    if (!isQuick) samples += count;
  }
  return Math.min(samples, query.lastN ?? Infinity) >= CHANNEL_BOUNDS.longSamples;
}

/** Samples of the segments that reach into the window. */
function samplesInside(
  { segments }: ChannelSession,
  { startMicros = -Infinity, endMicros = Infinity }: ChannelQuery,
): number {
  return segments.reduce(
    (sum, { firstMicros, lastMicros, samples }) =>
      lastMicros >= startMicros && firstMicros <= endMicros ? sum + samples : sum,
    0,
  );
}
