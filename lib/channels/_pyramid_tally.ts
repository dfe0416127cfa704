import { type Extremes, findExtremes } from "./_extremes.ts";
import type { PyramidLevel, PyramidView } from "./_pyramid_types.ts";

/** Summary of consecutive samples, joined part by part; of equal extremes the first stays. */
export class Tally {
  min = NaN;
  max = NaN;
  first = NaN;
  last = NaN;
  /** Position of the extremes, in the caller's own count; of the first sample where all are NaN. */
  minAt = 0;
  maxAt = 0;
  #empty = true;
  readonly #found: Extremes = { low: -1, high: -1 };

  clear(): void {
    this.#empty = true;
  }

  /** Adds y in [lo, hi), of which y[lo] is at position `at`. */
  addSamples(y: Float64Array, lo: number, hi: number, at: number): void {
    if (hi <= lo) return;
    const found = this.#found;
    findExtremes(y, lo, hi, found);
    const low = found.low < 0 ? lo : found.low, high = found.high < 0 ? lo : found.high;
    this.#add(y[low]!, at + low - lo, y[high]!, at + high - lo);
    this.#ends(y[lo]!, y[hi - 1]!);
  }

  /** Adds block `b`, whose first sample is at position `at`. */
  addBlock(level: PyramidLevel, b: number, at: number): void {
    this.#add(level.min[b]!, at + level.minOffset[b]!, level.max[b]!, at + level.maxOffset[b]!);
    this.#ends(level.first[b]!, level.last[b]!);
  }

  /** Writes all but the positions, whose type is the caller's. */
  store(into: Pick<PyramidView, "min" | "max" | "first" | "last">, i: number): void {
    into.min[i] = this.min;
    into.max[i] = this.max;
    into.first[i] = this.first;
    into.last[i] = this.last;
  }

  #add(min: number, minAt: number, max: number, maxAt: number): void {
    const fresh = this.#empty || (this.min !== this.min && min === min);
    if (fresh || min < this.min) this.min = min, this.minAt = minAt;
    if (fresh || max > this.max) this.max = max, this.maxAt = maxAt;
  }

  #ends(first: number, last: number): void {
    if (this.#empty) this.first = first;
    this.last = last;
    this.#empty = false;
  }
}
