import {
  allIndices,
  checkLengths,
  checkPoints,
  type NumericArray,
  toFloat64,
} from "./_arguments.ts";
import { chooseTriangles } from "./_triangles.ts";

/**
 * Chooses `points` samples by Largest-Triangle-Three-Buckets, exactly as in Steinarsson's thesis,
 * on the real x axis.
 *
 * The first and the last sample are kept; bucket `i` of the `points - 2` between them covers the
 * indices `floor(i * (N - 2) / (points - 2)) + 1` up to, without, the same of `i + 1`, and gives the
 * sample that spans the largest triangle with the sample chosen before and the average of the next
 * bucket. Of equal triangles the lowest index wins. Exactly `points` indices come back, or all if
 * there are no more samples, strictly increasing. Areas are computed relative to the chosen point,
 * so that microseconds since the epoch lose nothing.
 *
 * NaN in y loses to every number, an infinity beats every finite number, and neither enters an
 * average. A bucket of NaN alone gives its first index, so that the gap shows. Where one of the two
 * other corners does not exist, the sample farthest from the level of the one that does is chosen.
 *
 * LTTB is made to look like the data and may drop one of two opposite spikes:
 * {@linkcode displayDecimate} keeps both.
 *
 * @param x N ascending finite values, any unit.
 * @param y N values, any unit.
 * @param points Indices wanted, an integer of at least 2 (first and last).
 * @returns Indices of the kept samples.
 * @throws {RangeError} If the lengths differ or `points` is no integer of at least 2.
 * @throws {TypeError} If x or y is no typed array of numbers.
 * @see https://skemman.is/handle/1946/15343
 *
 * @example
 * ```ts
 * import { lttb } from "@litmus/sdk/lttb";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const x = Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7);
 * const y = Float64Array.of(0, 0, 9, 0, 0, 0, -9, 0);
 * deepStrictEqual([...lttb(x, y, 4)], [0, 2, 6, 7]);
 * ```
 */
export function lttb(x: NumericArray, y: NumericArray, points: number): Uint32Array {
  checkLengths(x, y);
  checkPoints(points, "points");
  const xs = toFloat64(x, "x"), ys = toFloat64(y, "y");
  return few(ys.length, points) ?? chooseTriangles(xs, ys, points);
}

/**
 * {@linkcode lttb} of samples taken at a fixed interval: the same indices as with `x = start +
 * i * interval`, faster by a third, because no x needs to be read.
 *
 * @param y N values, any unit.
 * @param points Indices wanted, an integer of at least 2 (first and last).
 * @returns Indices of the kept samples.
 * @throws {RangeError} If `points` is no integer of at least 2.
 * @throws {TypeError} If y is no typed array of numbers.
 *
 * @example
 * ```ts
 * import { lttbRegular } from "@litmus/sdk/lttb";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual([...lttbRegular(Float64Array.of(0, 0, 9, 0, 0, 0, -9, 0), 4)], [0, 2, 6, 7]);
 * ```
 */
export function lttbRegular(y: NumericArray, points: number): Uint32Array {
  checkPoints(points, "points");
  const ys = toFloat64(y, "y");
  return few(ys.length, points) ?? chooseTriangles(null, ys, points);
}

function few(samples: number, points: number): Uint32Array | undefined {
  if (samples <= points) return allIndices(samples);
  return points === 2 ? Uint32Array.of(0, samples - 1) : undefined;
}
