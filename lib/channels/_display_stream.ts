import { bucketStart } from "./_buckets.ts";
import { type Extremes, findExtremes, mayHoldNaN } from "./_extremes.ts";

/** What a {@linkcode DisplayStream} kept. */
export interface KeptSamples {
  readonly indices: Float64Array;
  readonly values: Float64Array;
}

/**
 * `displayDecimate` over samples that come in pieces and are gone afterwards: the same indices, without the
 * column in memory. Gives up on NaN, which wants a policy for gaps.
 */
export class DisplayStream {
  readonly #samples: number;
  readonly #buckets: number;
  readonly #odd: boolean;
  readonly #indices: Float64Array;
  readonly #values: Float64Array;
  /** The first samples, among which an odd budget finds its one more. */
  readonly #head: Float64Array;
  readonly #found: Extremes = { low: -1, high: -1 };
  #at = 0;
  #bucket = 0;
  #low = -1;
  #high = -1;
  #min = 0;
  #max = 0;
  #broken = false;

  /**
   * @param samples how many will come, more than `maxPoints`
   * @param maxPoints at least 4
   */
  constructor(samples: number, maxPoints: number) {
    this.#samples = samples;
    this.#buckets = Math.floor((maxPoints - 2) / 2);
    this.#odd = maxPoints % 2 === 1;
    this.#indices = new Float64Array(2 * this.#buckets + 2);
    this.#values = new Float64Array(this.#indices.length);
    this.#head = new Float64Array(maxPoints);
  }

  /** Takes the samples that follow; false once it has to give up. */
  add(y: Float64Array): boolean {
    const from = this.#at, end = from + y.length;
    if (this.#broken || end > this.#samples) this.#broken = true;
    if (this.#broken || y.length === 0) return !this.#broken;
    if (from < this.#head.length) {
      this.#head.set(y.subarray(0, this.#head.length - from), from);
    }
    if (from === 0) this.#values[0] = y[0]!;
    const inner = this.#samples - 2;
    for (let at = Math.max(1, from); at < Math.min(end, this.#samples - 1);) {
      const stop = bucketStart(this.#bucket + 1, inner, this.#buckets) + 1;
      const to = Math.min(stop, end);
      if (mayHoldNaN(y, at - from, to - from)) return !(this.#broken = true);
      this.#scan(y, at, to);
      at = to;
      if (at === stop) this.#close(stop);
    }
    this.#at = end;
    if (end === this.#samples) {
      this.#indices[this.#indices.length - 1] = end - 1;
      this.#values[this.#values.length - 1] = y[y.length - 1]!;
    }
    this.#broken = Number.isNaN(y[0]) || Number.isNaN(y[y.length - 1]);
    return !this.#broken;
  }

  #scan(y: Float64Array, at: number, to: number): void {
    const from = this.#at, found = this.#found;
    findExtremes(y, at - from, to - from, found);
    const min = y[found.low]!, max = y[found.high]!;
    if (this.#low < 0 || min < this.#min) this.#min = min, this.#low = found.low + from;
    if (this.#high < 0 || max > this.#max) this.#max = max, this.#high = found.high + from;
  }

  #close(stop: number): void {
    const start = bucketStart(this.#bucket, this.#samples - 2, this.#buckets) + 1;
    let low = this.#low, high = this.#high;
    // All equal: any other sample of the bucket has the same value.
    if (low === high) high = low === stop - 1 ? start : stop - 1;
    const swap = low > high, i = 2 * this.#bucket + 1;
    if (swap) [low, high] = [high, low];
    this.#indices[i] = low;
    this.#indices[i + 1] = high;
    this.#values[i] = swap ? this.#max : this.#min;
    this.#values[i + 1] = swap ? this.#min : this.#max;
    this.#bucket++;
    this.#low = this.#high = -1;
  }

  /** What was kept; undefined where it gave up or fewer samples came. */
  finish(): KeptSamples | undefined {
    if (this.#broken || this.#at !== this.#samples) return undefined;
    if (!this.#odd) return { indices: this.#indices, values: this.#values };
    let missing = 0;
    while (this.#indices[missing] === missing) missing++;
    return {
      indices: inserted(this.#indices, missing, missing),
      values: inserted(this.#values, missing, this.#head[missing]!),
    };
  }
}

function inserted(values: Float64Array, at: number, value: number): Float64Array {
  const out = new Float64Array(values.length + 1);
  out.set(values.subarray(0, at));
  out[at] = value;
  out.set(values.subarray(at), at + 1);
  return out;
}
