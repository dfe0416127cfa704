import { checkPoints, toFloat64 } from "./_arguments.ts";
import { bucketStart } from "./_buckets.ts";
import { Tally } from "./_pyramid_tally.ts";
import type { Pyramid, PyramidView, SampleReader } from "./_pyramid_types.ts";

/** Columns at least this wide are made of blocks: rounding moves an edge by a quarter at most. */
const BLOCKS_PER_COLUMN = 2;

/**
 * The parts of the series itself that a view has to read: the whole stretch where a pixel has few
 * samples, else at most the parts of a block at either end. For callers whose reads have to be
 * awaited before {@linkcode viewFromPyramid} asks for them.
 *
 * @param pyramid Extremes of the series.
 * @param start First sample index of the stretch.
 * @param end Sample index after the last.
 * @param widthPixels Columns wanted.
 * @returns Pairs of start and end, ascending, not overlapping.
 * @throws {RangeError} If the stretch is not inside the series or the width no positive integer.
 */
export function samplesForView(
  pyramid: Pyramid,
  start: number,
  end: number,
  widthPixels: number,
): [start: number, end: number][] {
  const ranges: [number, number][] = [];
  checkStretch(pyramid, start, end, widthPixels);
  if (end === start) return ranges;
  const level = levelFor(pyramid, (end - start) / Math.min(widthPixels, end - start));
  if (level < 0) return [[start, end]];
  const bounds = columnBounds(pyramid, level, start, end, widthPixels);
  const tally = new Tally(), columns = bounds.length - 1;
  const note = (lo: number, hi: number): void => void ranges.push([lo, hi]);
  addRange(pyramid, level, start, bounds[1]!, tally, note);
  if (columns > 1) addRange(pyramid, level, bounds[columns - 1]!, end, tally, note);
  return ranges;
}

/**
 * Shows a stretch of a series in at most `widthPixels` columns: every extreme in it, and no value
 * that is not in it, whatever the zoom.
 *
 * Columns are of equal width and together cover the stretch without gap or overlap; where they are
 * made of blocks their inner edges are rounded to blocks, by at most a quarter of a column. There
 * are never more columns than samples. NaN is an extreme of a column of NaN alone, and may be
 * `first` or `last` of any; a gap inside one column does not show.
 *
 * @param pyramid Extremes of the series.
 * @param start First sample index of the stretch.
 * @param end Sample index after the last.
 * @param widthPixels Columns wanted, an integer of at least 1.
 * @param read Gives samples of the series, asked for what {@linkcode samplesForView} names.
 * @returns Columns with the true extremes of exactly the samples between their bounds.
 * @throws {RangeError} If the stretch is not inside the series, the width no positive integer, or
 * `read` gives another number of samples than asked for.
 */
export function viewFromPyramid(
  pyramid: Pyramid,
  start: number,
  end: number,
  widthPixels: number,
  read: SampleReader,
): PyramidView {
  checkStretch(pyramid, start, end, widthPixels);
  const columns = Math.min(widthPixels, end - start);
  const level = columns === 0 ? -1 : levelFor(pyramid, (end - start) / columns);
  const bounds = columnBounds(pyramid, level, start, end, widthPixels);
  const view = emptyView(bounds);
  const samples = level < 0 && columns > 0 ? readSamples(read, start, end) : new Float64Array(0);
  const tally = new Tally();
  const addRead = (lo: number, hi: number): void =>
    tally.addSamples(readSamples(read, lo, hi), 0, hi - lo, lo);
  for (let i = 0; i < columns; i++) {
    const lo = bounds[i]!, hi = bounds[i + 1]!;
    tally.clear();
    if (level < 0) tally.addSamples(samples, lo - start, hi - start, lo);
    else addRange(pyramid, level, lo, hi, tally, addRead);
    tally.store(view, i);
    view.minIndex[i] = tally.minAt;
    view.maxIndex[i] = tally.maxAt;
  }
  return view;
}

/**
 * The samples that a line through a view needs: first, extremes and last of each column.
 *
 * @param view Columns of a stretch.
 * @returns Sample indices, strictly increasing, and their values.
 */
export function viewPoints(view: PyramidView): { index: Float64Array; value: Float64Array } {
  const columns = view.min.length;
  const index = new Float64Array(4 * columns), value = new Float64Array(4 * columns);
  let length = 0;
  const add = (at: number, y: number): void => {
    if (length > 0 && index[length - 1]! >= at) return;
    index[length] = at;
    value[length++] = y;
  };
  for (let i = 0; i < columns; i++) {
    const low = view.minIndex[i]!, high = view.maxIndex[i]!;
    add(view.bounds[i]!, view.first[i]!);
    if (low <= high) add(low, view.min[i]!);
    add(high, view.max[i]!);
    add(low, view.min[i]!);
    add(view.bounds[i + 1]! - 1, view.last[i]!);
  }
  return { index: index.slice(0, length), value: value.slice(0, length) };
}

function emptyView(bounds: Float64Array): PyramidView {
  const values = () => new Float64Array(bounds.length - 1);
  return {
    bounds,
    min: values(),
    max: values(),
    first: values(),
    last: values(),
    minIndex: values(),
    maxIndex: values(),
  };
}

function checkStretch(pyramid: Pyramid, start: number, end: number, widthPixels: number): void {
  checkPoints(widthPixels, "widthPixels", 1);
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(end);
  if (whole && start >= 0 && start <= end && end <= pyramid.samples) return;
  throw new RangeError(
    `Cannot view samples ${start} to ${end}: ` +
      `ascending integers from 0 to ${pyramid.samples} are wanted`,
  );
}

/** The coarsest level that a column of so many samples can be made of, or -1 for the samples. */
function levelFor(pyramid: Pyramid, columnSamples: number): number {
  const { levels } = pyramid;
  let level = levels.length - 1;
  while (level >= 0 && levels[level]!.blockSamples * BLOCKS_PER_COLUMN > columnSamples) level--;
  return level;
}

function columnBounds(
  pyramid: Pyramid,
  level: number,
  start: number,
  end: number,
  widthPixels: number,
): Float64Array {
  const columns = Math.min(widthPixels, end - start);
  const unit = level < 0 ? 1 : pyramid.levels[level]!.blockSamples;
  const bounds = new Float64Array(columns + 1);
  for (let i = 1; i < columns; i++) {
    bounds[i] = Math.round((start + bucketStart(i, end - start, columns)) / unit) * unit;
  }
  bounds[0] = start;
  bounds[columns] = end;
  return bounds;
}

function readSamples(read: SampleReader, start: number, end: number): Float64Array {
  const samples = toFloat64(read(start, end), "samples");
  if (samples.length === end - start) return samples;
  throw new RangeError(
    `Cannot view samples ${start} to ${end}: ${samples.length} were read instead of ${end - start}`,
  );
}

/** Adds [lo, hi) by the coarsest whole blocks that lie in it, and by `addRead` at the ends. */
function addRange(
  pyramid: Pyramid,
  top: number,
  lo: number,
  hi: number,
  tally: Tally,
  addRead: (lo: number, hi: number) => void,
): void {
  if (lo >= hi) return;
  if (top < 0) return addRead(lo, hi);
  const level = pyramid.levels[top]!, size = level.blockSamples;
  const from = Math.ceil(lo / size);
  const to = hi === pyramid.samples ? Math.ceil(hi / size) : Math.floor(hi / size);
  if (from >= to) return addRange(pyramid, top - 1, lo, hi, tally, addRead);
  addRange(pyramid, top - 1, lo, from * size, tally, addRead);
  for (let b = from; b < to; b++) tally.addBlock(level, b, b * size);
  addRange(pyramid, top - 1, to * size, hi, tally, addRead);
}
