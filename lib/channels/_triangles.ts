import { bucketStart } from "./_buckets.ts";
import { simdKernels } from "./_simd.ts";
import { PlainScan, SimdScan, type TriangleScan } from "./_triangle_scan.ts";

/** From this bucket size on the copy into WebAssembly memory pays (measured). */
const SIMD_BUCKET_SAMPLES = 512;

/** The choice of LTTB for 2 < points < y.length; `x` null stands for a regular axis. */
export function chooseTriangles(
  x: Float64Array | null,
  y: Float64Array,
  points: number,
  simd = true,
): Uint32Array {
  const samples = y.length,
    inner = samples - 2,
    buckets = points - 2,
    out = new Uint32Array(points);
  const chooser = new TriangleChooser(samples / points, x === null ? 0 : x[0]!, y[0]!, simd);
  for (let i = 0, lo = 1; i < buckets; i++) {
    const hi = bucketStart(i + 1, inner, buckets) + 1;
    // Chosen is in the bucket before; of the first one that is the first sample.
    out[i] = chooser.next(x, y, lo, hi, 0);
    lo = hi;
  }
  out[points - 2] = chooser.next(x, y, samples - 1, samples, 0);
  out[points - 1] = samples - 1;
  return out;
}

/**
 * Takes the buckets one after the other, each when the one before can be chosen from.
 *
 * A vertex is a finite point; anything else cannot span a triangle. Areas are taken from sums, not from
 * averages: multiplied by the size of the next bucket, which is the same for all candidates, and relative to
 * the bucket's own first sample, so that integers (microseconds, ADC codes) and constant stretches stay exact
 * and ties are ties.
 */
export class TriangleChooser {
  /** Value of the sample that was chosen last. */
  value: number;
  readonly #scan: TriangleScan;
  /** The bucket that is to be chosen from; `base` is the number of the sample at index 0. */
  #x: Float64Array | null = null;
  #y: Float64Array = new Float64Array(0);
  #lo = 0;
  #hi = 0;
  #base = 0;
  /** The last chosen point whose y is finite. */
  #isAnchored: boolean;
  #ax: number;
  #ay: number;
  /** Count of finite samples in the bucket after it, its origin and sums from there. */
  #count = 0;
  #originX = 0;
  #originY = 0;
  #sumX = 0;
  #sumY = 0;

  /**
   * @param bucketSamples about how many samples a bucket has
   * @param x of the first sample: its number, 0, on a regular axis
   * @param y of the first sample
   */
  constructor(bucketSamples: number, x: number, y: number, simd = true) {
    const kernels = simd && bucketSamples >= SIMD_BUCKET_SAMPLES ? simdKernels() : null;
    this.#scan = kernels ? new SimdScan(kernels) : new PlainScan();
    this.value = y;
    this.#isAnchored = Number.isFinite(y);
    this.#ax = x;
    this.#ay = y;
  }

  /** True where all samples of the bucket that was given last are finite. */
  get isFinite(): boolean {
    return this.#count === this.#hi - this.#lo;
  }

  /**
   * Takes the next bucket, y in [lo, hi), which has to stay until the one after it was given.
   *
   * @param base number of the sample at index 0
   * @returns number of the sample chosen in the bucket before; the first sample where there is none
   */
  next(x: Float64Array | null, y: Float64Array, lo: number, hi: number, base: number): number {
    this.#sum(x, y, lo, hi, base);
    const chosen = this.#hi === 0 ? 0 : this.#choose();
    this.move(x, y, lo, hi, base);
    return chosen;
  }

  /** The bucket that was given last lies elsewhere from now on. */
  move(x: Float64Array | null, y: Float64Array, lo: number, hi: number, base: number): void {
    this.#x = x;
    this.#y = y;
    this.#lo = lo;
    this.#hi = hi;
    this.#base = base;
  }

  #choose(): number {
    const index = this.#farthest(), y = this.#y[index]!;
    this.value = y;
    if (Number.isFinite(y)) {
      this.#isAnchored = true;
      this.#ax = this.#x === null ? this.#base + index : this.#x[index]!;
      this.#ay = y;
    }
    return this.#base + index;
  }

  #sum(x: Float64Array | null, y: Float64Array, lo: number, hi: number, base: number): void {
    this.#originX = x === null ? base + lo : x[lo]!;
    this.#originY = y[lo]!;
    this.#scan.sum(x, y, lo, hi);
    this.#sumX = this.#scan.sumX;
    this.#sumY = this.#scan.sumY;
    this.#count = hi - lo;
    if (!Number.isFinite(this.#sumY)) this.#sumFinite(x, y, lo, hi, base);
  }

  #sumFinite(x: Float64Array | null, y: Float64Array, lo: number, hi: number, base: number): void {
    const at = (i: number): number => x === null ? base + i : x[i]!;
    this.#count = this.#sumX = this.#sumY = 0;
    for (let i = lo; i < hi; i++) {
      if (!Number.isFinite(y[i])) continue;
      if (this.#count++ === 0) this.#originX = at(i), this.#originY = y[i]!;
      this.#sumX += at(i) - this.#originX;
      this.#sumY += y[i]! - this.#originY;
    }
  }

  /** Without one of the two vertices the triangle stands level with the other one. */
  #farthest(): number {
    const x = this.#x, y = this.#y, lo = this.#lo, hi = this.#hi, count = this.#count;
    if (!this.#isAnchored || count === 0) {
      const from = x === null ? lo : x[lo]!;
      return this.#scan.farthest(x, y, lo, hi, from, this.#level(), 1, 0);
    }
    const ax = this.#ax, ay = this.#ay;
    const dx = this.#sumX + count * (this.#originX - ax);
    const dy = this.#sumY + count * (this.#originY - ay);
    return this.#scan.farthest(x, y, lo, hi, x === null ? ax - this.#base : ax, ay, dx, dy);
  }

  #level(): number {
    if (this.#isAnchored) return this.#ay;
    if (this.#count > 0) return this.#originY + this.#sumY / this.#count;
    const y = this.#y;
    for (let i = this.#lo; i < this.#hi; i++) if (Number.isFinite(y[i])) return y[i]!;
    return 0;
  }
}
