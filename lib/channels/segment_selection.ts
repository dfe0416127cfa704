/**
 * Which of the segments on disk count: each sample once.
 * @module
 */
import { basename } from "@std/path";
import { parseChannelFileName } from "../base/data_layout.ts";
import { DamagedDataError, NotFoundError } from "../base/errors.ts";
import { nearestIds } from "./_nearest_ids.ts";
import type { SegmentDamage, SegmentInfo, SegmentListing } from "./segment_info.ts";

/** Session under which the Python package 0.1.3 leaves second copies of what it writes. */
export const COPY_SESSION = "00000000-0000-0000-0000-000000000000";

/** The segments of one channel and session, none of them twice, in order of time. */
export interface ChannelSession {
  readonly channelId: string;
  readonly sessionId: string;
  /** At least one. */
  readonly segments: readonly SegmentInfo[];
  readonly samples: number;
  /** Time of the first sample, microseconds since the epoch. */
  readonly firstMicros: number;
  /** Time of the last sample. */
  readonly lastMicros: number;
}

/**
 * Groups segments by channel and session, in order of channel and first sample.
 *
 * Segments that a merged one covers count once. Copies under session 00000000-.. are left out where the
 * channel has other sessions, unless `sessionId` names that session.
 *
 * @param sessionId only this session
 */
export function groupSessions(
  segments: Iterable<SegmentInfo>,
  sessionId?: string,
): ChannelSession[] {
  const channels = new Map<string, Map<string, SegmentInfo[]>>();
  for (const segment of segments) {
    if (segment.samples === 0) continue;
    const sessions = channels.getOrInsertComputed(segment.channelId, () => new Map());
    sessions.getOrInsertComputed(segment.sessionId, () => []).push(segment);
  }
  const groups: ChannelSession[] = [];
  for (const [channelId, sessions] of [...channels].sort(([a], [b]) => a < b ? -1 : 1)) {
    if (sessionId !== COPY_SESSION && sessions.size > 1) sessions.delete(COPY_SESSION);
    const ofChannel: ChannelSession[] = [];
    for (const [id, all] of sessions) {
      if (sessionId !== undefined && id !== sessionId) continue;
      ofChannel.push(sessionOf(channelId, id, dropCovered(all)));
    }
    groups.push(...ofChannel.sort((a, b) => a.firstMicros - b.firstMicros));
  }
  return groups;
}

function sessionOf(
  channelId: string,
  sessionId: string,
  segments: readonly SegmentInfo[],
): ChannelSession {
  let samples = 0, firstMicros = Infinity, lastMicros = -Infinity;
  for (const segment of segments) {
    samples += segment.samples;
    firstMicros = Math.min(firstMicros, segment.firstMicros);
    lastMicros = Math.max(lastMicros, segment.lastMicros);
  }
  return { channelId, sessionId, segments: inOrder(segments), samples, firstMicros, lastMicros };
}

/** The segments of a channel and session in the order in which they are read. */
export function inOrder(segments: readonly SegmentInfo[]): SegmentInfo[] {
  return segments.toSorted((a, b) =>
    a.firstMicros - b.firstMicros || a.lastMicros - b.lastMicros || byOrigin(a, b)
  );
}

/** Segments of one time in the order they were written, wherever a merge has put them. */
function byOrigin(a: SegmentInfo, b: SegmentInfo): number {
  const [left] = a.covers, [right] = b.covers;
  const writers = compared(left?.writer ?? "", right?.writer ?? "");
  return writers || (left?.first ?? 0) - (right?.first ?? 0) || compared(a.path, b.path);
}

function compared(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Leaves out segments of which another one holds every batch, as after a merge that was interrupted. */
export function dropCovered(segments: readonly SegmentInfo[]): SegmentInfo[] {
  // A merged segment comes first, then its sources add nothing. Damaged ones cannot stand for others.
  const byBreadth = segments.toSorted((a, b) =>
    Number(b.sealed) - Number(a.sealed) || batchesOf(b) - batchesOf(a) || (a.path < b.path ? -1 : 1)
  );
  const taken = new Map<string, { first: number; last: number }[]>();
  const kept = new Set<SegmentInfo>();
  for (const segment of byBreadth) {
    const covered = segment.covers.length > 0 &&
      segment.covers.every(({ writer, first, last }) =>
        taken.get(writer)?.some((range) => range.first <= first && last <= range.last) === true
      );
    if (covered) continue;
    kept.add(segment);
    for (const { writer, first, last } of segment.covers) {
      taken.getOrInsertComputed(writer, () => []).push({ first, last });
    }
  }
  return segments.filter((segment) => kept.has(segment));
}

/**
 * What interrupted merges left behind: merged segments, each with the sources that are still there.
 *
 * @param segments all of one channel and session
 */
export function coveringSegments(
  segments: readonly SegmentInfo[],
): [merged: SegmentInfo, sources: SegmentInfo[]][] {
  const kept = new Set(dropCovered(segments));
  const found = new Map<SegmentInfo, SegmentInfo[]>();
  for (const source of segments) {
    if (kept.has(source) || !source.sealed) continue;
    // A merge covers more than each of its sources; what covers the same is a copy that somebody made.
    const merged = [...kept].find((each) =>
      each.sealed && batchesOf(each) > batchesOf(source) && isInside(source, each)
    );
    if (merged !== undefined) found.getOrInsertComputed(merged, () => []).push(source);
  }
  return [...found];
}

function isInside({ covers }: SegmentInfo, merged: SegmentInfo): boolean {
  return covers.every(({ writer, first, last }) =>
    merged.covers.some((range) =>
      range.writer === writer && range.first <= first && last <= range.last
    )
  );
}

function batchesOf({ covers }: SegmentInfo): number {
  return covers.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/**
 * The sessions of a channel, in order of their first sample.
 *
 * @throws {NotFoundError} naming the nearest channels, or the sessions that there are
 * @throws {DamagedDataError} where there would be some if their files could be read
 */
export function findChannel(
  { segments, damage }: SegmentListing,
  channelId: string,
  sessionId?: string,
): ChannelSession[] {
  const wanted = sessionId?.toLowerCase();
  const ofChannel = segments.filter((segment) => segment.channelId === channelId);
  const sessions = groupSessions(ofChannel, wanted);
  if (sessions.length > 0) return sessions;
  const [lost] = damageOf(damage, channelId, wanted);
  if (lost !== undefined) throw unreadable(channelId, lost);
  if (ofChannel.length === 0) throw unknownChannel(segments, channelId);
  const known = groupSessions(ofChannel).map((session) => session.sessionId);
  throw new NotFoundError(
    `Channel "${channelId}" has no session ${sessionId}: it has ${known.slice(-3).join(", ")}` +
      (known.length > 3 ? ` and ${known.length - 3} more` : ""),
  );
}

/**
 * What a look at all files found damaged of a channel.
 *
 * @param sessionId only what is in files of this session, as far as their names tell
 */
export function damageOf(
  damage: readonly SegmentDamage[],
  channelId: string,
  sessionId?: string,
): SegmentDamage[] {
  const wanted = sessionId?.toLowerCase();
  return damage.filter((each) => {
    if (each.channelId !== channelId) return false;
    const session8 = parseChannelFileName(basename(each.path))?.session8;
    return wanted === undefined || session8 === undefined || wanted.startsWith(session8);
  });
}

function unreadable(
  channelId: string,
  { path, start, end, reason }: SegmentDamage,
): DamagedDataError {
  return new DamagedDataError(
    `Cannot read channel "${channelId}": nothing of it is whole; ${path}, bytes ${start} to ${end}: ${reason}`,
    { start, end },
  );
}

function unknownChannel(segments: readonly SegmentInfo[], channelId: string): NotFoundError {
  const ids = new Set(segments.map((segment) => segment.channelId));
  const near = nearestIds(channelId, ids).map((id) => `"${id}"`).join(", ");
  return new NotFoundError(
    `Unknown channel "${channelId}": ` +
      (near === "" ? "the data directory has no channels" : `the nearest are ${near}`),
  );
}
