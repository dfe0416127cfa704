/**
 * Runs of NaN, and which of their samples stand for them.
 * @module
 */

/** A run of NaN: index of its first sample, and how many. */
export type Gap = readonly [start: number, samples: number];

/** One in this many points may mark a gap; with more gaps than that the longest are marked. */
const POINTS_PER_GAP = 4;

/** Runs of NaN, ascending. */
export function gapsIn(y: Float64Array): Gap[] {
  const gaps: Gap[] = [];
  for (let i = 0; i < y.length; i++) {
    if (y[i] === y[i]) continue;
    const start = i;
    while (i < y.length && y[i] !== y[i]) i++;
    gaps.push([start, i - start]);
  }
  return gaps;
}

/**
 * One sample of each gap, of the longest where there are too many, ascending; of gaps at the ends the
 * outermost sample.
 *
 * @param gaps those from `lo` up to, without, `hi`
 * @param points samples that are wanted in all
 */
export function gapMarkers(
  gaps: readonly Gap[],
  lo: number,
  hi: number,
  points: number,
): number[] {
  const outer = new Set<number>();
  let inner: Gap[] = [];
  for (const gap of gaps) {
    const [start, samples] = gap, end = start + samples;
    if (start === lo) outer.add(lo);
    if (end === hi) outer.add(hi - 1);
    if (start > lo && end < hi) inner.push(gap);
  }
  const most = Math.floor(points / POINTS_PER_GAP);
  if (inner.length > most) {
    inner = inner.toSorted((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, most);
  }
  return [...outer, ...inner.map(([start]) => start)].sort((a, b) => a - b);
}
