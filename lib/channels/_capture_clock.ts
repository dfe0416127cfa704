import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import type { CapturePosition } from "./segment_metadata.ts";

/**
 * Follows waveform blocks and tells which of them go on with one another. A capture is a run of blocks of
 * one interval without a gap: how a stream was cut into blocks is an accident, and the time of a sample
 * must not depend on it. Writer and readers decide by the same stored numbers and so alike.
 */
export class CaptureClock {
  #startMicros = NaN;
  #samples = 0;
  #interval = NaN;

  /**
   * @param position the capture that the next block may go on with, as a segment tells it
   */
  constructor(position?: CapturePosition) {
    if (position === undefined) return;
    this.#startMicros = position.startMicros;
    this.#samples = position.samples;
  }

  /** Time at which the next sample of the capture is due, microseconds; NaN before the first block. */
  get endMicros(): number {
    return timeInCapture(this.#startMicros, this.#samples, this.#interval);
  }

  /** Takes a block and tells where in its capture it lies. */
  accept(timestampMicros: number, samples: number, intervalSeconds: number): CapturePosition {
    // A position read from a segment has no interval yet: that of its first block, which it was made for.
    if (Number.isNaN(this.#interval)) this.#interval = intervalSeconds;
    const away = Math.abs(timestampMicros - this.endMicros);
    // Below a microsecond a stored time says no more than where the block about starts.
    const tolerance = intervalSeconds < 1e-6 ? CHANNEL_BOUNDS.captureToleranceMicros : 0;
    const goesOn = intervalSeconds > 0 && intervalSeconds === this.#interval && away <= tolerance;
    if (!goesOn) {
      this.#startMicros = timestampMicros;
      this.#samples = 0;
      this.#interval = intervalSeconds;
    }
    const position = { startMicros: this.#startMicros, samples: this.#samples };
    this.#samples += samples;
    return position;
  }
}

/** Time of a sample of a capture, whole microseconds. The sum stays exact: both parts are integers. */
export function timeInCapture(startMicros: number, sample: number, interval: number): number {
  return startMicros + Math.round(sample * interval * 1e6);
}
