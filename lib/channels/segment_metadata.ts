/**
 * What the schema message of a segment says of all its samples, so that readers list and prune without
 * reading a body. Keys of the schema's metadata, all values text:
 *
 *     litmus.segment          1
 *     litmus.channel_id       the id itself; file names encode and shorten it
 *     litmus.session_id
 *     litmus.data_type        scalar, scalar_bool, scalar_str, waveform or struct
 *     litmus.covers           [["0123456789abcdef",1,16],..]  writer, first and last sequence
 *     litmus.rows             rows in all batches
 *     litmus.samples          samples; those inside of waveforms counted
 *     litmus.first_timestamp  microseconds since the epoch, of the earliest sample
 *     litmus.last_timestamp   ... of the latest sample
 *     litmus.ordered          true where no sample is earlier than one before it
 *     litmus.capture          [start,samples] of the capture that the first waveform goes on with
 *     litmus.batch_bytes      bytes between schema message and end marker
 *     litmus.units, litmus.instrument_role, litmus.resource, litmus.attributes    where given
 *
 * @module
 */
import type { ChannelDataType, ChannelDescription } from "./channel_types.ts";

/** Batches of one writer that a segment holds, both ends inclusive. */
export interface CoveredRange {
  readonly writer: string;
  readonly first: number;
  readonly last: number;
}

/** Where in a capture a waveform starts. */
export interface CapturePosition {
  /** Time of the first sample of the capture, microseconds since the epoch. */
  readonly startMicros: number;
  /** Samples of the capture before this waveform. */
  readonly samples: number;
}

/** What a segment says of itself. */
export interface SegmentMetadata extends ChannelDescription {
  readonly channelId: string;
  readonly sessionId: string;
  readonly dataType: ChannelDataType;
  readonly covers: readonly CoveredRange[];
  readonly rows: number;
  readonly samples: number;
  readonly firstMicros: number;
  readonly lastMicros: number;
  readonly ordered: boolean;
  readonly capture?: CapturePosition | undefined;
  readonly batchBytes: number;
}

const VERSION = "1";
const DATA_TYPES: ReadonlySet<string> = new Set<ChannelDataType>([
  "scalar",
  "scalar_bool",
  "scalar_str",
  "waveform",
  "struct",
]);

/** Encodes the metadata of a segment. */
export function encodeSegmentMetadata(metadata: SegmentMetadata): Map<string, string> {
  const { covers, capture } = metadata;
  const pairs = new Map<string, string>([
    ["litmus.segment", VERSION],
    ["litmus.channel_id", metadata.channelId],
    ["litmus.session_id", metadata.sessionId],
    ["litmus.data_type", metadata.dataType],
    ["litmus.covers", JSON.stringify(covers.map((c) => [c.writer, c.first, c.last]))],
    ["litmus.rows", String(metadata.rows)],
    ["litmus.samples", String(metadata.samples)],
    ["litmus.first_timestamp", String(metadata.firstMicros)],
    ["litmus.last_timestamp", String(metadata.lastMicros)],
    ["litmus.ordered", String(metadata.ordered)],
    ["litmus.batch_bytes", String(metadata.batchBytes)],
  ]);
  if (capture !== undefined) {
    pairs.set("litmus.capture", JSON.stringify([capture.startMicros, capture.samples]));
  }
  const { units, instrumentRole, resource, attributes } = metadata;
  if (units !== undefined) pairs.set("litmus.units", units);
  if (instrumentRole !== undefined) pairs.set("litmus.instrument_role", instrumentRole);
  if (resource !== undefined) pairs.set("litmus.resource", resource);
  if (attributes !== undefined) pairs.set("litmus.attributes", JSON.stringify(attributes));
  return pairs;
}

/**
 * Reads the metadata of a segment.
 *
 * @returns undefined where it is no segment of this package, or of a later layout
 */
export function decodeSegmentMetadata(
  pairs: ReadonlyMap<string, string> | undefined,
): SegmentMetadata | undefined {
  if (pairs?.get("litmus.segment") !== VERSION) return undefined;
  const channelId = pairs.get("litmus.channel_id"), sessionId = pairs.get("litmus.session_id");
  const dataType = pairs.get("litmus.data_type"), covers = coversOf(pairs.get("litmus.covers"));
  const rows = wholeOf(pairs.get("litmus.rows"));
  const samples = wholeOf(pairs.get("litmus.samples"));
  const firstMicros = wholeOf(pairs.get("litmus.first_timestamp"));
  const lastMicros = wholeOf(pairs.get("litmus.last_timestamp"));
  const batchBytes = wholeOf(pairs.get("litmus.batch_bytes"));
  const complete = channelId !== undefined && sessionId !== undefined && covers !== undefined &&
    rows !== undefined && samples !== undefined && firstMicros !== undefined &&
    lastMicros !== undefined && batchBytes !== undefined && isDataType(dataType);
  if (!complete) return undefined;
  return {
    channelId,
    sessionId,
    dataType,
    covers,
    rows,
    samples,
    firstMicros,
    lastMicros,
    ordered: pairs.get("litmus.ordered") === "true",
    capture: captureOf(pairs.get("litmus.capture")),
    batchBytes,
    ...descriptionOf(pairs),
  };
}

function descriptionOf(pairs: ReadonlyMap<string, string>): ChannelDescription {
  const units = pairs.get("litmus.units"), resource = pairs.get("litmus.resource");
  const instrumentRole = pairs.get("litmus.instrument_role");
  const attributes = jsonOf(pairs.get("litmus.attributes"));
  return {
    ...(units === undefined ? {} : { units }),
    ...(instrumentRole === undefined ? {} : { instrumentRole }),
    ...(resource === undefined ? {} : { resource }),
    ...(isRecord(attributes) ? { attributes } : {}),
  };
}

/** True for the names of data types. */
export function isDataType(text: unknown): text is ChannelDataType {
  return typeof text === "string" && DATA_TYPES.has(text);
}

/** True for objects that are no arrays. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses JSON of a file that others may have written; undefined where it is none. */
export function jsonOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function wholeOf(text: string | undefined): number | undefined {
  const value = Number(text);
  return text !== undefined && text !== "" && Number.isSafeInteger(value) ? value : undefined;
}

function captureOf(text: string | undefined): CapturePosition | undefined {
  const value = jsonOf(text);
  if (!Array.isArray(value)) return undefined;
  const [startMicros, samples]: unknown[] = value;
  if (!isWhole(startMicros) || !isWhole(samples)) return undefined;
  return { startMicros, samples };
}

function coversOf(text: string | undefined): CoveredRange[] | undefined {
  const value = jsonOf(text);
  if (!Array.isArray(value)) return undefined;
  const ranges: CoveredRange[] = [];
  for (const each of value) {
    if (!Array.isArray(each)) return undefined;
    const [writer, first, last]: unknown[] = each;
    if (typeof writer !== "string" || !isWhole(first) || !isWhole(last)) return undefined;
    ranges.push({ writer, first, last });
  }
  return ranges;
}

/** Ranges in their order, those that meet as one. */
export function mergedCovers(ranges: readonly CoveredRange[]): CoveredRange[] {
  const merged: CoveredRange[] = [];
  for (const range of ranges) {
    const before = merged.at(-1);
    if (before?.writer === range.writer && before.last + 1 === range.first) {
      merged[merged.length - 1] = { ...before, last: range.last };
    } else merged.push(range);
  }
  return merged;
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}
