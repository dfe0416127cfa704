/**
 * Samples out of segments.
 * @module
 */
import type { ArrowBatch } from "../arrow/field.ts";
import {
  columnOf,
  doublesOfColumn,
  listOffsets,
  microsOfColumn,
  sessionsOf,
} from "./_batch_columns.ts";
import { CaptureClock } from "./_capture_clock.ts";
import { schemaOfType } from "./channel_schema.ts";
import type { ChannelDataType } from "./channel_types.ts";
import { type AxisPiece, gatherAxis, TimestampAxis, WaveformAxis } from "./sample_axis.ts";
import type { SampleBlock } from "./sample_block.ts";
import { gatherValues, valuesOfBatch } from "./sample_values.ts";
import { segmentBatches } from "./segment_batches.ts";
import type { OnDamage, SegmentInfo } from "./segment_info.ts";
import type { CapturePosition } from "./segment_metadata.ts";

/** How samples are read. */
export interface SegmentReadOptions {
  /** Start of the only capture of channels without waveforms, microseconds. */
  readonly originMicros: number;
  /** Whether each waveform is a capture by itself, even where it goes on with the one before. @default false */
  readonly captures?: boolean;
  /** Whether a block is valid only until the next one is asked for. @default false */
  readonly reuse?: boolean;
  readonly onDamage?: OnDamage | undefined;
}

/** Reads the samples of a segment, batch by batch, in the order they were written. */
export function* readSegment(
  segment: SegmentInfo,
  options: SegmentReadOptions,
): Generator<SampleBlock> {
  const { onDamage, reuse = false, captures = false } = options;
  let clock = new CaptureClock(segment.capture);
  let broken = false;
  const report: OnDamage = (damage) => {
    broken = true;
    onDamage?.(damage);
  };
  const schema = segment.schemaLost === true ? schemaOfType(segment.dataType) : undefined;
  const covers = segment.sealed ? segment.covers : undefined;
  for (const batch of segmentBatches(segment.path, { onDamage: report, reuse, schema, covers })) {
    // The waveform that the next one goes on with may be gone.
    if (broken) clock = new CaptureClock();
    broken = false;
    const wanted = rowsWanted(batch, segment);
    const block = segment.dataType === "waveform"
      ? waveformBlock(batch, wanted, captures ? undefined : clock)
      : rowBlock(batch, wanted, segment, options.originMicros);
    if (block !== undefined && block.axis.length > 0) yield block;
  }
}

/**
 * The samples of a batch that is in no segment yet.
 *
 * @param capture where its first waveform lies
 */
export function blockOfBatch(
  batch: ArrowBatch,
  dataType: ChannelDataType,
  originMicros: number,
  capture?: CapturePosition,
): SampleBlock | undefined {
  return dataType === "waveform"
    ? waveformBlock(batch, undefined, new CaptureClock(capture))
    : rowBlock(batch, undefined, { dataType }, originMicros);
}

/** Rows of the segment's session; all of them where it is undefined. */
function rowsWanted(batch: ArrowBatch, segment: SegmentInfo): Uint32Array | undefined {
  if (!segment.shared) return undefined;
  const sessions = sessionsOf(batch);
  if (typeof sessions === "string") {
    return sessions === segment.sessionId ? undefined : new Uint32Array(0);
  }
  const rows: number[] = [];
  sessions.forEach((session, row) => session === segment.sessionId && rows.push(row));
  return Uint32Array.from(rows);
}

function rowBlock(
  batch: ArrowBatch,
  wanted: Uint32Array | undefined,
  segment: Pick<SegmentInfo, "dataType">,
  originMicros: number,
): SampleBlock | undefined {
  const column = columnOf(batch, "timestamp");
  if (column === undefined) return undefined;
  const axis = new TimestampAxis(microsOfColumn(column), originMicros);
  const values = valuesOfBatch(batch, segment.dataType);
  const rows = column.nullCount === 0 ? wanted : timed(axis, wanted);
  if (rows === undefined) return { axis, values };
  return { axis: gatherAxis(axis, rows), values: gatherValues(values, rows) };
}

function timed(axis: TimestampAxis, wanted: Uint32Array | undefined): Uint32Array {
  const rows = wanted ?? Uint32Array.from({ length: axis.length }, (_, row) => row);
  return rows.filter((row) => !Number.isNaN(axis.timeAt(row)));
}

function waveformBlock(
  batch: ArrowBatch,
  wanted: Uint32Array | undefined,
  clock: CaptureClock | undefined,
): SampleBlock | undefined {
  const times = columnOf(batch, "timestamp"), samples = columnOf(batch, "samples");
  const intervals = columnOf(batch, "sample_interval");
  if (times === undefined || samples === undefined || intervals === undefined) return undefined;
  const micros = microsOfColumn(times), interval = doublesOfColumn(intervals);
  const offset = listOffsets(samples), items = doublesOfColumn(samples.children[0]!);
  const pieces: AxisPiece[] = [], parts: Float64Array[] = [];
  let at = 0;
  const add = (row: number): void => {
    const count = offset(row + 1) - offset(row), seconds = interval[row] || 0;
    if (count === 0 || Number.isNaN(micros[row])) return;
    const position = (clock ?? new CaptureClock()).accept(micros[row]!, count, seconds);
    const { startMicros, samples: skipped } = position;
    pieces.push({ at, count, startMicros, skipped, interval: seconds });
    parts.push(items.subarray(offset(row), offset(row + 1)));
    at += count;
  };
  if (wanted === undefined) { for (let row = 0; row < batch.rows; row++) add(row); }
  else wanted.forEach(add);
  return { axis: new WaveformAxis(pieces), values: { kind: "number", data: together(parts, at) } };
}

/** The parts as one array: a view where they lie side by side, as they do unless rows were left out. */
function together(parts: readonly Float64Array[], length: number): Float64Array {
  const [first] = parts, last = parts.at(-1);
  if (first === undefined || last === undefined) return new Float64Array(0);
  const end = last.byteOffset + last.byteLength;
  if (end - first.byteOffset === length * 8) {
    return new Float64Array(first.buffer, first.byteOffset, length);
  }
  const all = new Float64Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
