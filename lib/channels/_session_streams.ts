/** Methods of decimation over a session that comes block by block. */
import { DisplayStream, type KeptSamples } from "./_display_stream.ts";
import { LttbStream } from "./_lttb_stream.ts";
import { type AxisPiece, type SampleAxis, WaveformAxis } from "./sample_axis.ts";

/** Chooses among samples that come in blocks, each gone when the next one comes. */
export interface SampleStream {
  /** Takes the samples that follow; false once it has to give up. */
  add(y: Float64Array, axis: SampleAxis): boolean;
  /** What was kept; undefined where it gave up or fewer samples came. */
  finish(): KeptSamples | undefined;
}

/** The display method, which does not look at x. */
export function displayStream(samples: number, points: number): SampleStream {
  return new DisplayStream(samples, points);
}

/** LTTB of one capture, where the number of a sample serves as its x. */
export function regularLttb(samples: number, points: number): SampleStream {
  const stream = new LttbStream(samples, points, true);
  let last: AxisPiece | undefined;
  const goesOn = (piece: AxisPiece): boolean => {
    const isNext = last === undefined ||
      piece.startMicros === last.startMicros && piece.interval === last.interval &&
        piece.skipped === last.skipped + last.count;
    last = piece;
    return isNext && piece.interval > 0;
  };
  return {
    add: (y, axis) =>
      axis instanceof WaveformAxis && axis.pieces.every(goesOn) && stream.add(null, y),
    finish: () => stream.finish(),
  };
}

/** LTTB on the real time axis. */
export function timedLttb(samples: number, points: number): SampleStream {
  const stream = new LttbStream(samples, points, false);
  let seconds = new Float64Array(0), origin: number | undefined, first = NaN, last = NaN;
  return {
    add: (y, axis) => {
      if (seconds.length < axis.length) seconds = new Float64Array(axis.length);
      origin ??= axis.timeAt(0);
      axis.fillSeconds(seconds, 0, origin);
      if (Number.isNaN(first)) first = seconds[0]!;
      last = seconds[axis.length - 1]!;
      return stream.add(seconds, y);
    },
    // Without a time that passes the samples are numbered.
    finish: () => first === last ? undefined : stream.finish(),
  };
}
