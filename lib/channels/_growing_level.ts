import { blockExtremes } from "./_extremes.ts";
import type { Tally } from "./_pyramid_tally.ts";
import type { PyramidLevel } from "./_pyramid_types.ts";

const FIRST_CAPACITY = 64;

/** A level that grows by doubling. */
export class GrowingLevel implements PyramidLevel {
  readonly blockSamples: number;
  length = 0;
  min = new Float64Array(FIRST_CAPACITY);
  max = new Float64Array(FIRST_CAPACITY);
  first = new Float64Array(FIRST_CAPACITY);
  last = new Float64Array(FIRST_CAPACITY);
  minOffset = new Uint32Array(FIRST_CAPACITY);
  maxOffset = new Uint32Array(FIRST_CAPACITY);

  constructor(blockSamples: number) {
    this.blockSamples = blockSamples;
  }

  set(b: number, tally: Tally): void {
    if (b >= this.min.length) this.#resize(this, 2 * this.min.length);
    tally.store(this, b);
    this.minOffset[b] = tally.minAt;
    this.maxOffset[b] = tally.maxAt;
    this.length = Math.max(this.length, b + 1);
  }

  /**
   * Sets blocks behind the last one, from samples that fill each of them.
   *
   * @returns whether NaN may be among them; undefined where it cannot
   */
  addWhole(y: Float64Array, from: number, blocks: number): boolean | undefined {
    const size = this.blockSamples, start = this.length;
    let capacity = this.min.length;
    while (capacity < start + blocks) capacity *= 2;
    if (capacity > this.min.length) this.#resize(this, capacity);
    const { min, max, first, last, minOffset, maxOffset } = this;
    const mayHoldNaN = blockExtremes(y, from, size, blocks, (b, lowest, low, highest, high) => {
      const i = start + b, at = from + b * size;
      min[i] = lowest;
      minOffset[i] = low;
      max[i] = highest;
      maxOffset[i] = high;
      first[i] = y[at]!;
      last[i] = y[at + size - 1]!;
    });
    if (mayHoldNaN !== undefined) this.length = start + blocks;
    return mayHoldNaN;
  }

  seal(): PyramidLevel {
    const { blockSamples, length } = this;
    return {
      blockSamples,
      min: this.min.slice(0, length),
      max: this.max.slice(0, length),
      first: this.first.slice(0, length),
      last: this.last.slice(0, length),
      minOffset: this.minOffset.slice(0, length),
      maxOffset: this.maxOffset.slice(0, length),
    };
  }

  #resize(from: PyramidLevel, capacity: number): void {
    const doubles = (values: Float64Array) => {
      const grown = new Float64Array(capacity);
      grown.set(values);
      return grown;
    };
    const offsets = (values: Uint32Array) => {
      const grown = new Uint32Array(capacity);
      grown.set(values);
      return grown;
    };
    this.min = doubles(from.min);
    this.max = doubles(from.max);
    this.first = doubles(from.first);
    this.last = doubles(from.last);
    this.minOffset = offsets(from.minOffset);
    this.maxOffset = offsets(from.maxOffset);
  }
}
