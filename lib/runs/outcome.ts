/**
 * Verdicts where the writer gave none.
 * @module
 */
import { evaluateLimit, type LimitSpec } from "./comparator.ts";

/** Outcomes from the mildest to the one that hides all others. */
const SEVERITY: readonly string[] = [
  "skipped",
  "done",
  "passed",
  "failed",
  "errored",
  "terminated",
  "aborted",
];

/**
 * Gives the graver of two outcomes; an unknown one counts as `done`, null as nothing.
 *
 * @param a An outcome or null
 * @param b An outcome or null
 * @returns The graver, `a` where they are equal
 */
export function worseOutcome(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return rank(b) > rank(a) ? b : a;
}

function rank(outcome: string): number {
  const index = SEVERITY.indexOf(outcome);
  return index < 0 ? SEVERITY.indexOf("done") : index;
}

/**
 * Judges a measurement whose writer did not.
 *
 * @param value Measured value, null where nothing could be measured
 * @param limit The limit as written
 * @returns `done` without a limit, `errored` for a limit but no value, else by comparison
 */
export function measurementOutcome(value: number | null, limit: LimitSpec): string {
  if (value !== null) return evaluateLimit(value, limit);
  return evaluateLimit(0, limit) === "done" ? "done" : "errored";
}
