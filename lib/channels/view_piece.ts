/**
 * The samples of one segment as views see them: by pyramid, or in memory where they are few.
 * @module
 */
import { type Gap, gapsIn } from "./gap_markers.ts";
import type { Tally } from "./_pyramid_tally.ts";
import { blockSamplesOf, type PyramidFile } from "./pyramid_file.ts";
import { type SampleAxis, TimestampAxis } from "./sample_axis.ts";
import { lowerBound, type SampleBlock, sliceBlock } from "./sample_block.ts";

/** Consecutive samples in order of time. */
export interface ViewPiece {
  readonly samples: number;
  /** Time of the first sample, microseconds since the epoch. */
  readonly firstMicros: number;
  /** Runs of NaN, ascending; null where there are too many. */
  readonly gaps: readonly Gap[] | null;
  /** Times of all samples, where they follow from few numbers; else extremes bring theirs along. */
  readonly axis: SampleAxis | undefined;
  /** The place nearest to a sample at which blocks of a level meet; the sample itself for level -1. */
  rounded(sample: number, level: number): number;
  /** About the first sample at a time or after it: less than a block beside it, and nothing is read. */
  near(micros: number): number;
  /** The first sample at a time or after it. */
  lowerBound(micros: number): number;
  /** Adds samples, whose first is at position `at`, by blocks of levels up to `level`. */
  add(tally: Tally, lo: number, hi: number, level: number, at: number): void;
  /** The samples themselves. */
  block(lo: number, hi: number): SampleBlock;
}

/** Samples in memory. */
export class PlainPiece implements ViewPiece {
  readonly samples: number;
  readonly firstMicros: number;
  readonly axis: SampleAxis;
  readonly gaps: readonly Gap[];
  readonly #block: SampleBlock;
  readonly #values: Float64Array;

  /** @param block numbers */
  constructor(block: SampleBlock) {
    this.samples = block.axis.length;
    this.firstMicros = block.axis.timeAt(0);
    this.axis = block.axis;
    this.#block = block;
    this.#values = block.values.kind === "number" ? block.values.data : new Float64Array(0);
    this.gaps = gapsIn(this.#values);
  }

  rounded(sample: number): number {
    return sample;
  }

  near(micros: number): number {
    return lowerBound(this.axis, micros);
  }

  lowerBound(micros: number): number {
    return lowerBound(this.axis, micros);
  }

  add(tally: Tally, lo: number, hi: number, _level: number, at: number): void {
    tally.addSamples(this.#values, lo, hi, at);
  }

  block(lo: number, hi: number): SampleBlock {
    return sliceBlock(this.#block, lo, hi);
  }
}

/** Samples that stay in their segment. */
export class PyramidPiece implements ViewPiece {
  readonly samples: number;
  readonly firstMicros: number;
  readonly gaps: readonly Gap[] | null;
  readonly axis: SampleAxis | undefined;
  readonly #file: PyramidFile;
  readonly #originMicros: number;

  /** @param originMicros start of the only capture of channels without waveforms */
  constructor(file: PyramidFile, firstMicros: number, originMicros: number) {
    this.firstMicros = firstMicros;
    this.samples = file.header.samples;
    this.gaps = file.header.gaps;
    this.axis = file.axis;
    this.#file = file;
    this.#originMicros = originMicros;
  }

  rounded(sample: number, level: number): number {
    if (level < 0) return sample;
    const unit = blockSamplesOf(level);
    return Math.min(this.samples, Math.round(sample / unit) * unit);
  }

  near(micros: number): number {
    if (this.axis !== undefined) return lowerBound(this.axis, micros);
    const block = this.#blockOf(micros), start = block * blockSamplesOf(0);
    if (start >= this.samples) return this.samples;
    const { chunk: { times }, first } = this.#file.chunkOf(0, block);
    const from = times!.first[block - first]!, to = times!.last[block - first]!;
    // As if the samples of a block lay side by side.
    const part = from < to ? Math.max(0, (micros - from) / (to - from)) : 0;
    return start + Math.round(part * (Math.min(this.samples - start, blockSamplesOf(0)) - 1));
  }

  lowerBound(micros: number): number {
    if (this.axis !== undefined) return lowerBound(this.axis, micros);
    const lo = this.#blockOf(micros) * blockSamplesOf(0);
    if (lo >= this.samples) return this.samples;
    const hi = Math.min(this.samples, lo + blockSamplesOf(0));
    return lo + lowerBound(this.block(lo, hi).axis, micros);
  }

  /** The first block of the finest level that ends at a time or after it. */
  #blockOf(micros: number): number {
    const file = this.#file;
    let low = 0, high = file.blocksOf(0);
    while (low < high) {
      const middle = (low + high) >> 1, { chunk, first } = file.chunkOf(0, middle);
      if (chunk.times!.last[middle - first]! < micros) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(tally: Tally, lo: number, hi: number, level: number, at: number): void {
    this.#add(tally, lo, hi, Math.min(level, this.#file.levels - 1), at - lo);
  }

  /** By the coarsest whole blocks that lie in the range, and by samples at its ends. */
  #add(tally: Tally, lo: number, hi: number, level: number, base: number): void {
    if (lo >= hi) return;
    if (level < 0) {
      const { values, micros } = this.#file.samples(lo, hi);
      tally.addSamples(values, 0, hi - lo, base + lo, micros);
      return;
    }
    const size = blockSamplesOf(level), from = Math.ceil(lo / size);
    const to = hi === this.samples ? Math.ceil(hi / size) : Math.floor(hi / size);
    if (from >= to) return this.#add(tally, lo, hi, level - 1, base);
    this.#add(tally, lo, from * size, level - 1, base);
    for (let b = from; b < to;) {
      const { chunk, first } = this.#file.chunkOf(level, b);
      const end = Math.min(to, first + chunk.min.length);
      for (; b < end; b++) tally.addBlock(chunk, b - first, base + b * size);
    }
    this.#add(tally, to * size, hi, level - 1, base);
  }

  block(lo: number, hi: number): SampleBlock {
    const { values, micros } = this.#file.samples(lo, hi);
    const axis = this.axis?.slice(lo, hi) ?? new TimestampAxis(micros!, this.#originMicros);
    return { axis, values: { kind: "number", data: values } };
  }
}
