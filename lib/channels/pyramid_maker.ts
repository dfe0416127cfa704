/**
 * The pyramid of a segment, from its record batches.
 * @module
 */
import { crc32 } from "node:zlib";
import type { ArrowBatch, ArrowColumn } from "../arrow/field.ts";
import { columnOf, doublesOfColumn, listOffsets, microsOfColumn } from "./_batch_columns.ts";
import { CaptureClock } from "./_capture_clock.ts";
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import type { Gap } from "./gap_markers.ts";
import type { LevelTimes, PyramidLevel } from "./_pyramid_types.ts";
import {
  type BatchPlace,
  BLOCK_SAMPLES,
  CHECK_SAMPLES,
  FACTOR,
  type PyramidParts,
} from "./pyramid_format.ts";
import { PyramidBuilder } from "./pyramid_maths.ts";
import type { AxisPiece } from "./sample_axis.ts";
import type { PlacedBatch } from "./segment_batches.ts";
import type { SegmentInfo } from "./segment_info.ts";

/** A quarter of a common second cache; a multiple of what is checked and of what a block holds. */
const PIECE_SAMPLES = 2 * CHECK_SAMPLES;

/** True for segments whose samples are numbers and enough to be worth a pyramid. */
export function deservesPyramid({ dataType, samples, ordered, shared }: SegmentInfo): boolean {
  return (dataType === "waveform" || dataType === "scalar") && ordered && !shared &&
    samples >= CHANNEL_BOUNDS.pyramidSamples;
}

/** Collects the batches of one segment. */
export class PyramidMaker {
  readonly #builder = new PyramidBuilder({ blockSamples: BLOCK_SAMPLES, factor: FACTOR });
  readonly #clock: CaptureClock;
  readonly #isWaveform: boolean;
  readonly #pieces: AxisPiece[] = [];
  readonly #places: BatchPlace[] = [];
  readonly #checks: number[] = [];
  readonly #times: Float64Array[] = [];
  #gaps: Gap[] | null = [];
  #isPossible = true;

  constructor({ dataType, capture }: SegmentInfo) {
    this.#isWaveform = dataType === "waveform";
    this.#clock = new CaptureClock(capture);
  }

  /** Adds the batch that follows. */
  add({ batch, bodyStart, body }: PlacedBatch): void {
    if (!this.#isPossible) return;
    const column = this.#isWaveform
      ? columnOf(batch, "samples")?.children[0]
      : columnOf(batch, "value");
    const times = columnOf(batch, "timestamp");
    const isPlain = column?.field.format === "g" && column.nullCount === 0 &&
      times?.field.format === "tsu:UTC" && times.nullCount === 0;
    this.#isPossible = isPlain && (!this.#isWaveform || this.#addRows(batch, times));
    if (!isPlain || !this.#isPossible) return;
    const values = doublesOfColumn(column);
    this.#addValues(values);
    const valuesAt = bodyStart + offsetIn(body, column.buffers[1]!);
    if (this.#isWaveform) {
      this.#places.push({ samples: values.length, valuesAt, timesAt: -1 });
      return;
    }
    this.#times.push(microsOfColumn(times));
    this.#check(times.buffers[1]!.subarray(0, times.length * 8));
    const timesAt = bodyStart + offsetIn(body, times.buffers[1]!);
    this.#places.push({ samples: values.length, valuesAt, timesAt });
  }

  /** False where a row would be left out by readers. */
  #addRows(batch: ArrowBatch, times: ArrowColumn): boolean {
    const list = columnOf(batch, "samples")!, intervals = columnOf(batch, "sample_interval");
    if (intervals === undefined || list.nullCount > 0) return false;
    const offset = listOffsets(list), interval = doublesOfColumn(intervals);
    const micros = microsOfColumn(times);
    for (let row = 0; row < batch.rows; row++) {
      const count = offset(row + 1) - offset(row);
      if (count > 0) this.#addPiece(micros[row]!, count, interval[row] || 0);
    }
    return offset(0) === 0;
  }

  #addPiece(micros: number, count: number, interval: number): void {
    const { startMicros, samples: skipped } = this.#clock.accept(micros, count, interval);
    const last = this.#pieces.at(-1);
    const goesOn = last?.startMicros === startMicros && last.interval === interval &&
      last.skipped + last.count === skipped;
    if (goesOn) this.#pieces[this.#pieces.length - 1] = { ...last, count: last.count + count };
    else {
      const at = last === undefined ? 0 : last.at + last.count;
      this.#pieces.push({ at, count, startMicros, skipped, interval });
    }
  }

  /** Piece by piece, so that each is looked at twice while it is in the cache. */
  #addValues(values: Float64Array): void {
    const { buffer, byteOffset } = values;
    for (let at = 0; at < values.length; at += PIECE_SAMPLES) {
      const piece = values.subarray(at, at + PIECE_SAMPLES);
      const base = this.#builder.samples;
      if (this.#builder.append(piece)) this.#noteGaps(piece, base);
      this.#check(new Uint8Array(buffer, byteOffset + at * 8, piece.byteLength));
    }
  }

  #check(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength; at += CHECK_SAMPLES * 8) {
      this.#checks.push(crc32(bytes.subarray(at, at + CHECK_SAMPLES * 8)));
    }
  }

  #noteGaps(values: Float64Array, base: number): void {
    for (let i = 0; i < values.length && this.#gaps !== null; i++) {
      if (values[i] !== values[i]) this.#noteNaN(base + i);
    }
  }

  #noteNaN(at: number): void {
    const gaps = this.#gaps!, last = gaps.at(-1);
    if (last !== undefined && last[0] + last[1] === at) {
      gaps[gaps.length - 1] = [last[0], last[1] + 1];
    } else if (gaps.length < CHANNEL_BOUNDS.pyramidGaps) gaps.push([at, 1]);
    else this.#gaps = null;
  }

  /** The pyramid; undefined where the samples are not of the kind that has one. */
  finish(): PyramidParts | undefined {
    if (!this.#isPossible) return undefined;
    const { samples, levels } = this.#builder.build();
    return {
      samples,
      levels: this.#isWaveform ? levels : levels.map((level) => this.#timed(level)),
      pieces: this.#pieces,
      places: this.#places,
      checks: Uint32Array.from(this.#checks),
      gaps: this.#gaps,
    };
  }

  #timed(level: PyramidLevel): PyramidLevel {
    const { blockSamples, minOffset, maxOffset } = level, blocks = minOffset.length;
    const samples = this.#builder.samples, timeAt = timesOf(this.#times);
    const column = (offsetOf: (b: number) => number): Float64Array => {
      const micros = new Float64Array(blocks);
      for (let b = 0; b < blocks; b++) micros[b] = timeAt(b * blockSamples + offsetOf(b));
      return micros;
    };
    const times: LevelTimes = {
      min: column((b) => minOffset[b]!),
      max: column((b) => maxOffset[b]!),
      first: column(() => 0),
      last: column((b) => Math.min(blockSamples, samples - b * blockSamples) - 1),
    };
    return { ...level, times };
  }
}

/** Reads the times of several batches by one index, which mostly grows. */
function timesOf(parts: readonly Float64Array[]): (index: number) => number {
  let part = 0, start = 0;
  return (index) => {
    while (index < start) start -= parts[--part]!.length;
    while (index >= start + parts[part]!.length) start += parts[part++]!.length;
    return parts[part]![index - start]!;
  };
}

/** Where in a body a buffer lies that is one of its parts or inside of one. */
function offsetIn(body: readonly Uint8Array[], buffer: Uint8Array): number {
  let at = 0;
  for (const part of body) {
    const inside = buffer.byteOffset - part.byteOffset;
    if (part.buffer === buffer.buffer && inside >= 0 && inside < part.byteLength) {
      return at + inside;
    }
    at += part.byteLength;
  }
  throw new TypeError("A column has a buffer that is not in the body of its message");
}
