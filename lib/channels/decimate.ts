import { checkLengths, checkPoints, gather, type NumericArray, toFloat64 } from "./_arguments.ts";
import { mayHoldNaN } from "./_extremes.ts";
import { gapMarkers, gapsIn } from "./gap_markers.ts";
import { lttb } from "./lttb.ts";
import { displayDecimate, minMaxPerPixel } from "./min_max.ts";
import { minMaxLttb } from "./min_max_lttb.ts";

/**
 * How samples are chosen: `display` is {@linkcode displayDecimate}, `lttb` {@linkcode lttb},
 * `minmaxlttb` {@linkcode minMaxLttb}, and `minmax` {@linkcode minMaxPerPixel} with a column for
 * every four points, which gives at most, not exactly, the points wanted.
 */
export type DecimateMethod = "display" | "lttb" | "minmaxlttb" | "minmax";

/**
 * What becomes of NaN in y: `break` gives every gap a NaN sample of its own, so that a line breaks
 * there; `omit` takes NaN out, so that a line runs across; `keep` leaves it to the method, which
 * shows a gap that fills a bucket.
 */
export type GapPolicy = "break" | "omit" | "keep";

/** How {@linkcode decimate} chooses. */
export interface DecimateOptions {
  /**
   * How samples are chosen.
   * @default {"display"}
   */
  readonly method?: DecimateMethod;
  /**
   * What becomes of NaN in y.
   * @default {"break"}
   */
  readonly gaps?: GapPolicy;
  /**
   * Preselected samples for each point wanted, of `minmaxlttb` alone.
   * @default {4}
   */
  readonly ratio?: number;
}

type Choice = (x: Float64Array, y: Float64Array, points: number) => Uint32Array;

const SUM_SAMPLES = 4096;

/**
 * Chooses at most `maxPoints` samples by a named method under a stated policy for gaps.
 *
 * Under `break` one sample of each run of NaN comes back (of the first and last run the outermost
 * sample, so that first and last are kept) and the method has the rest of the budget for the
 * numbers. With more gaps than a quarter of the budget the longest are marked.
 *
 * @param x N ascending finite values, any unit.
 * @param y N values, any unit, NaN where there is none.
 * @param maxPoints Indices wanted, an integer of at least 2.
 * @param options Method and policy.
 * @returns Indices of the kept samples, strictly increasing: exactly `maxPoints`, or all if there
 * are no more; under `omit` all is all numbers; `minmax` may give fewer.
 * @throws {RangeError} If the lengths differ, `maxPoints` is no integer of at least 2, or method
 * or policy are none of those named.
 * @throws {TypeError} If x or y is no typed array of numbers.
 *
 * @example
 * ```ts
 * import { decimate } from "@litmus/sdk/lttb";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const x = Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7);
 * const y = Float64Array.of(0, 0, 9, NaN, NaN, 0, -9, 0);
 * deepStrictEqual([...decimate(x, y, 5)], [0, 2, 3, 6, 7]);
 * deepStrictEqual([...decimate(x, y, 4, { gaps: "omit" })], [0, 2, 6, 7]);
 * ```
 */
export function decimate(
  x: NumericArray,
  y: NumericArray,
  maxPoints: number,
  options: DecimateOptions = {},
): Uint32Array {
  const { gaps = "break" } = options;
  checkLengths(x, y);
  checkPoints(maxPoints, "maxPoints");
  const choice = choiceOf(options), xs = toFloat64(x, "x"), ys = toFloat64(y, "y");
  switch (gaps) {
    case "keep":
      return choice(xs, ys, maxPoints);
    case "omit":
      return hasNaN(ys) ? chooseNumbers(xs, ys, maxPoints, choice) : choice(xs, ys, maxPoints);
    case "break":
      return hasNaN(ys) ? chooseBroken(xs, ys, maxPoints, choice) : choice(xs, ys, maxPoints);
    default:
      throw new RangeError(
        `Cannot decimate: gaps is "${String(gaps)}", one of break, omit and keep is wanted`,
      );
  }
}

function choiceOf({ method = "display", ratio = 4 }: DecimateOptions): Choice {
  switch (method) {
    case "display":
      return displayDecimate;
    case "lttb":
      return lttb;
    case "minmaxlttb":
      return (x, y, points) => minMaxLttb(x, y, points, { ratio });
    case "minmax":
      return (x, y, points) =>
        points < 4 || y.length <= points
          ? displayDecimate(x, y, points)
          : minMaxPerPixel(x, y, Math.floor(points / 4));
    default:
      throw new RangeError(
        `Cannot decimate: method is "${String(method)}", ` +
          "one of display, lttb, minmaxlttb and minmax is wanted",
      );
  }
}

/** By sums of blocks, three times as fast as a test of each value. */
function hasNaN(y: Float64Array): boolean {
  for (let lo = 0; lo < y.length; lo += SUM_SAMPLES) {
    const hi = Math.min(y.length, lo + SUM_SAMPLES);
    if (mayHoldNaN(y, lo, hi) && y.subarray(lo, hi).some(Number.isNaN)) return true;
  }
  return false;
}

/** The choice among the numbers; a budget below two takes the outermost that no marker covers. */
function chooseNumbers(
  x: Float64Array,
  y: Float64Array,
  points: number,
  choice: Choice,
): Uint32Array {
  const numbers = indicesOfNumbers(y);
  if (points === 0) return new Uint32Array(0);
  if (numbers.length <= points) return numbers;
  if (points === 1) return y[0] === y[0] ? numbers.slice(0, 1) : numbers.slice(-1);
  const chosen = choice(gather(x, numbers), gather(y, numbers), points);
  return chosen.map((i) => numbers[i]!);
}

function chooseBroken(
  x: Float64Array,
  y: Float64Array,
  points: number,
  choice: Choice,
): Uint32Array {
  if (y.length <= points) return choice(x, y, points);
  const markers = gapMarkers(gapsIn(y), 0, y.length, points);
  const numbers = chooseNumbers(x, y, points - markers.length, choice);
  const all = numbers.length === y.length - countNaN(y);
  const missing = all ? points - numbers.length - markers.length : 0;
  return merge(numbers, markers, moreNaN(y, markers, missing));
}

/** Where all numbers fit, NaN fills what is left of the budget. */
function moreNaN(y: Float64Array, markers: readonly number[], count: number): number[] {
  const taken = new Set(markers), out: number[] = [];
  for (let i = 0; i < y.length && out.length < count; i++) {
    if (y[i] !== y[i] && !taken.has(i)) out.push(i);
  }
  return out;
}

function countNaN(y: Float64Array): number {
  let count = 0;
  for (let i = 0; i < y.length; i++) if (y[i] !== y[i]) count++;
  return count;
}

function indicesOfNumbers(y: Float64Array): Uint32Array {
  const out = new Uint32Array(y.length);
  let length = 0;
  for (let i = 0; i < y.length; i++) if (y[i] === y[i]) out[length++] = i;
  return out.slice(0, length);
}

function merge(...parts: readonly ArrayLike<number>[]): Uint32Array {
  const out = new Uint32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out.sort();
}
