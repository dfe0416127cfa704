/**
 * All samples of a session behind one index, of which a view reads no more than it shows.
 * @module
 */
import { lastWhere } from "./_last_where.ts";
import type { Tally } from "./_pyramid_tally.ts";
import type { Gap } from "./gap_markers.ts";
import { blockSamplesOf } from "./pyramid_file.ts";
import { TimestampAxis } from "./sample_axis.ts";
import { concatBlocks, type SampleBlock } from "./sample_block.ts";
import type { ViewPiece } from "./view_piece.ts";

/** Columns at least this many blocks wide are made of blocks: rounding moves an edge by a quarter at most. */
const BLOCKS_PER_COLUMN = 2;

/** The coarsest level that a column of so many samples can be made of, or -1 for the samples. */
export function levelFor(columnSamples: number): number {
  let level = -1;
  while (blockSamplesOf(level + 1) * BLOCKS_PER_COLUMN <= columnSamples) level++;
  return level;
}

/** Pieces one after the other. */
export class SessionView {
  readonly samples: number;
  readonly #pieces: readonly ViewPiece[];
  /** Index of the first sample of each piece. */
  readonly #starts: readonly number[];

  /** @param pieces at least one, in order of time */
  constructor(pieces: readonly ViewPiece[]) {
    this.#pieces = pieces;
    let at = 0;
    this.#starts = pieces.map(({ samples }) => (at += samples) - samples);
    this.samples = at;
  }

  /** Number of the piece that holds a sample; the last one for what is behind it. */
  #pieceOf(sample: number): number {
    return lastWhere(this.#starts.length, (i) => this.#starts[i]! <= sample);
  }

  /** The place nearest to a sample at which blocks of a level meet. */
  rounded(sample: number, level: number): number {
    const i = this.#pieceOf(sample), start = this.#starts[i]!;
    return start + this.#pieces[i]!.rounded(sample - start, level);
  }

  /** The first sample at a time or after it. */
  lowerBound(micros: number): number {
    return this.#boundIn(this.#pieceAt(micros), (piece) => piece.lowerBound(micros));
  }

  /** About the first sample at a time or after it: less than a block beside it. */
  near(micros: number): number {
    return this.#boundIn(this.#pieceAt(micros), (piece) => piece.near(micros));
  }

  #boundIn(i: number, boundIn: (piece: ViewPiece) => number): number {
    return this.#starts[i]! + boundIn(this.#pieces[i]!);
  }

  /** The last piece that starts before a time. */
  #pieceAt(micros: number): number {
    return lastWhere(this.#pieces.length, (i) => this.#pieces[i]!.firstMicros < micros);
  }

  /** Adds the samples from `lo` up to, without, `hi`. */
  add(tally: Tally, lo: number, hi: number, level: number): void {
    for (let i = this.#pieceOf(lo), at = lo; at < hi; i++) {
      const piece = this.#pieces[i]!, start = this.#starts[i]!;
      const end = Math.min(hi, start + piece.samples);
      piece.add(tally, at - start, end - start, level, at);
      at = end;
    }
  }

  /** Runs of NaN among the samples from `lo` up to, without, `hi`; null where there are too many. */
  gaps(lo: number, hi: number): Gap[] | null {
    const found: [number, number][] = [];
    for (let i = this.#pieceOf(lo); i < this.#pieces.length && this.#starts[i]! < hi; i++) {
      const { gaps } = this.#pieces[i]!;
      if (gaps === null) return null;
      for (const [start, samples] of gaps) {
        const from = Math.max(lo, this.#starts[i]! + start);
        const to = Math.min(hi, this.#starts[i]! + start + samples);
        if (from >= to) continue;
        const last = found.at(-1);
        if (last !== undefined && last[0] + last[1] === from) last[1] += to - from;
        else found.push([from, to - from]);
      }
    }
    return found;
  }

  /** Time of a sample where it has one of its own, NaN where it follows from an axis. */
  microsOf(sample: number): number {
    const i = this.#pieceOf(sample), piece = this.#pieces[i]!, at = sample - this.#starts[i]!;
    return piece.axis === undefined ? piece.block(at, at + 1).axis.timeAt(0) : NaN;
  }

  /** The samples themselves. */
  block(lo: number, hi: number): SampleBlock {
    const blocks: SampleBlock[] = [];
    for (let i = this.#pieceOf(lo), at = lo; at < hi; i++) {
      const piece = this.#pieces[i]!, start = this.#starts[i]!;
      const end = Math.min(hi, start + piece.samples);
      blocks.push(piece.block(at - start, end - start));
      at = end;
    }
    return concatBlocks(blocks);
  }

  /**
   * Times of chosen samples.
   *
   * @param micros their times, NaN where they follow from an axis
   * @param originMicros start of the only capture of channels without waveforms
   */
  axisOf(
    samples: readonly number[],
    micros: readonly number[],
    originMicros: number,
  ): TimestampAxis {
    const times = new Float64Array(micros);
    const captures = new Float64Array(times.length).fill(originMicros);
    const offsets = new Float64Array(times.length);
    let isExact = false;
    samples.forEach((sample, i) => {
      const piece = this.#pieceOf(sample), { axis } = this.#pieces[piece]!;
      if (axis === undefined) {
        offsets[i] = (times[i]! - originMicros) / 1e6;
        return;
      }
      const at = sample - this.#starts[piece]!;
      times[i] = axis.timeAt(at);
      captures[i] = axis.captureAt(at);
      offsets[i] = axis.offsetAt(at);
      isExact = true;
    });
    return isExact
      ? new TimestampAxis(times, captures, offsets)
      : new TimestampAxis(times, originMicros);
  }
}
