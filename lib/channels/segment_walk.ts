/**
 * What a segment holds, found by reading all of it: for files of other programs and for damaged ones.
 * @module
 */
import { basename } from "@std/path";
import type { ArrowBatch } from "../arrow/field.ts";
import { parseChannelFileName } from "../base/data_layout.ts";
import {
  columnOf,
  doublesOfColumn,
  listOffsets,
  microsOfColumn,
  sessionsOf,
} from "./_batch_columns.ts";
import { timeInCapture } from "./_capture_clock.ts";
import { dataTypeOf, schemaOfType } from "./channel_schema.ts";
import type { ChannelDataType } from "./channel_types.ts";
import { segmentBatches } from "./segment_batches.ts";
import type { SegmentDamage, SegmentInfo, SegmentListing } from "./segment_info.ts";

interface Tally {
  rows: number;
  samples: number;
  firstMicros: number;
  lastMicros: number;
  ordered: boolean;
}

/** What is known of a file before it is walked. */
export type KnownOfSegment = Partial<SegmentInfo> & { readonly channelId: string };

/**
 * Walks a file.
 *
 * @param known what the file says of itself or its name says of it; numbers come from the walk
 * @param registered type of the channel by the registry, for a file that lost its schema
 */
export function walkSegment(
  path: string,
  known: KnownOfSegment,
  registered?: ChannelDataType,
): SegmentListing {
  const listing = walkWith(path, known);
  const lost = listing.segments.length === 0 && listing.damage[0]?.start === 0;
  if (!lost || registered === undefined || schemaOfType(registered) === undefined) return listing;
  const again = walkWith(path, { ...known, dataType: registered, schemaLost: true });
  return again.segments.length > 0 ? again : listing;
}

function walkWith(path: string, known: KnownOfSegment): SegmentListing {
  const damage: SegmentDamage[] = [];
  const tallies = new Map<string, Tally>();
  let dataType = known.dataType;
  const schema = known.schemaLost === true && dataType !== undefined
    ? schemaOfType(dataType)
    : undefined;
  const onDamage = (each: SegmentDamage) => void damage.push(each);
  for (const batch of segmentBatches(path, { onDamage, schema })) {
    dataType ??= dataTypeOf(batch.schema);
    if (dataType === undefined) break;
    tallyBatch(batch, dataType, tallies, fallbackSession(path, known));
  }
  if (dataType === undefined && damage.length === 0) {
    const { size } = Deno.statSync(path);
    damage.push({ path, start: 0, end: size, reason: "it holds no columns of channel data" });
  }
  const segments = [...tallies].map(([sessionId, tally]): SegmentInfo => ({
    covers: [],
    batchBytes: 0,
    sizeBytes: Deno.statSync(path).size,
    ...known,
    dataType: dataType ?? "scalar",
    ...tally,
    sessionId,
    path,
    sealed: false,
    shared: tallies.size > 1,
  }));
  return { segments, damage };
}

function fallbackSession(path: string, known: Partial<SegmentInfo>): string {
  return known.sessionId ?? parseChannelFileName(basename(path))?.session8 ?? "";
}

function tallyBatch(
  batch: ArrowBatch,
  dataType: ChannelDataType,
  tallies: Map<string, Tally>,
  fallback: string,
): void {
  const times = columnOf(batch, "timestamp");
  if (times === undefined) return;
  const micros = microsOfColumn(times);
  const sessions = sessionsOf(batch);
  const spanOf = dataType === "waveform" ? waveformSpans(batch) : undefined;
  for (let row = 0; row < batch.rows; row++) {
    if (Number.isNaN(micros[row])) continue;
    const session = (typeof sessions === "string" ? sessions : sessions[row]) || fallback;
    let tally = tallies.get(session);
    if (tally === undefined) {
      tally = { rows: 0, samples: 0, firstMicros: Infinity, lastMicros: -Infinity, ordered: true };
      tallies.set(session, tally);
    }
    const { samples, interval } = spanOf?.(row) ?? { samples: 1, interval: 0 };
    tally.rows++;
    if (samples === 0) continue;
    const first = micros[row]!, last = timeInCapture(first, samples - 1, interval);
    tally.samples += samples;
    if (first < tally.lastMicros) tally.ordered = false;
    tally.firstMicros = Math.min(tally.firstMicros, first);
    tally.lastMicros = Math.max(tally.lastMicros, last);
  }
}

function waveformSpans(
  batch: ArrowBatch,
): (row: number) => { samples: number; interval: number } {
  const samples = columnOf(batch, "samples"), intervals = columnOf(batch, "sample_interval");
  if (samples === undefined || intervals === undefined) return () => ({ samples: 0, interval: 0 });
  const offset = listOffsets(samples), interval = doublesOfColumn(intervals);
  return (row) => ({ samples: offset(row + 1) - offset(row), interval: interval[row] || 0 });
}
