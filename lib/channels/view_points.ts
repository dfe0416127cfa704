/**
 * Which samples of a view are shown: the choices of `displayDecimate` and `minMaxPerPixel`, made of blocks.
 * @module
 */
import { bucketStart } from "./_buckets.ts";
import { Tally } from "./_pyramid_tally.ts";
import type { GapPolicy } from "./decimate.ts";
import { type Gap, gapMarkers } from "./gap_markers.ts";
import { NumberPlaces } from "./number_places.ts";
import { levelFor, type SessionView } from "./session_view.ts";

/** Samples that were chosen, in order. */
export class ViewPoints {
  readonly samples: number[] = [];
  readonly values: number[] = [];
  /** Their times, NaN where those follow from an axis. */
  readonly micros: number[] = [];

  /** Adds a sample, unless it or a later one is there already. */
  add(sample: number, value: number, micros: number): void {
    if (this.samples.length > 0 && this.samples.at(-1)! >= sample) return;
    this.samples.push(sample);
    this.values.push(value);
    this.micros.push(micros);
  }

  /** Adds a sample that has to be read. */
  read(view: SessionView, sample: number): void {
    const { axis, values } = view.block(sample, sample + 1);
    if (values.kind === "number") this.add(sample, values.data[0]!, axis.timeAt(0));
  }

  /** Adds both extremes of a tally, the earlier one first. */
  addExtremes(tally: Tally): void {
    if (tally.minAt <= tally.maxAt) this.add(tally.minAt, tally.min, tally.minMicros);
    this.add(tally.maxAt, tally.max, tally.maxMicros);
    this.add(tally.minAt, tally.min, tally.minMicros);
  }

  /** Puts others between those that are there. */
  with(more: ViewPoints): ViewPoints {
    const all = new ViewPoints();
    for (let i = 0, j = 0; i < this.samples.length || j < more.samples.length;) {
      const mine = j === more.samples.length ||
        i < this.samples.length && this.samples[i]! <= more.samples[j]!;
      const from: ViewPoints = mine ? this : more, at = mine ? i++ : j++;
      all.add(from.samples[at]!, from.values[at]!, from.micros[at]!);
    }
    return all;
  }
}

/**
 * First, lowest, highest and last sample of each column.
 *
 * @param edges where columns start, then the end of the last
 */
export function pointsOfColumns(view: SessionView, edges: Float64Array): ViewPoints {
  const points = new ViewPoints(), tally = new Tally();
  for (let i = 0; i + 1 < edges.length; i++) {
    const lo = edges[i]!, hi = edges[i + 1]!;
    if (lo >= hi) continue;
    tally.clear();
    view.add(tally, lo, hi, levelFor(hi - lo));
    points.add(lo, tally.first, tally.firstMicros);
    // NaN is an extreme of a column of NaN alone, which its outer samples show.
    if (!Number.isNaN(tally.min)) points.addExtremes(tally);
    points.add(hi - 1, tally.last, tally.lastMicros);
  }
  return points;
}

/**
 * The outer samples, and the extremes of buckets between them: exactly `maxPoints` samples.
 *
 * @returns undefined where there are too many gaps, or too few numbers, to choose without reading all samples
 */
export function displayPoints(
  view: SessionView,
  lo: number,
  hi: number,
  maxPoints: number,
  policy: GapPolicy,
): ViewPoints | undefined {
  const gaps = policy === "keep" ? [] : view.gaps(lo, hi);
  if (gaps === null) return undefined;
  const markers = policy === "break" ? gapMarkers(gaps, lo, hi, maxPoints) : [];
  const [from, to] = withoutOuterGaps(gaps, lo, hi);
  const budget = maxPoints - markers.length, numbers = new NumberPlaces(from, to, gaps);
  if (budget < 4 || numbers.count <= budget) return undefined;
  const points = numberPoints(view, from, to, budget, numbers);
  if (markers.length === 0) return points;
  const broken = new ViewPoints();
  for (const marker of markers) broken.add(marker, NaN, view.microsOf(marker));
  return points.with(broken);
}

function withoutOuterGaps(gaps: readonly Gap[], lo: number, hi: number): [number, number] {
  const first = gaps[0], last = gaps.at(-1);
  const from = first?.[0] === lo ? lo + first[1] : lo;
  const to = last !== undefined && last[0] + last[1] === hi ? last[0] : hi;
  return [from, Math.max(from, to)];
}

function numberPoints(
  view: SessionView,
  lo: number,
  hi: number,
  budget: number,
  numbers: NumberPlaces,
): ViewPoints {
  const points = new ViewPoints(), tally = new Tally();
  const buckets = Math.floor((budget - 2) / 2), edges = bucketEdges(view, lo, hi, buckets, numbers);
  points.read(view, lo);
  for (let i = 0; i < buckets; i++) {
    const from = edges[i]!, to = edges[i + 1]!;
    tally.clear();
    view.add(tally, from, to, levelFor(to - from));
    if (Number.isNaN(tally.min)) {
      // Only where NaN is left to the method: else each bucket has numbers.
      points.add(from, tally.first, tally.firstMicros);
      points.add(to - 1, tally.last, tally.lastMicros);
    } else if (tally.minAt !== tally.maxAt) points.addExtremes(tally);
    else addConstant(points, tally, view, from, to, numbers);
  }
  points.read(view, hi - 1);
  if (budget % 2 === 0) return points;
  let missing = 0;
  while (points.samples[missing] === numbers.sampleOf(missing)) missing++;
  const more = new ViewPoints();
  more.read(view, numbers.sampleOf(missing));
  return points.with(more);
}

/** A bucket whose extremes are one sample gives its last one, or its first, as well. */
function addConstant(
  points: ViewPoints,
  tally: Tally,
  view: SessionView,
  from: number,
  to: number,
  numbers: NumberPlaces,
): void {
  const last = numbers.sampleOf(numbers.before(to) - 1);
  const isLast = tally.minAt === last;
  const other = isLast ? numbers.sampleOf(numbers.before(from)) : last;
  if (isLast) points.read(view, other);
  points.add(tally.minAt, tally.min, tally.minMicros);
  if (!isLast) points.read(view, other);
}

/**
 * Buckets of equally many numbers between the outer samples, their edges moved to where blocks meet: each
 * keeps half of its numbers at least.
 */
function bucketEdges(
  view: SessionView,
  lo: number,
  hi: number,
  buckets: number,
  numbers: NumberPlaces,
): Float64Array {
  const inner = numbers.count - 2, level = levelFor(inner / buckets);
  const edges = new Float64Array(buckets + 1);
  for (let i = 1; i < buckets; i++) {
    edges[i] = view.rounded(numbers.sampleOf(1 + bucketStart(i, inner, buckets)), level);
  }
  edges[0] = lo + 1;
  edges[buckets] = hi - 1;
  return edges;
}
