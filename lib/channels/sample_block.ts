/**
 * A run of samples of one channel and session, in order of time.
 * @module
 */
import { allIndices } from "./_arguments.ts";
import { concatAxes, gatherAxis, type SampleAxis } from "./sample_axis.ts";
import { concatValues, gatherValues, type SampleValues, sliceValues } from "./sample_values.ts";

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
  const { axis, values } = block;
  const times = new Float64Array(axis.length);
  axis.fillTimes(times, 0);
  const order = timeOrder(times);
  if (order === undefined) return block;
  return { axis: gatherAxis(axis, order), values: gatherValues(values, order) };
}

/**
 * Indices in order of time by merging the runs that are in order already: few, where two writers wrote at
 * once or a clock was set back.
 *
 * @returns undefined where all are in order
 */
export function timeOrder(times: Float64Array): Uint32Array | undefined {
  let runs = [0];
  for (let i = 1; i < times.length; i++) if (times[i]! < times[i - 1]!) runs.push(i);
  if (runs.length === 1) return undefined;
  let order = allIndices(times.length), other: Uint32Array = new Uint32Array(times.length);
  while (runs.length > 1) {
    const merged: number[] = [];
    for (let r = 0; r < runs.length; r += 2) {
      const start = runs[r]!, middle = runs[r + 1] ?? times.length;
      mergeRuns(times, order, other, start, middle, runs[r + 2] ?? times.length);
      merged.push(start);
    }
    [order, other, runs] = [other, order, merged];
  }
  return order;
}

function mergeRuns(
  times: Float64Array,
  from: Uint32Array,
  into: Uint32Array,
  start: number,
  middle: number,
  end: number,
): void {
  let left = start, right = middle;
  for (let at = start; at < end; at++) {
    const first = right === end ||
      (left < middle && times[from[left]!]! <= times[from[right]!]!);
    into[at] = from[first ? left++ : right++]!;
  }
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
