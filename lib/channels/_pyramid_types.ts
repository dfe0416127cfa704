import type { NumericArray } from "./_arguments.ts";

/** Block sizes of a pyramid. */
export interface PyramidOptions {
  /**
   * Samples of a block of level 0. With 256 the pyramid has 2 % of the size of its samples, and a
   * view reads at most 512 samples a pixel from the series itself.
   * @default {256}
   */
  readonly blockSamples?: number;
  /**
   * Blocks that one block of the level above covers, at least 2.
   * @default {8}
   */
  readonly factor?: number;
}

/**
 * One level, a value for each block. `first` and `last` are the block's outer samples as they are,
 * NaN included; NaN is an extreme only of a block of NaN alone. Offsets are where in its block, in
 * samples, the lowest index of the extreme lies.
 */
export interface PyramidLevel {
  readonly blockSamples: number;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly minOffset: Uint32Array;
  readonly maxOffset: Uint32Array;
}

/** Extremes of a series of `samples` samples, finest level first. */
export interface Pyramid {
  readonly samples: number;
  readonly blockSamples: number;
  readonly factor: number;
  readonly levels: readonly PyramidLevel[];
}

/** What a stretch of samples looks like, one value for each pixel column. */
export interface PyramidView {
  /** Sample index where each column starts, then the end of the last: columns + 1 values. */
  readonly bounds: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  /** Sample index of the extremes, of the column's first sample where all are NaN. */
  readonly minIndex: Float64Array;
  readonly maxIndex: Float64Array;
}

/** Gives the samples from `start` up to, without, `end`. */
export type SampleReader = (start: number, end: number) => NumericArray;
