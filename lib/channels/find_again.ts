/**
 * Segments that were merged after they were listed, before they were read.
 * @module
 */
import { dataDirOfSegment } from "../base/data_layout.ts";
import { isGone, listSegments } from "./segment_index.ts";
import type { SegmentInfo } from "./segment_info.ts";
import { type ChannelSession, groupSessions } from "./segment_selection.ts";

/**
 * The same samples where they lie now.
 *
 * @param session as it was listed
 * @param error what reading it threw
 * @returns the session, to be read again
 * @throws the error itself where it is another one, and where the samples are nowhere any more
 */
export function findAgain(session: ChannelSession, error: unknown): ChannelSession {
  if (!isGone(error)) throw error;
  const { channelId, sessionId, segments } = session;
  const paths = new Set(segments.map(({ path }) => path));
  const covers = segments.flatMap((segment) => segment.covers);
  const isPart = (segment: SegmentInfo): boolean =>
    paths.has(segment.path) ||
    segment.covers.some(({ writer, first, last }) =>
      covers.some((range) => range.writer === writer && range.first <= last && first <= range.last)
    );
  const all = listSegments(dataDirOfSegment(segments[0]!.path)).segments;
  const [now] = groupSessions(
    all.filter((segment) =>
      segment.channelId === channelId && segment.sessionId === sessionId && isPart(segment)
    ),
    sessionId,
  );
  if (now === undefined || now.samples < session.samples) throw error;
  return now;
}
