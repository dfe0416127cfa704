import { bucketStart } from "./_buckets.ts";
import type { KeptSamples } from "./_display_stream.ts";
import { TriangleChooser } from "./_triangles.ts";

/** A bucket that lies in no piece as a whole. */
interface Held {
  readonly x: Float64Array | null;
  readonly y: Float64Array;
}

/**
 * `lttb` over samples that come in pieces and are gone afterwards: the same indices, with two buckets in memory
 * instead of the column. Gives up on NaN, which wants a policy for gaps, and on infinities.
 */
export class LttbStream {
  readonly #samples: number;
  readonly #buckets: number;
  readonly #indices: Float64Array;
  readonly #values: Float64Array;
  /** One for the bucket that is to be chosen from, one for that which still grows. */
  readonly #held: [Held, Held];
  #chooser: TriangleChooser | undefined;
  #isHeld = false;
  #at = 0;
  /** First sample of the bucket that comes next, and its number. */
  #next = 1;
  #bucket = 0;
  #broken = false;

  /**
   * @param samples how many will come, more than `points`
   * @param points at least 3
   * @param isRegular whether the number of a sample serves as its x
   */
  constructor(samples: number, points: number, isRegular: boolean) {
    this.#samples = samples;
    this.#buckets = points - 2;
    this.#indices = new Float64Array(points);
    this.#values = new Float64Array(points);
    const most = Math.ceil((samples - 2) / this.#buckets) + 1;
    const held = (): Held => ({
      x: isRegular ? null : new Float64Array(most),
      y: new Float64Array(most),
    });
    this.#held = [held(), held()];
  }

  /** Takes the samples that follow; false once it has to give up. */
  add(x: Float64Array | null, y: Float64Array): boolean {
    const from = this.#at, end = from + y.length;
    if (this.#broken || end > this.#samples) return !(this.#broken = true);
    if (y.length === 0) return true;
    this.#chooser ??= this.#first(x, y);
    while (!this.#broken && this.#next < this.#samples) {
      const stop = this.#stop();
      if (stop > end) break;
      this.#give(x, y, from, stop);
    }
    this.#keep(x, y, from, end);
    this.#at = end;
    if (end === this.#samples) {
      this.#indices[this.#indices.length - 1] = end - 1;
      this.#values[this.#values.length - 1] = y[y.length - 1]!;
    }
    return !this.#broken;
  }

  #first(x: Float64Array | null, y: Float64Array): TriangleChooser {
    this.#broken = !Number.isFinite(y[0]);
    return new TriangleChooser(this.#samples / this.#buckets, x === null ? 0 : x[0]!, y[0]!);
  }

  /** Sample after the bucket that comes next; behind the last bucket comes the last sample. */
  #stop(): number {
    if (this.#bucket === this.#buckets) return this.#samples;
    return bucketStart(this.#bucket + 1, this.#samples - 2, this.#buckets) + 1;
  }

  /** Gives a bucket that is complete by now, from the piece or from where its beginning is kept. */
  #give(x: Float64Array | null, y: Float64Array, from: number, stop: number): void {
    const chooser = this.#chooser!, start = this.#next, isSplit = start < from;
    if (isSplit) this.#grow(x, y, from, stop);
    const growing = this.#held[1];
    this.#indices[this.#bucket] = isSplit
      ? chooser.next(growing.x, growing.y, 0, stop - start, start)
      : chooser.next(x, y, start - from, stop - from, from);
    this.#values[this.#bucket] = chooser.value;
    this.#isHeld = isSplit;
    if (isSplit) this.#held.reverse();
    this.#broken = !chooser.isFinite;
    this.#bucket++;
    this.#next = stop;
  }

  /** Adds what a piece holds of the bucket that comes next, up to `to`. */
  #grow(x: Float64Array | null, y: Float64Array, from: number, to: number): void {
    const start = this.#next, first = Math.max(start, from);
    const into = this.#held[1];
    into.y.set(y.subarray(first - from, to - from), first - start);
    if (x !== null) into.x!.set(x.subarray(first - from, to - from), first - start);
  }

  /** Keeps what is still wanted when the piece is gone. */
  #keep(x: Float64Array | null, y: Float64Array, from: number, end: number): void {
    if (this.#broken || this.#next >= this.#samples) return;
    if (this.#bucket > 0 && !this.#isHeld) {
      const length = this.#next - this.#startOfLast(), lo = this.#next - length - from;
      const [into] = this.#held;
      into.y.set(y.subarray(lo, lo + length));
      if (x !== null) into.x!.set(x.subarray(lo, lo + length));
      this.#chooser!.move(into.x, into.y, 0, length, this.#next - length);
      this.#isHeld = true;
    }
    if (this.#next < end) this.#grow(x, y, from, end);
  }

  #startOfLast(): number {
    return bucketStart(this.#bucket - 1, this.#samples - 2, this.#buckets) + 1;
  }

  /** What was kept; undefined where it gave up or fewer samples came. */
  finish(): KeptSamples | undefined {
    if (this.#broken || this.#at !== this.#samples) return undefined;
    return { indices: this.#indices, values: this.#values };
  }
}
