/**
 * Values of all kinds as measurements. The value of a measurement on disk is a number or null:
 *
 *     kind      value    limits                        what keeps it whole
 *     number    itself   as given
 *     boolean   1 or 0   limit_nominal 1 or 0, EQ/NE   custom.value_bool
 *     text      null     limit_comparator EQ/NE        custom.value_text, custom.nominal_text
 *     array     null     as given, for every sample    outputs[name]: claim check of its channel
 *
 * @module
 */
import { COMPARATORS, evaluateLimit, type LimitSpec } from "../runs/comparator.ts";
import { measurementOutcome } from "../runs/outcome.ts";
import type { SampleArray } from "./samples.ts";
import type { MatchOptions, MeasureOptions } from "./step_options.ts";
import { type Outcome, Verdict } from "./verdict.ts";

/** A value with its verdict, as an event holds it. */
export interface JudgedValue {
  readonly value: number | null;
  readonly outcome: Outcome;
  readonly limit: LimitSpec;
  readonly custom: Readonly<Record<string, unknown>>;
}

const NO_LIMIT: LimitSpec = { low: null, high: null, nominal: null, comparator: null };
const LOW_ONLY: ReadonlySet<string> = new Set(["GT", "GE"]);
const HIGH_ONLY: ReadonlySet<string> = new Set(["LT", "LE"]);
const EQUALITY: ReadonlySet<string> = new Set(["EQ", "NE"]);

/**
 * Reads the limits of a measurement and chooses the comparator where none is given.
 *
 * @param name Name of the measurement, for messages
 * @throws {RangeError} for a low limit above the high one, or a comparator that does not exist
 * @throws {TypeError} for a limit that is no number, or a comparator without its limit: it would judge
 *   nothing, and every unit would pass
 */
export function limitOf(name: string, options: MeasureOptions): LimitSpec {
  const low = bound(name, "low", options.low);
  const high = bound(name, "high", options.high);
  const nominal = bound(name, "nominal", options.nominal);
  const comparator = options.comparator ?? defaultComparator(low, high, nominal);
  if (low !== null && high !== null && low > high) {
    throw new RangeError(`Measurement ${name}: wanted low up to high, got ${low} above ${high}`);
  }
  if (comparator === null) return NO_LIMIT;
  checkComparator(name, comparator, { low, high, nominal });
  return { low, high, nominal, comparator };
}

function bound(name: string, which: string, value: number | null | undefined): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return value;
  throw new TypeError(
    `Measurement ${name}: wanted a number as ${which}, got ${typeof value} ${String(value)}`,
  );
}

function defaultComparator(
  low: number | null,
  high: number | null,
  nominal: number | null,
): string | null {
  if (low !== null) return high === null ? "GE" : "GELE";
  if (high !== null) return "LE";
  return nominal === null ? null : "EQ";
}

function checkComparator(
  name: string,
  comparator: string,
  limit: Pick<LimitSpec, "low" | "high" | "nominal">,
): void {
  if (!COMPARATORS.includes(comparator)) {
    throw new RangeError(
      `Measurement ${name}: wanted one of ${
        COMPARATORS.join(", ")
      } as comparator, got ${comparator}`,
    );
  }
  const missing = LOW_ONLY.has(comparator)
    ? limit.low === null && "low"
    : HIGH_ONLY.has(comparator)
    ? limit.high === null && "high"
    : EQUALITY.has(comparator)
    ? limit.nominal === null && "nominal"
    : (limit.low === null || limit.high === null) && "low and high";
  if (missing !== false) {
    throw new TypeError(`Measurement ${name}: comparator ${comparator} needs ${missing}`);
  }
}

/** Judges a number; null stands for a value that could not be taken, and is `errored` with limits. */
export function judgeNumber(
  name: string,
  value: number | bigint | null,
  options: MeasureOptions,
): JudgedValue {
  const limit = limitOf(name, options);
  const number = typeof value === "bigint" ? exactNumber(name, value) : value;
  const outcome = measurementOutcome(number, limit) as Outcome;
  return { value: number, outcome, limit, custom: {} };
}

function exactNumber(name: string, value: bigint): number {
  const number = Number(value);
  if (BigInt(number) === value) return number;
  throw new RangeError(
    `Measurement ${name}: bigint ${value} is no exact number, measure it as a text`,
  );
}

/** Judges a boolean. */
export function judgeBoolean(
  name: string,
  value: boolean,
  options: MatchOptions<boolean>,
): JudgedValue {
  const { nominal } = options;
  const limits = nominal === undefined
    ? {}
    : { nominal: nominal ? 1 : 0, comparator: options.comparator };
  return { ...judgeNumber(name, value ? 1 : 0, limits), custom: { value_bool: value } };
}

/** Judges a text by equality, every character counting. */
export function judgeText(value: string, options: MatchOptions<string>): JudgedValue {
  const { nominal, comparator = "EQ" } = options;
  if (nominal === undefined) {
    return { value: null, outcome: "done", limit: NO_LIMIT, custom: { value_text: value } };
  }
  return {
    value: null,
    outcome: (value === nominal) === (comparator === "EQ") ? "passed" : "failed",
    limit: { ...NO_LIMIT, comparator },
    custom: { value_text: value, nominal_text: nominal },
  };
}

/** Judges samples: the gravest verdict on any of them; no sample at all is `errored` with limits. */
export function judgeSamples(
  name: string,
  samples: SampleArray,
  options: MeasureOptions,
): JudgedValue {
  const limit = limitOf(name, options);
  const verdict = new Verdict();
  if (samples.length === 0 || limit.comparator === null) {
    verdict.note(measurementOutcome(null, limit) as Outcome);
  } else {
    for (let i = 0; i < samples.length && verdict.outcome !== "failed"; i++) {
      verdict.note(evaluateLimit(samples[i] as number, limit));
    }
  }
  return { value: null, outcome: verdict.orDone, limit, custom: {} };
}
