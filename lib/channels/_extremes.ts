import { COPY_SAMPLES, LANE_SAMPLES, RESULT_DOUBLES, simdKernels, STEP_SAMPLES } from "./_simd.ts";

/** Indices of the lowest and the highest value of a range; -1 where the range is NaN alone. */
export interface Extremes {
  low: number;
  high: number;
}

/** Below this the copy into WebAssembly memory costs more than it saves (measured). */
const SIMD_SAMPLES = 192;
/** Samples that are summed up to look for NaN. */
const SUM_SAMPLES = 4096;

/** Finds the extremes of y in [lo, hi), NaN left out, the lowest index of equal values. */
export function findExtremes(
  y: Float64Array,
  lo: number,
  hi: number,
  into: Extremes,
  simd = true,
): void {
  if (simd && hi - lo >= SIMD_SAMPLES && findBySimd(y, lo, hi, into)) return;
  let i = lo;
  while (i < hi && Number.isNaN(y[i])) i++;
  if (i === hi) {
    into.low = into.high = -1;
    return;
  }
  let low = i, high = i, min = y[i]!, max = min;
  for (i++; i < hi; i++) {
    const value = y[i]!;
    if (value < min) min = value, low = i;
    else if (value > max) max = value, high = i;
  }
  into.low = low;
  into.high = high;
}

/** Finds the step that holds each extreme first, then its sample; false without SIMD. */
function findBySimd(y: Float64Array, lo: number, hi: number, into: Extremes): boolean {
  const kernels = simdKernels();
  if (kernels === null) return false;
  const { memory } = kernels;
  let min = Infinity, max = -Infinity, low = -1, high = -1;
  for (let from = lo; from < hi; from += COPY_SAMPLES) {
    const count = Math.min(COPY_SAMPLES, hi - from);
    memory.set(y.subarray(from, from + count), RESULT_DOUBLES);
    const end = Math.ceil(count / LANE_SAMPLES) * LANE_SAMPLES;
    memory.fill(NaN, RESULT_DOUBLES + count, RESULT_DOUBLES + end);
    for (let step = 0; step < end; step += STEP_SAMPLES) {
      const stop = Math.min(end, step + STEP_SAMPLES);
      kernels.extremes((RESULT_DOUBLES + step) * 8, (RESULT_DOUBLES + stop) * 8);
      const stepMin = memory[0]!, stepMax = memory[1]!;
      if (stepMin > stepMax) continue;
      if (low < 0 || stepMin < min) min = stepMin, low = from + step;
      if (high < 0 || stepMax > max) max = stepMax, high = from + step;
    }
  }
  if (low >= 0) {
    while (y[low] !== min) low++;
    while (y[high] !== max) high++;
  }
  into.low = low;
  into.high = high;
  return true;
}

/** Told of each block: its extremes and where in it they lie; NaN and 0 where it is NaN alone. */
export type OnBlock = (b: number, min: number, low: number, max: number, high: number) => void;

/**
 * Finds the extremes of consecutive blocks, many for one copy.
 *
 * @returns whether NaN may be among the values, as for {@linkcode mayHoldNaN}; undefined, and nothing is told,
 * without SIMD and for sizes that it does not take
 */
export function blockExtremes(
  y: Float64Array,
  from: number,
  size: number,
  blocks: number,
  onBlock: OnBlock,
): boolean | undefined {
  const kernels = simdKernels();
  if (kernels === null || size > STEP_SAMPLES || size % LANE_SAMPLES !== 0) return undefined;
  const { memory, summary } = kernels, together = Math.floor(COPY_SAMPLES / size);
  let sum = 0;
  for (let b = 0; b < blocks;) {
    const end = Math.min(blocks, b + together);
    memory.set(y.subarray(from + b * size, from + end * size), RESULT_DOUBLES);
    for (let at = RESULT_DOUBLES; b < end; b++, at += size) {
      summary(at * 8, (at + size) * 8, 0);
      const min = memory[1]!, max = memory[2]!;
      sum += memory[0]!;
      if (min > max) {
        onBlock(b, NaN, 0, NaN, 0);
        continue;
      }
      let low = at, high = at;
      while (memory[low] !== min) low++;
      while (memory[high] !== max) high++;
      onBlock(b, min, low - at, max, high - at);
    }
  }
  return Number.isNaN(sum);
}

/** True where NaN may be among the values: only NaN, or two infinities, spoil a sum. */
export function mayHoldNaN(y: Float64Array, from: number, to: number): boolean {
  for (let lo = from; lo < to; lo += SUM_SAMPLES) {
    const hi = Math.min(to, lo + SUM_SAMPLES);
    let a = 0, b = 0, c = 0, d = 0, i = lo;
    for (; i + 3 < hi; i += 4) {
      a += y[i]!;
      b += y[i + 1]!;
      c += y[i + 2]!;
      d += y[i + 3]!;
    }
    for (; i < hi; i++) a += y[i]!;
    if (Number.isNaN(a + b + c + d)) return true;
  }
  return false;
}
