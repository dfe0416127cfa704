/**
 * Times of samples. Waveforms keep start and interval, so that a billion samples cost no memory for their
 * times and lose no fraction of a microsecond; rows with a timestamp each keep those.
 * @module
 */
import { lastWhere } from "./_last_where.ts";
import { timeInCapture } from "./_capture_clock.ts";

/** A stretch of one waveform. */
export interface AxisPiece {
  /** Index of its first sample in the axis. */
  readonly at: number;
  readonly count: number;
  /** Start of the capture, microseconds since the epoch. */
  readonly startMicros: number;
  /** Samples of the capture before this stretch. */
  readonly skipped: number;
  /** Seconds between samples. */
  readonly interval: number;
}

/** Times of a run of samples. */
export interface SampleAxis {
  readonly length: number;
  /** Whole microseconds since the epoch. */
  timeAt(index: number): number;
  /** Seconds from the start of the capture. */
  offsetAt(index: number): number;
  /** Start of the capture, microseconds since the epoch. */
  captureAt(index: number): number;
  /** Seconds from a time, of all samples, without loss below the microsecond. */
  fillSeconds(into: Float64Array, at: number, originMicros: number): void;
  fillTimes(into: Float64Array, at: number): void;
  fillOffsets(into: Float64Array, at: number): void;
  slice(from: number, to: number): SampleAxis;
}

/** Times of waveforms. */
export class WaveformAxis implements SampleAxis {
  readonly pieces: readonly AxisPiece[];
  readonly length: number;
  #last: AxisPiece | undefined;

  constructor(pieces: readonly AxisPiece[]) {
    this.pieces = pieces;
    const last = pieces.at(-1);
    this.length = last === undefined ? 0 : last.at + last.count;
    this.#last = pieces[0];
  }

  /** The only interval, where all samples are of one capture. */
  get interval(): number | undefined {
    const [first] = this.pieces;
    return this.pieces.every((piece) =>
        piece.startMicros === first?.startMicros && piece.interval === first.interval &&
        piece.skipped - first.skipped === piece.at
      )
      ? first?.interval
      : undefined;
  }

  timeAt(index: number): number {
    const { at, skipped, startMicros, interval } = this.#piece(index);
    return timeInCapture(startMicros, skipped + index - at, interval);
  }

  offsetAt(index: number): number {
    const { at, skipped, interval } = this.#piece(index);
    return (skipped + index - at) * interval;
  }

  captureAt(index: number): number {
    return this.#piece(index).startMicros;
  }

  /** The piece that holds a sample: often the one of the call before. */
  #piece(index: number): AxisPiece {
    const last = this.#last!;
    if (index >= last.at && index < last.at + last.count) return last;
    const found = lastWhere(this.pieces.length, (i) => this.pieces[i]!.at <= index);
    return this.#last = this.pieces[found]!;
  }

  fillSeconds(into: Float64Array, at: number, originMicros: number): void {
    for (const piece of this.pieces) {
      const base = (piece.startMicros - originMicros) / 1e6, { interval, skipped } = piece;
      const to = at + piece.at;
      for (let i = 0; i < piece.count; i++) into[to + i] = base + (skipped + i) * interval;
    }
  }

  fillTimes(into: Float64Array, at: number): void {
    for (const { at: from, count, startMicros, skipped, interval } of this.pieces) {
      const to = at + from, step = interval * 1e6;
      for (let i = 0; i < count; i++) into[to + i] = startMicros + Math.round((skipped + i) * step);
    }
  }

  fillOffsets(into: Float64Array, at: number): void {
    for (const { at: from, count, skipped, interval } of this.pieces) {
      for (let i = 0; i < count; i++) into[at + from + i] = (skipped + i) * interval;
    }
  }

  slice(from: number, to: number): WaveformAxis {
    const pieces: AxisPiece[] = [];
    for (const piece of this.pieces) {
      const first = Math.max(from, piece.at), end = Math.min(to, piece.at + piece.count);
      if (first >= end) continue;
      const skipped = piece.skipped + first - piece.at;
      pieces.push({ ...piece, at: first - from, count: end - first, skipped });
    }
    return new WaveformAxis(pieces);
  }
}

/** Times of samples that have one each. */
export class TimestampAxis implements SampleAxis {
  readonly length: number;
  readonly #times: Float64Array;
  readonly #offsets: Float64Array | undefined;
  readonly #captures: Float64Array | number;

  /**
   * @param times microseconds since the epoch
   * @param captures start of the capture of all samples or of each
   * @param offsets seconds from there, where the times do not tell exactly
   */
  constructor(times: Float64Array, captures: Float64Array | number, offsets?: Float64Array) {
    this.length = times.length;
    this.#times = times;
    this.#captures = captures;
    this.#offsets = offsets;
  }

  /** The capture of all axes, where there is one and their times tell exactly. */
  static sharedCapture(axes: readonly SampleAxis[]): number | undefined {
    const [first] = axes;
    const capture = first instanceof TimestampAxis ? first.#captures : undefined;
    const same = axes.every((axis) =>
      axis instanceof TimestampAxis && axis.#captures === capture && axis.#offsets === undefined
    );
    return same && typeof capture === "number" ? capture : undefined;
  }

  timeAt(index: number): number {
    return this.#times[index]!;
  }

  captureAt(index: number): number {
    return typeof this.#captures === "number" ? this.#captures : this.#captures[index]!;
  }

  offsetAt(index: number): number {
    return this.#offsets?.[index] ?? (this.timeAt(index) - this.captureAt(index)) / 1e6;
  }

  fillSeconds(into: Float64Array, at: number, originMicros: number): void {
    if (this.#offsets === undefined) {
      for (let i = 0; i < this.length; i++) into[at + i] = (this.#times[i]! - originMicros) / 1e6;
      return;
    }
    for (let i = 0; i < this.length; i++) {
      into[at + i] = (this.captureAt(i) - originMicros) / 1e6 + this.#offsets[i]!;
    }
  }

  fillTimes(into: Float64Array, at: number): void {
    into.set(this.#times, at);
  }

  fillOffsets(into: Float64Array, at: number): void {
    for (let i = 0; i < this.length; i++) into[at + i] = this.offsetAt(i);
  }

  slice(from: number, to: number): TimestampAxis {
    const captures = this.#captures;
    return new TimestampAxis(
      this.#times.subarray(from, to),
      typeof captures === "number" ? captures : captures.subarray(from, to),
      this.#offsets?.subarray(from, to),
    );
  }
}

/** Times of the samples at those indices. */
export function gatherAxis(axis: SampleAxis, indices: ArrayLike<number>): TimestampAxis {
  const length = indices.length, times = new Float64Array(length);
  for (let i = 0; i < length; i++) times[i] = axis.timeAt(indices[i]!);
  const capture = TimestampAxis.sharedCapture([axis]);
  if (capture !== undefined) return new TimestampAxis(times, capture);
  const captures = new Float64Array(length), offsets = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    captures[i] = axis.captureAt(indices[i]!);
    offsets[i] = axis.offsetAt(indices[i]!);
  }
  return new TimestampAxis(times, captures, offsets);
}

/** One axis after the other. */
export function concatAxes(axes: readonly SampleAxis[]): SampleAxis {
  if (axes.length === 1) return axes[0]!;
  let length = 0;
  if (axes.every((axis) => axis instanceof WaveformAxis)) {
    const pieces: AxisPiece[] = [];
    for (const axis of axes) {
      for (const piece of axis.pieces) pieces.push({ ...piece, at: length + piece.at });
      length += axis.length;
    }
    return new WaveformAxis(pieces);
  }
  for (const axis of axes) length += axis.length;
  const capture = TimestampAxis.sharedCapture(axes);
  if (capture !== undefined) {
    const times = new Float64Array(length);
    let at = 0;
    for (const axis of axes) {
      axis.fillTimes(times, at);
      at += axis.length;
    }
    return new TimestampAxis(times, capture);
  }
  const times = new Float64Array(length), offsets = new Float64Array(length);
  const captures = new Float64Array(length);
  let at = 0;
  for (const axis of axes) {
    axis.fillTimes(times, at);
    axis.fillOffsets(offsets, at);
    for (let i = 0; i < axis.length; i++) captures[at + i] = axis.captureAt(i);
    at += axis.length;
  }
  return new TimestampAxis(times, captures, offsets);
}
