import {
  allIndices,
  checkLengths,
  checkPoints,
  type NumericArray,
  toFloat64,
} from "./_arguments.ts";
import { bucketStart } from "./_buckets.ts";
import { type Extremes, findExtremes } from "./_extremes.ts";

/** The part of the x axis that {@linkcode minMaxPerPixel} maps to its pixels. */
export interface MinMaxPerPixelOptions {
  /**
   * Left edge of the first pixel column.
   * @default {x[0]}
   */
  readonly xMin?: number;
  /**
   * Right edge of the last pixel column, inclusive.
   * @default {x[x.length - 1]}
   */
  readonly xMax?: number;
}

/**
 * Keeps what a line of one pixel width can show: the first, lowest, highest and last sample of
 * every pixel column of the x axis.
 *
 * Columns without samples give nothing, samples outside of [xMin, xMax] are left out. NaN is never
 * an extreme, but is kept as first or last sample of a column, so that wide gaps show.
 *
 * @param x N ascending finite values, any unit.
 * @param y N values, any unit.
 * @param widthPixels Count of columns, an integer of at least 1.
 * @param options The part of the axis that is shown.
 * @returns Indices of the kept samples, strictly increasing, at most four a column.
 * @throws {RangeError} If the lengths differ, `widthPixels` is no positive integer or the part is
 * no range of finite numbers.
 * @throws {TypeError} If x or y is no typed array of numbers.
 * @see https://www.vldb.org/pvldb/vol7/p797-jugel.pdf
 *
 * @example
 * ```ts
 * import { minMaxPerPixel } from "@litmus/sdk/lttb";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const x = Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7);
 * const y = Float64Array.of(1, 9, -9, 2, 2, 2, 2, 3);
 * deepStrictEqual([...minMaxPerPixel(x, y, 2)], [0, 1, 2, 3, 4, 7]);
 * ```
 */
export function minMaxPerPixel(
  x: NumericArray,
  y: NumericArray,
  widthPixels: number,
  options: MinMaxPerPixelOptions = {},
): Uint32Array {
  checkLengths(x, y);
  checkPoints(widthPixels, "widthPixels", 1);
  if (x.length === 0) return new Uint32Array(0);
  const xs = toFloat64(x, "x"), ys = toFloat64(y, "y");
  const { xMin = xs[0]!, xMax = xs[xs.length - 1]! } = options;
  const span = xMax - xMin;
  if (!(span >= 0 && span < Infinity)) {
    throw new RangeError(
      `Cannot decimate: the axis is from ${xMin} to ${xMax}, an ascending finite range is wanted`,
    );
  }
  const stop = search(xs, 0, (value) => value > xMax);
  const kept = new Kept(Math.min(stop, 4 * widthPixels));
  const found: Extremes = { low: -1, high: -1 };
  let lo = search(xs, 0, (value) => value >= xMin);
  for (let column = 0; column < widthPixels && lo < stop; column++) {
    const right = (column + 1) / widthPixels * span;
    const hi = column + 1 === widthPixels
      ? stop
      : Math.min(stop, search(xs, lo, (value) => value - xMin >= right));
    if (hi > lo) kept.addColumn(ys, lo, hi, found);
    lo = hi;
  }
  return kept.indices();
}

/** First index from `lo` on whose value passes, by steps that double, then by halves. */
function search(x: Float64Array, lo: number, passes: (value: number) => boolean): number {
  let below = lo, step = 1;
  while (below + step < x.length && !passes(x[below + step - 1]!)) {
    below += step;
    step *= 2;
  }
  let above = Math.min(x.length, below + step);
  while (below < above) {
    const middle = Math.floor((below + above) / 2);
    if (passes(x[middle]!)) above = middle;
    else below = middle + 1;
  }
  return below;
}

/** Collects indices that come in order and may repeat. */
class Kept {
  readonly #out: Uint32Array;
  #length = 0;

  constructor(most: number) {
    this.#out = new Uint32Array(most);
  }

  add(index: number): void {
    if (this.#length > 0 && this.#out[this.#length - 1]! >= index) return;
    this.#out[this.#length++] = index;
  }

  addColumn(y: Float64Array, lo: number, hi: number, found: Extremes): void {
    findExtremes(y, lo, hi, found);
    this.add(lo);
    if (found.low >= 0) {
      this.add(Math.min(found.low, found.high));
      this.add(Math.max(found.low, found.high));
    }
    this.add(hi - 1);
  }

  indices(): Uint32Array {
    return this.#out.slice(0, this.#length);
  }
}

/**
 * Keeps every spike for a budget of points: the first and the last sample, and the lowest and the
 * highest of each of `floor((maxPoints - 2) / 2)` buckets of equal sample count between them.
 *
 * Exactly `maxPoints` indices come back, or all if there are no more samples: a bucket whose two
 * extremes are one sample (all values equal, or one number among NaN) gives its last sample, or its
 * first, as well, and an odd budget the first sample that is left. Of equal values the lowest index
 * is kept. NaN is never an extreme; a bucket of NaN alone gives its first and last index, so that
 * the gap shows. With fewer than four points only the first and last sample, and with three the
 * one after the first, are kept.
 *
 * @param x N ascending finite values; buckets go by sample count, so only the length matters.
 * @param y N values, any unit.
 * @param maxPoints Indices wanted, an integer of at least 2.
 * @returns Indices of the kept samples, strictly increasing.
 * @throws {RangeError} If the lengths differ or `maxPoints` is no integer of at least 2.
 * @throws {TypeError} If y is no typed array of numbers.
 *
 * @example
 * ```ts
 * import { displayDecimate } from "@litmus/sdk/lttb";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const x = Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7);
 * const y = Float64Array.of(0, 0, 9, 0, 0, 0, -9, 0);
 * deepStrictEqual([...displayDecimate(x, y, 4)], [0, 2, 6, 7]);
 * ```
 */
export function displayDecimate(
  x: NumericArray,
  y: NumericArray,
  maxPoints: number,
): Uint32Array {
  checkLengths(x, y);
  checkPoints(maxPoints, "maxPoints");
  const ys = toFloat64(y, "y");
  if (ys.length <= maxPoints) return allIndices(ys.length);
  const pairs = extremePairs(ys, Math.floor((maxPoints - 2) / 2));
  return maxPoints % 2 === 0 ? pairs : withFirstMissing(pairs);
}

/**
 * First and last index, and two of each of `buckets` buckets between: its extremes, or two that
 * stand for it. Needs two samples a bucket.
 */
export function extremePairs(y: Float64Array, buckets: number): Uint32Array {
  const inner = y.length - 2;
  const out = new Uint32Array(2 * buckets + 2);
  const found: Extremes = { low: -1, high: -1 };
  for (let i = 0, lo = 1; i < buckets; i++) {
    const hi = bucketStart(i + 1, inner, buckets) + 1;
    findExtremes(y, lo, hi, found);
    let { low, high } = found;
    if (low < 0) low = lo;
    if (high < 0) high = lo;
    if (low === high) high = low === hi - 1 ? lo : hi - 1;
    out[2 * i + 1] = Math.min(low, high);
    out[2 * i + 2] = Math.max(low, high);
    lo = hi;
  }
  out[out.length - 1] = y.length - 1;
  return out;
}

function withFirstMissing(indices: Uint32Array): Uint32Array {
  let missing = 0;
  while (indices[missing] === missing) missing++;
  const out = new Uint32Array(indices.length + 1);
  out.set(indices.subarray(0, missing));
  out[missing] = missing;
  out.set(indices.subarray(missing), missing + 1);
  return out;
}
