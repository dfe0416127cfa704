/**
 * Which channels a data directory holds.
 * @module
 */
import { joinDescriptions } from "./channel_description.ts";
import type { RegistryEntry } from "./channel_registry.ts";
import type { ChannelDataType, ChannelDescription } from "./channel_types.ts";
import type { SegmentInfo } from "./segment_info.ts";
import { groupSessions } from "./segment_selection.ts";

/** A channel of one session. */
export interface ChannelSummary extends ChannelDescription {
  /** The channel. */
  readonly channelId: string;
  /** The session. */
  readonly sessionId: string;
  /** How samples are stored. */
  readonly dataType: ChannelDataType;
  /** Samples; those inside of waveforms counted. */
  readonly samples: number;
  /** Files that hold them. */
  readonly segments: number;
  /** Time of the first sample, microseconds since the epoch. */
  readonly firstMicros: number;
  /** Time of the last sample, microseconds since the epoch. */
  readonly lastMicros: number;
}

/**
 * Sums segments up by channel and session, each sample once.
 *
 * @param segments all segments of a data directory
 * @param registry what is known of channels whose segments do not say it
 * @param sessionId only this session
 */
export function summarizeChannels(
  segments: readonly SegmentInfo[],
  registry: ReadonlyMap<string, RegistryEntry>,
  sessionId?: string,
): ChannelSummary[] {
  return groupSessions(segments, sessionId).map((session) => {
    const { channelId, samples, firstMicros, lastMicros } = session;
    const entry = registry.get(channelId);
    const first = session.segments[0]!;
    const known = first.covers.length > 0 ? undefined : entry?.dataType;
    return {
      channelId,
      sessionId: session.sessionId,
      dataType: known ?? first.dataType,
      samples,
      segments: session.segments.length,
      firstMicros,
      lastMicros,
      ...joinDescriptions([entry, ...session.segments]),
    };
  });
}

/** Registry entries made from segments, in order of their first samples. */
export function registryFromSegments(segments: readonly SegmentInfo[]): RegistryEntry[] {
  const entries = new Map<string, RegistryEntry>();
  const sessions = groupSessions(segments).sort((a, b) => a.firstMicros - b.firstMicros);
  for (const { channelId, firstMicros, segments } of sessions) {
    const before = entries.get(channelId);
    entries.set(channelId, {
      channelId,
      dataType: segments[0]!.dataType,
      firstSeenMicros: before?.firstSeenMicros ?? firstMicros,
      ...joinDescriptions([before, ...segments]),
    });
  }
  return [...entries.values()];
}
