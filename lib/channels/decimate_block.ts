/**
 * Few samples of a block that look like all of them, on the real time axis.
 * @module
 */
import type { DecimationMethod, GapPolicy } from "../protocol/channel_ticket.ts";
import { allIndices, gather } from "./_arguments.ts";
import { mayHoldNaN } from "./_extremes.ts";
import { decimate } from "./decimate.ts";
import { lttbRegular } from "./lttb.ts";
import { minMaxPerPixel } from "./min_max.ts";
import { gatherAxis, type SampleAxis, WaveformAxis } from "./sample_axis.ts";
import type { SampleBlock } from "./sample_block.ts";
import { gatherValues, numbersOf } from "./sample_values.ts";

/** How samples are chosen. */
export interface DecimationChoice {
  /** Points wanted, at least 2. */
  readonly maxPoints?: number | undefined;
  /** Columns wanted instead, up to four points each. */
  readonly widthPixels?: number | undefined;
  readonly method?: DecimationMethod | undefined;
  readonly gaps?: GapPolicy | undefined;
  /** Edges of the first and last column, microseconds. */
  readonly startMicros?: number | undefined;
  readonly endMicros?: number | undefined;
}

/** Samples that were kept, and which of the session they are. */
export interface DecimatedSamples extends SampleBlock {
  readonly sampleIndex: Float64Array;
}

/**
 * Chooses among samples in memory.
 *
 * @param firstIndex place of the first sample in its session
 * @throws {RangeError} where there are more samples than wanted and they are no numbers
 */
export function decimateBlock(
  block: SampleBlock,
  firstIndex: number,
  choice: DecimationChoice,
): DecimatedSamples {
  const indices = chooseIndices(block, choice);
  return {
    axis: gatherAxis(block.axis, indices),
    values: gatherValues(block.values, indices),
    sampleIndex: new Float64Array(indices).map((i) => firstIndex + i),
  };
}

function chooseIndices({ axis, values }: SampleBlock, choice: DecimationChoice): Uint32Array {
  const { maxPoints = Infinity, widthPixels, method = "display", gaps = "break" } = choice;
  const all = axis.length <= maxPoints && (widthPixels === undefined || axis.length <= widthPixels);
  const y = numbersOf(values);
  if (all && (gaps !== "omit" || y === undefined)) {
    return allIndices(axis.length);
  }
  if (y === undefined) {
    throw new RangeError(
      `Cannot downsample ${values.kind === "text" ? "text" : "structures"}: ` +
        `${axis.length} samples are in the window; narrow it by start and end, or ask for lastN`,
    );
  }
  if (widthPixels !== undefined) {
    if (gaps !== "omit") return byPixels(axis, y, widthPixels, choice);
    const numbers = allIndices(axis.length).filter((i) => !Number.isNaN(y[i]));
    const chosen = byPixels(gatherAxis(axis, numbers), gather(y, numbers), widthPixels, choice);
    return chosen.map((i) => numbers[i]!);
  }
  const isRegular = axis instanceof WaveformAxis && (axis.interval ?? 0) > 0;
  if (method === "lttb" && isRegular && !mayHoldNaN(y, 0, y.length)) {
    return lttbRegular(y, Math.min(maxPoints, Math.max(2, axis.length)));
  }
  // The display method goes by count and does not look at x.
  const x = method === "display" ? y : secondsOf(axis);
  return decimate(x, y, Math.min(maxPoints, Math.max(2, axis.length)), { method, gaps });
}

function byPixels(
  axis: SampleAxis,
  y: Float64Array,
  widthPixels: number,
  { startMicros, endMicros }: DecimationChoice,
): Uint32Array {
  if (axis.length === 0) return new Uint32Array(0);
  const x = secondsOf(axis), origin = axis.timeAt(0);
  return minMaxPerPixel(x, y, widthPixels, {
    ...(startMicros === undefined ? {} : { xMin: Math.min(x[0]!, (startMicros - origin) / 1e6) }),
    ...(endMicros === undefined ? {} : { xMax: Math.max(x.at(-1)!, (endMicros - origin) / 1e6) }),
  });
}

/** Seconds from the first sample; the number of the sample where no interval is known. */
export function secondsOf(axis: SampleAxis): Float64Array {
  const x = new Float64Array(axis.length);
  axis.fillSeconds(x, 0, axis.timeAt(0));
  if (axis.length > 1 && x[0] === x.at(-1)) { for (let i = 0; i < x.length; i++) x[i] = i; }
  return x;
}
