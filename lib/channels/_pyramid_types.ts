/** Block sizes of a pyramid. */
export interface PyramidOptions {
  /**
   * Samples of a block of level 0. With 256 the pyramid has 2 % of the size of its samples, and a
   * view reads at most 512 samples a column from the series itself.
   * @default {256}
   */
  readonly blockSamples?: number;
  /**
   * Blocks that one block of the level above covers, at least 2.
   * @default {8}
   */
  readonly factor?: number;
}

/** Times of outer samples and extremes of each block, microseconds since the epoch. */
export interface LevelTimes {
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
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
  /** Where samples have a time each. */
  readonly times?: LevelTimes | undefined;
}

/** Extremes of a series of `samples` samples, finest level first. */
export interface Pyramid {
  readonly samples: number;
  readonly blockSamples: number;
  readonly factor: number;
  readonly levels: readonly PyramidLevel[];
}
