import { bucketStart } from "./_buckets.ts";
import { simdKernels } from "./_simd.ts";
import { PlainScan, SimdScan, type TriangleScan } from "./_triangle_scan.ts";

/** From this bucket size on the copy into WebAssembly memory pays (measured). */
const SIMD_BUCKET_SAMPLES = 512;

/**
 * The choice of LTTB for 2 < points < y.length; `x` null stands for a regular axis.
 *
 * Areas are taken from sums, not from averages: multiplied by the size of the next bucket, which
 * is the same for all candidates, and relative to the bucket's own first sample, so that integers
 * (microseconds, ADC codes) and constant stretches stay exact and ties are ties.
 */
export function chooseTriangles(
  x: Float64Array | null,
  y: Float64Array,
  points: number,
  simd = true,
): Uint32Array {
  const kernels = simd && y.length / points >= SIMD_BUCKET_SAMPLES ? simdKernels() : null;
  const scan = kernels ? new SimdScan(x, y, kernels) : new PlainScan(x, y);
  return new TriangleChooser(x, y, scan).choose(points);
}

/** Walks the buckets. A vertex is a finite point; anything else cannot span a triangle. */
class TriangleChooser {
  readonly #x: Float64Array | null;
  readonly #y: Float64Array;
  readonly #scan: TriangleScan;
  /** Last chosen index whose y is finite, or -1. */
  #anchor = -1;
  /** Count of finite samples in the bucket that {@linkcode #sum} saw, their origin and sums. */
  #count = 0;
  #origin = 0;
  #sumX = 0;
  #sumY = 0;

  constructor(x: Float64Array | null, y: Float64Array, scan: TriangleScan) {
    this.#x = x;
    this.#y = y;
    this.#scan = scan;
  }

  choose(points: number): Uint32Array {
    const samples = this.#y.length, buckets = points - 2;
    const start = (i: number): number => bucketStart(i, samples - 2, buckets) + 1;
    const out = new Uint32Array(points);
    out[points - 1] = samples - 1;
    this.#advance(0);
    for (let i = 0, lo = 1; i < buckets; i++) {
      const hi = start(i + 1);
      this.#sum(hi, i + 1 < buckets ? start(i + 2) : samples);
      const chosen = this.#farthest(lo, hi);
      this.#advance(chosen);
      out[i + 1] = chosen;
      lo = hi;
    }
    return out;
  }

  #advance(chosen: number): void {
    if (Number.isFinite(this.#y[chosen])) this.#anchor = chosen;
  }

  #at(index: number): number {
    return this.#x === null ? index : this.#x[index]!;
  }

  #sum(lo: number, hi: number): void {
    this.#origin = lo;
    if (hi - lo === 1) {
      this.#sumX = this.#sumY = 0;
      this.#count = Number.isFinite(this.#y[lo]) ? 1 : 0;
      return;
    }
    this.#scan.sum(lo, hi);
    this.#sumX = this.#scan.sumX;
    this.#sumY = this.#scan.sumY;
    this.#count = hi - lo;
    if (!Number.isFinite(this.#sumY)) this.#sumFinite(lo, hi);
  }

  #sumFinite(lo: number, hi: number): void {
    const y = this.#y;
    this.#count = this.#sumX = this.#sumY = 0;
    for (let i = lo; i < hi; i++) {
      if (!Number.isFinite(y[i])) continue;
      if (this.#count++ === 0) this.#origin = i;
      this.#sumX += this.#at(i) - this.#at(this.#origin);
      this.#sumY += y[i]! - y[this.#origin]!;
    }
  }

  /** Without one of the two vertices the triangle stands level with the other one. */
  #farthest(lo: number, hi: number): number {
    const anchor = this.#anchor, origin = this.#origin, count = this.#count;
    if (anchor < 0 || count === 0) {
      return this.#scan.farthest(lo, hi, this.#at(lo), this.#level(lo, hi), 1, 0);
    }
    const ax = this.#at(anchor), ay = this.#y[anchor]!;
    const dx = this.#sumX + count * (this.#at(origin) - ax);
    const dy = this.#sumY + count * (this.#y[origin]! - ay);
    return this.#scan.farthest(lo, hi, ax, ay, dx, dy);
  }

  #level(lo: number, hi: number): number {
    if (this.#anchor >= 0) return this.#y[this.#anchor]!;
    if (this.#count > 0) return this.#y[this.#origin]! + this.#sumY / this.#count;
    for (let i = lo; i < hi; i++) if (Number.isFinite(this.#y[i])) return this.#y[i]!;
    return 0;
  }
}
