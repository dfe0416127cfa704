import { type Extremes, findExtremes } from "./_extremes.ts";
import type { PyramidLevel } from "./_pyramid_types.ts";

/** Columns that a tally is written to. */
type Summary = Pick<PyramidLevel, "min" | "max" | "first" | "last">;

/** Summary of consecutive samples, joined part by part; of equal extremes the first stays. */
export class Tally {
  min = NaN;
  max = NaN;
  first = NaN;
  last = NaN;
  /** Position of the extremes, in the caller's own count; of the first sample where all are NaN. */
  minAt = 0;
  maxAt = 0;
  /** Times of the four, where samples have one each; else NaN. */
  minMicros = NaN;
  maxMicros = NaN;
  firstMicros = NaN;
  lastMicros = NaN;
  #empty = true;
  readonly #found: Extremes = { low: -1, high: -1 };

  /** True where nothing was added. */
  get isEmpty(): boolean {
    return this.#empty;
  }

  clear(): void {
    this.#empty = true;
  }

  /** Adds y in [lo, hi), of which y[lo] is at position `at`. */
  addSamples(y: Float64Array, lo: number, hi: number, at: number, micros?: Float64Array): void {
    if (hi <= lo) return;
    const found = this.#found;
    findExtremes(y, lo, hi, found);
    const low = found.low < 0 ? lo : found.low, high = found.high < 0 ? lo : found.high;
    if (this.#isLower(y[low]!)) this.#low(y[low]!, at + low - lo, micros?.[low]);
    if (this.#isHigher(y[high]!)) this.#high(y[high]!, at + high - lo, micros?.[high]);
    this.#ends(y[lo]!, y[hi - 1]!, micros?.[lo], micros?.[hi - 1]);
  }

  /** Adds block `b`, whose first sample is at position `at`. */
  addBlock(level: PyramidLevel, b: number, at: number): void {
    const { min, max, first, last, minOffset, maxOffset, times } = level;
    if (this.#isLower(min[b]!)) this.#low(min[b]!, at + minOffset[b]!, times?.min[b]);
    if (this.#isHigher(max[b]!)) this.#high(max[b]!, at + maxOffset[b]!, times?.max[b]);
    this.#ends(first[b]!, last[b]!, times?.first[b], times?.last[b]);
  }

  /** Writes all but positions and times, whose types are the caller's. */
  store(into: Summary, i: number): void {
    into.min[i] = this.min;
    into.max[i] = this.max;
    into.first[i] = this.first;
    into.last[i] = this.last;
  }

  #isLower(value: number): boolean {
    return this.#empty || value < this.min || (this.min !== this.min && value === value);
  }

  #isHigher(value: number): boolean {
    return this.#empty || value > this.max || (this.max !== this.max && value === value);
  }

  #low(value: number, at: number, micros = NaN): void {
    this.min = value;
    this.minAt = at;
    this.minMicros = micros;
  }

  #high(value: number, at: number, micros = NaN): void {
    this.max = value;
    this.maxAt = at;
    this.maxMicros = micros;
  }

  #ends(first: number, last: number, firstMicros = NaN, lastMicros = NaN): void {
    if (this.#empty) this.first = first, this.firstMicros = firstMicros;
    this.last = last;
    this.lastMicros = lastMicros;
    this.#empty = false;
  }
}
