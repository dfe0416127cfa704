/**
 * Which segments of a session are worth merging.
 * @module
 */
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import type { SegmentInfo } from "./segment_info.ts";

/**
 * Runs of neighbours to be merged into one segment each.
 *
 * Of a run of small segments the newest are taken, and older ones as long as they are not larger than twice
 * what is taken already: so a sample is copied as often as its channel doubles, not with each merge.
 *
 * @param segments of one channel and session, in the order of their samples
 * @param least runs of fewer small segments are left alone
 */
export function mergeRuns(segments: readonly SegmentInfo[], least: number): SegmentInfo[][] {
  const runs: SegmentInfo[][] = [];
  let run: SegmentInfo[] = [];
  const close = (): void => {
    if (run.length >= least) runs.push(...groupsOf(newestOf(run)));
    run = [];
  };
  for (const segment of segments) {
    if (!isMergeable(segment)) {
      close();
      continue;
    }
    const before = run.at(-1);
    if (before !== undefined && !goOn(before, segment)) close();
    run.push(segment);
  }
  close();
  return runs;
}

/** Files of other programs are never touched, damaged ones kept as they are. */
function isMergeable(segment: SegmentInfo): boolean {
  return segment.sealed && !segment.shared && segment.covers.length > 0 &&
    segment.sizeBytes <= CHANNEL_BOUNDS.mergeSourceBytes;
}

/** True where a segment may follow another one in one file and its samples mean what they meant before. */
function goOn(before: SegmentInfo, after: SegmentInfo): boolean {
  if (before.dataType !== after.dataType) return false;
  const last = before.covers.at(-1), next = after.covers[0];
  const consecutive = last !== undefined && last.writer === next?.writer &&
    last.last + 1 === next.first;
  // Waveforms of two writers that meet by chance are two captures; in one file they would be one.
  return consecutive ||
    after.dataType !== "waveform" && before.ordered && before.lastMicros < after.firstMicros;
}

function newestOf(run: readonly SegmentInfo[]): readonly SegmentInfo[] {
  let from = run.length - 1, bytes = run[from]!.sizeBytes;
  while (from > 0 && run[from - 1]!.sizeBytes <= 2 * bytes) bytes += run[--from]!.sizeBytes;
  return run.slice(from);
}

/** Cut where a merged segment would become too large for one go. */
function groupsOf(run: readonly SegmentInfo[]): SegmentInfo[][] {
  const groups: SegmentInfo[][] = [];
  let bytes = Infinity;
  for (const segment of run) {
    bytes += segment.sizeBytes;
    if (bytes > CHANNEL_BOUNDS.mergedBytes) {
      groups.push([]);
      bytes = segment.sizeBytes;
    }
    groups.at(-1)!.push(segment);
  }
  return groups.filter((group) => group.length > 1);
}
