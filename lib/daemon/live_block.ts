/**
 * Samples on their way to live subscribers.
 * @module
 */
import { WaveformAxis } from "../channels/sample_axis.ts";
import { type SampleBlock, sliceBlock } from "../channels/sample_block.ts";
import type { LivePosition } from "../protocol/channel_live.ts";

/** Samples of one session, and how far they bring the one who wrote them. */
export interface LiveBlock extends SampleBlock {
  readonly sessionId: string;
  /** Key of the writer, or the path of a file of another program. */
  readonly source: string;
  /** Last batch of the writer that is in the block; of such a file the samples up to its end. */
  readonly sequence: number;
}

/** Bytes of memory, about. */
export function blockBytes({ axis, values }: SampleBlock): number {
  // The times of a waveform take no memory.
  if (values.kind === "number") return axis.length * (axis instanceof WaveformAxis ? 8 : 16);
  const columns = values.kind === "struct" ? values.columns.size : 1;
  return axis.length * (8 + columns * 40);
}

/** How far a block brings its writer. */
export function positionAfter({ axis, sequence }: LiveBlock): LivePosition {
  const last = axis.length - 1, lastMicros = axis.timeAt(last);
  let count = 1;
  while (count <= last && axis.timeAt(last - count) === lastMicros) count++;
  return [sequence, lastMicros, count];
}

/** The samples behind a position, for blocks of which nothing but the time is known. */
export function behind<T extends SampleBlock>(
  block: T,
  [, lastMicros, atLast]: LivePosition,
): T | undefined {
  const { axis } = block;
  let from = 0, left = atLast;
  while (from < axis.length) {
    const micros = axis.timeAt(from);
    if (micros > lastMicros || micros === lastMicros && left-- <= 0) break;
    from++;
  }
  if (from === axis.length) return undefined;
  return from === 0 ? block : { ...block, ...sliceBlock(block, from, axis.length) };
}
