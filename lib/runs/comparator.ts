/**
 * Limit checks by the comparator names of IEEE 1671 (ATML).
 * @module
 */

/** What a measurement is compared with; null bounds are open. */
export interface LimitSpec {
  /** Lower bound, in the unit of the value. */
  readonly low: number | null;
  /** Upper bound, in the unit of the value. */
  readonly high: number | null;
  /** Expected value, used by EQ and NE. */
  readonly nominal: number | null;
  /** Comparator name; null means GELE. */
  readonly comparator: string | null;
}

/** Verdict of a comparison; `done` where there is nothing to judge by. */
export type LimitOutcome = "passed" | "failed" | "done";

type Check = (value: number, bound: number) => boolean;

const above: Check = (value, bound) => value > bound;
const atLeast: Check = (value, bound) => value >= bound;
const below: Check = (value, bound) => value < bound;
const atMost: Check = (value, bound) => value <= bound;

const RANGES: ReadonlyMap<string, readonly [Check | null, Check | null]> = new Map([
  ["GT", [above, null]],
  ["GE", [atLeast, null]],
  ["LT", [null, below]],
  ["LE", [null, atMost]],
  ["GELE", [atLeast, atMost]],
  ["GELT", [atLeast, below]],
  ["GTLE", [above, atMost]],
  ["GTLT", [above, below]],
]);

/** The comparators that can be evaluated; others are kept as written and never judged. */
export const COMPARATORS: readonly string[] = ["EQ", "NE", ...RANGES.keys()];

function evaluateEquality(value: number, limit: LimitSpec): LimitOutcome {
  const bound = limit.nominal ?? limit.low ?? limit.high;
  if (bound === null) return "done";
  if (Number.isNaN(value) || Number.isNaN(bound)) return "failed";
  return (value === bound) === (limit.comparator === "EQ") ? "passed" : "failed";
}

/**
 * Compares a value with its limit.
 *
 * NaN, as value or as bound, fails every comparison, NE included. Infinities are ordinary numbers.
 * A bound that the comparator uses but that is null is open; with no bound left, or with an
 * unknown comparator, the verdict is `done`, because nothing was judged.
 *
 * @param value Measured value
 * @param limit Bounds and comparator, in the unit of the value
 * @returns The verdict
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * const limit = { low: 4.75, high: 5.25, nominal: null, comparator: "GELE" };
 * strictEqual(evaluateLimit(5.25, limit), "passed");
 * strictEqual(evaluateLimit(NaN, limit), "failed");
 * ```
 */
export function evaluateLimit(value: number, limit: LimitSpec): LimitOutcome {
  if (limit.comparator === "EQ" || limit.comparator === "NE") {
    return evaluateEquality(value, limit);
  }
  const range = RANGES.get(limit.comparator ?? "GELE");
  if (range === undefined) return "done";
  const low = range[0] === null ? null : limit.low;
  const high = range[1] === null ? null : limit.high;
  if (low === null && high === null) return "done";
  const lowHolds = low === null || (range[0]?.(value, low) ?? true);
  const highHolds = high === null || (range[1]?.(value, high) ?? true);
  return lowHolds && highHolds ? "passed" : "failed";
}
