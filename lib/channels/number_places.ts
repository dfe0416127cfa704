/**
 * Where the numbers of a series lie that has gaps.
 * @module
 */
import { lastWhere } from "./_last_where.ts";
import type { Gap } from "./gap_markers.ts";

/** Counts the samples of a stretch that are in none of its gaps. */
export class NumberPlaces {
  /** Numbers in the stretch. */
  readonly count: number;
  readonly #starts: number[];
  /** Numbers before each of the runs that begin at the starts. */
  readonly #before: number[] = [0];

  /**
   * @param lo first sample of the stretch, a number
   * @param hi sample after its last one, which is a number
   * @param gaps ascending; those outside of the stretch are passed over
   */
  constructor(lo: number, hi: number, gaps: readonly Gap[]) {
    this.#starts = [lo];
    let missing = 0;
    for (const [start, samples] of gaps) {
      if (start < lo || start >= hi) continue;
      missing += samples;
      this.#starts.push(start + samples);
      this.#before.push(start + samples - lo - missing);
    }
    this.count = hi - lo - missing;
  }

  /** The sample that is number `i` of the stretch, from 0. */
  sampleOf(i: number): number {
    const run = lastWhere(this.#before.length, (each) => this.#before[each]! <= i);
    return this.#starts[run]! + i - this.#before[run]!;
  }

  /** How many numbers come before a sample, which may be in a gap. */
  before(sample: number): number {
    const run = lastWhere(this.#starts.length, (each) => this.#starts[each]! <= sample);
    const next = this.#before[run + 1] ?? this.count;
    return Math.min(next, this.#before[run]! + sample - this.#starts[run]!);
  }
}
