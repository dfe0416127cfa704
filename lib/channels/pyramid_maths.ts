/**
 * A pyramid holds the extremes of a series at several resolutions. Level 0 has a block for every
 * `blockSamples` samples, each level above a block for every `factor` blocks of the level below;
 * the last block of a level may be partial. A view then costs what its pixels cost.
 */
import { mayHoldNaN } from "./_extremes.ts";
import { checkPoints, type NumericArray, toFloat64 } from "./_arguments.ts";
import { GrowingLevel } from "./_growing_level.ts";
import { Tally } from "./_pyramid_tally.ts";
import type { Pyramid, PyramidOptions } from "./_pyramid_types.ts";

/** Larger blocks would not fit the 32-bit offsets. */
const MAX_BLOCK_SAMPLES = 2 ** 31;

/** Builds a pyramid as batches arrive; each append costs what its batch costs. */
export class PyramidBuilder {
  readonly #blockSamples: number;
  readonly #factor: number;
  readonly #levels: GrowingLevel[];
  readonly #tally = new Tally();
  #samples = 0;

  /**
   * @param options Block sizes.
   * @throws {RangeError} If a block size is no integer or too small or too large.
   */
  constructor(options: PyramidOptions = {}) {
    const { blockSamples = 256, factor = 8 } = options;
    checkPoints(blockSamples, "blockSamples", 1);
    checkPoints(factor, "factor");
    if (blockSamples > MAX_BLOCK_SAMPLES) {
      throw new RangeError(
        `Cannot build a pyramid: blockSamples is ${blockSamples}, at most ${MAX_BLOCK_SAMPLES} fit`,
      );
    }
    this.#blockSamples = blockSamples;
    this.#factor = factor;
    this.#levels = [new GrowingLevel(blockSamples)];
  }

  /** Samples appended so far. */
  get samples(): number {
    return this.#samples;
  }

  /**
   * Adds the samples that follow.
   *
   * @param y Values, NaN where there is none.
   * @returns Whether NaN may be among them.
   * @throws {TypeError} If y is no typed array of numbers.
   */
  append(y: NumericArray): boolean {
    const ys = toFloat64(y, "y"), size = this.#blockSamples, base = this.#levels[0]!;
    let isSuspect = false;
    let dirty = Math.floor(this.#samples / size);
    for (let at = 0; at < ys.length;) {
      const block = Math.floor(this.#samples / size), filled = this.#samples - block * size;
      const whole = filled === 0 ? Math.floor((ys.length - at) / size) : 0;
      const found = whole > 0 ? base.addWhole(ys, at, whole) : undefined;
      if (found !== undefined) {
        isSuspect ||= found;
        this.#samples += whole * size;
        at += whole * size;
        continue;
      }
      const end = Math.min(ys.length, at + size - filled);
      isSuspect ||= mayHoldNaN(ys, at, end);
      this.#tally.clear();
      if (filled > 0) this.#tally.addBlock(base, block, 0);
      this.#tally.addSamples(ys, at, end, filled);
      base.set(block, this.#tally);
      this.#samples += end - at;
      at = end;
    }
    for (let above = 1; this.#grows(above); above++) {
      dirty = Math.floor(dirty / this.#factor);
      this.#summarise(above, dirty);
    }
    return isSuspect;
  }

  /** The pyramid of all that was appended, independent of what follows. */
  build(): Pyramid {
    return {
      samples: this.#samples,
      blockSamples: this.#blockSamples,
      factor: this.#factor,
      levels: this.#levels.map((level) => level.seal()),
    };
  }

  /** Whether there is, or has to be, a level of that number. */
  #grows(above: number): boolean {
    const below = this.#levels[above - 1]!, blockSamples = below.blockSamples * this.#factor;
    if (below.length < 2 || blockSamples > MAX_BLOCK_SAMPLES) return false;
    if (this.#levels.length === above) {
      this.#levels.push(new GrowingLevel(blockSamples));
      this.#summarise(above, 0);
    }
    return true;
  }

  #summarise(above: number, from: number): void {
    const below = this.#levels[above - 1]!, level = this.#levels[above]!, factor = this.#factor;
    for (let b = from; b * factor < below.length; b++) {
      const end = Math.min(below.length, (b + 1) * factor);
      this.#tally.clear();
      for (let c = b * factor; c < end; c++) {
        this.#tally.addBlock(below, c, (c - b * factor) * below.blockSamples);
      }
      level.set(b, this.#tally);
    }
  }
}
