/**
 * A run of samples of one channel and session, in order of time.
 * @module
 */
import { concatAxes, gatherAxis, type SampleAxis } from "./sample_axis.ts";
import {
  concatValues,
  gatherValues,
  lengthOf,
  type SampleValues,
  sliceValues,
} from "./sample_values.ts";

/** Samples with their times. */
export interface SampleBlock {
  readonly axis: SampleAxis;
  readonly values: SampleValues;
}

/** Samples with their times and their place in the session. */
export interface NumberedBlock extends SampleBlock {
  readonly sessionId: string;
  /** Index of the first sample among all of the channel and session; the others follow without gap. */
  readonly firstIndex: number;
}

/** Number of samples. */
export function blockLength(block: SampleBlock): number {
  return lengthOf(block.values);
}

/** The samples from `from` up to, without, `to`. */
export function sliceBlock({ axis, values }: SampleBlock, from: number, to: number): SampleBlock {
  if (from === 0 && to === axis.length) return { axis, values };
  return { axis: axis.slice(from, to), values: sliceValues(values, from, to) };
}

/** One block after the other. */
export function concatBlocks(blocks: readonly SampleBlock[]): SampleBlock {
  if (blocks.length === 1) return blocks[0]!;
  return {
    axis: concatAxes(blocks.map(({ axis }) => axis)),
    values: concatValues(blocks.map(({ values }) => values)),
  };
}

/** The samples of a block in order of time; of equal times, in the order they came. */
export function sortBlock(block: SampleBlock): SampleBlock {
  const { axis, values } = block, length = axis.length;
  const times = new Float64Array(length);
  axis.fillTimes(times, 0);
  let sorted = true;
  for (let i = 1; i < length && sorted; i++) sorted = times[i]! >= times[i - 1]!;
  if (sorted) return block;
  const order = Uint32Array.from({ length }, (_, i) => i);
  order.sort((a, b) => times[a]! - times[b]! || a - b);
  return { axis: gatherAxis(axis, order), values: gatherValues(values, order) };
}

/** First index whose time is at least that; the block is in order of time. */
export function lowerBound(axis: SampleAxis, micros: number): number {
  let low = 0, high = axis.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (axis.timeAt(middle) < micros) low = middle + 1;
    else high = middle;
  }
  return low;
}
