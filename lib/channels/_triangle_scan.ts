import { LANE_SAMPLES, RESULT_DOUBLES, type SimdKernels, STEP_SAMPLES } from "./_simd.ts";

/**
 * The two passes over a bucket that LTTB consists of. `x` null stands for a regular axis, where the
 * index serves as x: triangles keep their order of size under any linear map of the axis.
 */
export interface TriangleScan {
  /** Sum of `x - x[lo]` over the bucket, set by {@linkcode sum}. */
  readonly sumX: number;
  /** Sum of `y - y[lo]` over the bucket, set by {@linkcode sum}. */
  readonly sumY: number;
  sum(lo: number, hi: number): void;
  /** Lowest index with the largest `|dx (y - ay) - dy (x - ax)|`; `lo` where all are NaN. */
  farthest(lo: number, hi: number, ax: number, ay: number, dx: number, dy: number): number;
}

/** Lowest index in [lo, hi) whose area is the largest. */
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

/** First index from `lo` on with exactly this area: a kernel and this loop round alike. */
function first(
  x: Float64Array | null,
  y: Float64Array,
  lo: number,
  wanted: number,
  ax: number,
  ay: number,
  dx: number,
  dy: number,
): number {
  let i = lo;
  while (Math.abs(dx * (y[i]! - ay) - dy * ((x === null ? i : x[i]!) - ax)) !== wanted) i++;
  return i;
}

/** Plain loops: for small buckets, and where there is no SIMD. */
export class PlainScan implements TriangleScan {
  sumX = 0;
  sumY = 0;
  readonly #x: Float64Array | null;
  readonly #y: Float64Array;

  constructor(x: Float64Array | null, y: Float64Array) {
    this.#x = x;
    this.#y = y;
  }

  sum(lo: number, hi: number): void {
    const x = this.#x, y = this.#y, y0 = y[lo]!, count = hi - lo;
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

  farthest(lo: number, hi: number, ax: number, ay: number, dx: number, dy: number): number {
    return largest(this.#x, this.#y, lo, hi, ax, ay, dx, dy);
  }
}

/** Samples of x and of y that one of the two slots of the module's memory holds. */
const SLOT_SAMPLES = 32_768;
const SLOT_DOUBLES = 2 * (SLOT_SAMPLES + LANE_SAMPLES);
const RAMP = RESULT_DOUBLES + 2 * SLOT_DOUBLES;

/**
 * The same by SIMD. A bucket is copied once, into the slot that the bucket before the last one
 * left, is summed there, and still lies there when its areas are wanted.
 */
export class SimdScan implements TriangleScan {
  sumX = 0;
  sumY = 0;
  readonly #x: Float64Array | null;
  readonly #y: Float64Array;
  readonly #kernels: SimdKernels;
  readonly #loaded: [number, number] = [-1, -1];

  constructor(x: Float64Array | null, y: Float64Array, kernels: SimdKernels) {
    this.#x = x;
    this.#y = y;
    this.#kernels = kernels;
    if (x === null) {
      for (let i = 0; i < SLOT_SAMPLES + LANE_SAMPLES; i++) kernels.memory[RAMP + i] = i;
    }
  }

  sum(lo: number, hi: number): void {
    const x0 = this.#x === null ? 0 : this.#x[lo]!, y0 = this.#y[lo]!;
    const { memory, sums } = this.#kernels;
    this.sumX = this.sumY = 0;
    for (let from = lo; from < hi; from += SLOT_SAMPLES) {
      const count = Math.min(SLOT_SAMPLES, hi - from);
      const atY = this.#load(from, count), atX = this.#atX(atY);
      const end = this.#pad(atY, count, y0);
      if (this.#x !== null) memory.fill(x0, atX + count, atX + end - atY);
      sums(atX * 8, atY * 8, end * 8, x0, y0);
      this.sumX += memory[0]!;
      this.sumY += memory[1]!;
    }
    const count = hi - lo;
    if (this.#x === null) this.sumX = count * (count - 1) / 2;
  }

  farthest(lo: number, hi: number, ax: number, ay: number, dx: number, dy: number): number {
    let best = -1, index = lo;
    for (let from = lo; from < hi; from += SLOT_SAMPLES) {
      const count = Math.min(SLOT_SAMPLES, hi - from);
      const atY = this.#load(from, count), atX = this.#atX(atY), origin = this.#x ? ax : ax - from;
      const end = this.#pad(atY, count, NaN);
      for (let step = 0; step < count; step += STEP_SAMPLES) {
        const stop = Math.min(end, atY + step + STEP_SAMPLES);
        const area = this.#kernels.area(
          (atX + step) * 8,
          (atY + step) * 8,
          stop * 8,
          origin,
          ay,
          dx,
          dy,
        );
        if (area > best) best = area, index = from + step;
      }
    }
    return best < 0 ? lo : first(this.#x, this.#y, index, best, ax, ay, dx, dy);
  }

  /** Where the samples of y from `from` lie in memory, copied over the older slot if need be. */
  #load(from: number, count: number): number {
    const known = this.#loaded.indexOf(from);
    if (known >= 0) return this.#atY(known);
    const slot = this.#loaded[0] < this.#loaded[1] ? 0 : 1;
    const atY = this.#atY(slot), { memory } = this.#kernels;
    memory.set(this.#y.subarray(from, from + count), atY);
    if (this.#x !== null) memory.set(this.#x.subarray(from, from + count), this.#atX(atY));
    this.#loaded[slot] = from;
    return atY;
  }

  #atY(slot: number): number {
    return RESULT_DOUBLES + slot * SLOT_DOUBLES;
  }

  #atX(atY: number): number {
    return this.#x === null ? RAMP : atY + SLOT_SAMPLES + LANE_SAMPLES;
  }

  /** Fills y up to a whole turn of the kernel and returns its end. */
  #pad(atY: number, count: number, value: number): number {
    const padded = Math.ceil(count / LANE_SAMPLES) * LANE_SAMPLES;
    this.#kernels.memory.fill(value, atY + count, atY + padded);
    return atY + padded;
  }
}
