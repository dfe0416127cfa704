import {
  COPY_SAMPLES,
  LANE_SAMPLES,
  RESULT_DOUBLES,
  type SimdKernels,
  STEP_SAMPLES,
} from "./_simd.ts";

/**
 * The two passes over a bucket that LTTB consists of. `x` null stands for a regular axis, where the
 * index serves as x: triangles keep their order of size under any linear map of the axis.
 */
export interface TriangleScan {
  /** Sum of `x - x[lo]` over the bucket, set by {@linkcode sum}. */
  readonly sumX: number;
  /** Sum of `y - y[lo]` over the bucket, set by {@linkcode sum}. */
  readonly sumY: number;
  sum(x: Float64Array | null, y: Float64Array, lo: number, hi: number): void;
  /**
   * Lowest index with the largest `|dx (y - ay) - dy (x - ax)|`; `lo` where all are NaN. Asked of each bucket
   * once, after the sum of the one that follows it.
   */
  farthest(
    x: Float64Array | null,
    y: Float64Array,
    lo: number,
    hi: number,
    ax: number,
    ay: number,
    dx: number,
    dy: number,
  ): number;
}

/** Lowest index in [lo, hi) whose area is the largest; `lo` where all are NaN. */
function largest(
  x: Float64Array | null,
  y: Float64Array,
  lo: number,
  hi: number,
  ax: number,
  ay: number,
  dx: number,
  dy: number,
): number {
  let best = -1, index = lo;
  if (x === null) {
    for (let i = lo, fromA = lo - ax; i < hi; i++, fromA++) {
      const area = Math.abs(dx * (y[i]! - ay) - dy * fromA);
      if (area > best) best = area, index = i;
    }
    return index;
  }
  for (let i = lo; i < hi; i++) {
    const area = Math.abs(dx * (y[i]! - ay) - dy * (x[i]! - ax));
    if (area > best) best = area, index = i;
  }
  return index;
}

/** Sum of `x - x[lo]`. */
function sumOffsets(x: Float64Array, lo: number, hi: number): number {
  const x0 = x[lo]!;
  let a = 0, b = 0, c = 0, d = 0, i = lo;
  for (; i + 3 < hi; i += 4) {
    a += x[i]! - x0;
    b += x[i + 1]! - x0;
    c += x[i + 2]! - x0;
    d += x[i + 3]! - x0;
  }
  for (; i < hi; i++) a += x[i]! - x0;
  return a + b + c + d;
}

/** Plain loops: for small buckets, and where there is no SIMD. */
export class PlainScan implements TriangleScan {
  readonly farthest = largest;
  sumX = 0;
  sumY = 0;

  sum(x: Float64Array | null, y: Float64Array, lo: number, hi: number): void {
    const y0 = y[lo]!, count = hi - lo;
    let sumX = 0, sumY = 0;
    if (x === null) {
      sumX = count * (count - 1) / 2;
      for (let i = lo; i < hi; i++) sumY += y[i]! - y0;
    } else {
      const x0 = x[lo]!;
      for (let i = lo; i < hi; i++) {
        sumX += x[i]! - x0;
        sumY += y[i]! - y0;
      }
    }
    this.sumX = sumX;
    this.sumY = sumY;
  }
}

function noSummaries(): Summaries {
  return { min: new Float64Array(0), max: new Float64Array(0) };
}

/** What is known of the steps of a bucket. */
interface Summaries {
  /** Extremes of each step, NaN left out: +Infinity and -Infinity where there is nothing else. */
  min: Float64Array;
  max: Float64Array;
}

/**
 * The same by SIMD. One pass over a bucket gives the sum and the extremes of each of its steps. From the
 * extremes follows how large the triangles of a step can be at most, as rounding keeps the order of numbers;
 * only the two or three steps that may hold the largest are looked at sample by sample.
 */
export class SimdScan implements TriangleScan {
  sumX = 0;
  sumY = 0;
  readonly #kernels: SimdKernels;
  /** Of the bucket that was summed before the last one, which is to be chosen from, and of the last one. */
  #before = noSummaries();
  #last = noSummaries();
  #bounds = new Float64Array(0);

  constructor(kernels: SimdKernels) {
    this.#kernels = kernels;
  }

  sum(x: Float64Array | null, y: Float64Array, lo: number, hi: number): void {
    const count = hi - lo;
    [this.#before, this.#last] = [this.#last, this.#before];
    this.sumY = this.#summarize(y, lo, hi, this.#last);
    this.sumX = x === null ? count * (count - 1) / 2 : sumOffsets(x, lo, hi);
  }

  /** Returns the sum of `y - y[lo]`. */
  #summarize(y: Float64Array, lo: number, hi: number, into: Summaries): number {
    const y0 = y[lo]!, { memory, summary } = this.#kernels;
    const steps = Math.ceil((hi - lo) / STEP_SAMPLES);
    if (into.min.length < steps) {
      into.min = new Float64Array(steps);
      into.max = new Float64Array(steps);
    }
    let sum = 0, step = 0;
    for (let from = lo; from < hi; from += COPY_SAMPLES) {
      const count = Math.min(COPY_SAMPLES, hi - from);
      const end = Math.ceil(count / LANE_SAMPLES) * LANE_SAMPLES;
      memory.set(y.subarray(from, from + count), RESULT_DOUBLES);
      // Adds nothing to a sum, and is one of the bucket's own values.
      memory.fill(y0, RESULT_DOUBLES + count, RESULT_DOUBLES + end);
      for (let at = 0; at < end; at += STEP_SAMPLES, step++) {
        const stop = Math.min(end, at + STEP_SAMPLES);
        summary((RESULT_DOUBLES + at) * 8, (RESULT_DOUBLES + stop) * 8, y0);
        sum += memory[0]!;
        into.min[step] = memory[1]!;
        into.max[step] = memory[2]!;
      }
    }
    return sum;
  }

  farthest(
    x: Float64Array | null,
    y: Float64Array,
    lo: number,
    hi: number,
    ax: number,
    ay: number,
    dx: number,
    dy: number,
  ): number {
    const likely = this.#boundSteps(x, lo, hi, ax, ay, dx, dy), bounds = this.#bounds;
    let best = -1, index = lo;
    const look = (step: number): void => {
      const from = lo + step * STEP_SAMPLES, to = Math.min(hi, from + STEP_SAMPLES);
      const found = largest(x, y, from, to, ax, ay, dx, dy);
      const area = Math.abs(dx * (y[found]! - ay) - dy * ((x === null ? found : x[found]!) - ax));
      if (area > best || area === best && found < index) best = area, index = found;
    };
    look(likely);
    for (let from = lo, step = 0; from < hi; from += STEP_SAMPLES, step++) {
      const bound = bounds[step]!;
      if (step !== likely && !(bound < best || bound === best && from > index)) look(step);
    }
    return index;
  }

  /** Finds what the areas of each step cannot pass, NaN where nothing is known, and returns the largest. */
  #boundSteps(
    x: Float64Array | null,
    lo: number,
    hi: number,
    ax: number,
    ay: number,
    dx: number,
    dy: number,
  ): number {
    const steps = Math.ceil((hi - lo) / STEP_SAMPLES), { min, max } = this.#before;
    if (this.#bounds.length < steps) this.#bounds = new Float64Array(steps);
    let likely = 0;
    for (let step = 0; step < steps; step++) {
      const from = lo + step * STEP_SAMPLES, last = Math.min(hi, from + STEP_SAMPLES) - 1;
      if (min[step]! > max[step]!) {
        this.#bounds[step] = -1;
        continue;
      }
      const low = dx * (min[step]! - ay), high = dx * (max[step]! - ay);
      const left = dy * ((x === null ? from : x[from]!) - ax);
      const right = dy * ((x === null ? last : x[last]!) - ax);
      const bound = Math.max(
        Math.abs(low - left),
        Math.abs(low - right),
        Math.abs(high - left),
        Math.abs(high - right),
      );
      this.#bounds[step] = bound;
      if (bound > this.#bounds[likely]!) likely = step;
    }
    return likely;
  }
}
