/**
 * `{segment}.pyramid`, beside the segment that it summarises; disposable:
 *
 *     | "LMPYRAM1" | header bytes u32 | CRC-32 of the header u32 | header, JSON, padded to 8 |
 *     | index | coarsest level | ... | finest level | checks |
 *
 *     index    pieces of the axis (waveforms): count, start, skipped, interval; float64 each
 *              batches: samples, offset of the values in the segment, offset of the times or -1; float64 each
 *     level    chunks of up to 1,024 blocks: min[] max[] first[] last[] float64, where samples have a time
 *              each the times of those four float64, minOffset[] maxOffset[] uint32
 *     checks   CRC-32 of each 8,192 values of a batch, then of its times
 *
 * All numbers little endian. The header names the segment by what it covers, and has the CRC-32 of index,
 * of each chunk of the levels and of the checks.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import type { PyramidLevel } from "./_pyramid_types.ts";
import type { Gap } from "./gap_markers.ts";
import type { AxisPiece } from "./sample_axis.ts";
import type { SegmentInfo } from "./segment_info.ts";
import { isRecord, jsonOf } from "./segment_metadata.ts";

/** Samples of a block of the finest level. */
export const BLOCK_SAMPLES = 256;
/** Blocks that one block of the level above covers. */
export const FACTOR = 8;
/** Blocks that are read and checked together. */
export const CHUNK_BLOCKS = 1024;
/** Samples of a segment that are read and checked together. */
export const CHECK_SAMPLES = 8192;

const MAGIC = new TextEncoder().encode("LMPYRAM1");
const PREFIX_BYTES = 16;
const PIECE_DOUBLES = 4;
const PLACE_DOUBLES = 3;

/** Where in a segment file the samples of a record batch lie. */
export interface BatchPlace {
  readonly samples: number;
  /** Byte offset of the first value. */
  readonly valuesAt: number;
  /** Byte offset of the first timestamp; -1 where times follow from pieces. */
  readonly timesAt: number;
}

/** Everything a pyramid file holds. */
export interface PyramidParts {
  readonly samples: number;
  /** Finest first; with times where samples have one each. */
  readonly levels: readonly PyramidLevel[];
  /** Axis of waveforms. */
  readonly pieces: readonly AxisPiece[];
  readonly places: readonly BatchPlace[];
  readonly checks: Uint32Array;
  /** Runs of NaN; null where there are too many. */
  readonly gaps: readonly Gap[] | null;
}

/** What the header says. */
export interface PyramidHeader {
  /** The segment, by what it covers and how long it is. */
  readonly segment: string;
  readonly samples: number;
  readonly isTimed: boolean;
  readonly pieces: number;
  readonly places: number;
  readonly checks: number;
  readonly gaps: readonly Gap[] | null;
  /** CRC-32 of index, chunks of the levels from the coarsest on, checks. */
  readonly sums: readonly number[];
}

/** Bytes of a file with their checksum. */
export interface Span {
  readonly offset: number;
  readonly bytes: number;
  readonly sum: number;
}

/** Where everything lies. */
export interface PyramidLayout {
  readonly index: Span;
  /** Chunks of each level, finest first. */
  readonly levels: readonly (readonly Span[])[];
  readonly checks: Span;
}

/** Path of the pyramid of a segment. */
export function pyramidPath(segmentPath: string): string {
  return segmentPath.replace(/\.arrow$/, ".pyramid");
}

/** Path of the segment of a pyramid. */
export function segmentOfPyramid(path: string): string {
  return path.replace(/\.pyramid$/, ".arrow");
}

/** True for the path of a pyramid. */
export function isPyramidPath(path: string): boolean {
  return path.endsWith(".pyramid");
}

/** Tells one segment from another that may get its name. */
export function segmentIdentity({ covers, samples, batchBytes }: SegmentInfo): string {
  return JSON.stringify([
    covers.map((each) => [each.writer, each.first, each.last]),
    samples,
    batchBytes,
  ]);
}

/** Blocks of each level, finest first. */
function blockCounts(samples: number): number[] {
  const counts = [Math.ceil(samples / BLOCK_SAMPLES)];
  while (counts.at(-1)! > 1) counts.push(Math.ceil(counts.at(-1)! / FACTOR));
  return counts;
}

function blockBytes(isTimed: boolean): number {
  return (isTimed ? 8 : 4) * 8 + 2 * 4;
}

/** Encodes a pyramid of a segment. */
export function encodePyramid(parts: PyramidParts, segment: SegmentInfo): Uint8Array[] {
  const { samples, levels, pieces, places, checks, gaps } = parts;
  const sections = [
    indexBytes(pieces, places),
    ...levels.toReversed().flatMap(chunksOf),
    new Uint8Array(checks.buffer, checks.byteOffset, checks.byteLength),
  ];
  const header: PyramidHeader = {
    segment: segmentIdentity(segment),
    samples,
    isTimed: levels[0]?.times !== undefined,
    pieces: pieces.length,
    places: places.length,
    checks: checks.length,
    gaps,
    sums: sections.map((bytes) => crc32(bytes)),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const head = new Uint8Array(Math.ceil((PREFIX_BYTES + text.byteLength) / 8) * 8).fill(0x20);
  head.set(MAGIC);
  head.set(text, PREFIX_BYTES);
  const body = head.subarray(PREFIX_BYTES), view = new DataView(head.buffer);
  view.setUint32(8, body.byteLength, true);
  view.setUint32(12, crc32(body), true);
  return [head, ...sections];
}

function indexBytes(pieces: readonly AxisPiece[], places: readonly BatchPlace[]): Uint8Array {
  const numbers = [
    ...pieces.flatMap((
      { count, startMicros, skipped, interval },
    ) => [count, startMicros, skipped, interval]),
    ...places.flatMap(({ samples, valuesAt, timesAt }) => [samples, valuesAt, timesAt]),
  ];
  return new Uint8Array(Float64Array.from(numbers).buffer);
}

function chunksOf(level: PyramidLevel): Uint8Array[] {
  const { min, max, first, last, minOffset, maxOffset, times } = level;
  const columns = [min, max, first, last];
  if (times !== undefined) columns.push(times.min, times.max, times.first, times.last);
  const chunks: Uint8Array[] = [];
  for (let from = 0; from < min.length; from += CHUNK_BLOCKS) {
    const to = Math.min(min.length, from + CHUNK_BLOCKS), blocks = to - from;
    const bytes = new Uint8Array(blocks * blockBytes(times !== undefined));
    const doubles = new Float64Array(bytes.buffer, 0, columns.length * blocks);
    columns.forEach((column, i) => doubles.set(column.subarray(from, to), i * blocks));
    const offsets = new Uint32Array(bytes.buffer, doubles.byteLength);
    offsets.set(minOffset.subarray(from, to));
    offsets.set(maxOffset.subarray(from, to), blocks);
    chunks.push(bytes);
  }
  return chunks;
}

/** A chunk of a level as it was encoded; `bytes` starts at a multiple of eight. */
export function decodeChunk(
  bytes: Uint8Array,
  blockSamples: number,
  isTimed: boolean,
): PyramidLevel {
  const blocks = bytes.byteLength / blockBytes(isTimed);
  const column = (i: number) =>
    new Float64Array(bytes.buffer, bytes.byteOffset + i * blocks * 8, blocks);
  const offsets = bytes.byteOffset + (isTimed ? 8 : 4) * 8 * blocks;
  return {
    blockSamples,
    min: column(0),
    max: column(1),
    first: column(2),
    last: column(3),
    minOffset: new Uint32Array(bytes.buffer, offsets, blocks),
    maxOffset: new Uint32Array(bytes.buffer, offsets + blocks * 4, blocks),
    times: isTimed
      ? { min: column(4), max: column(5), first: column(6), last: column(7) }
      : undefined,
  };
}

/** Pieces and batches as they were encoded. */
export function decodeIndex(
  bytes: Uint8Array,
  header: PyramidHeader,
): { readonly pieces: AxisPiece[]; readonly places: BatchPlace[] } {
  const numbers = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  const pieces: AxisPiece[] = [], places: BatchPlace[] = [];
  for (let i = 0, at = 0; i < header.pieces; i++) {
    const [count = 0, startMicros = 0, skipped = 0, interval = 0] = numbers.subarray(
      i * PIECE_DOUBLES,
      (i + 1) * PIECE_DOUBLES,
    );
    pieces.push({ at, count, startMicros, skipped, interval });
    at += count;
  }
  const rest = numbers.subarray(header.pieces * PIECE_DOUBLES);
  for (let i = 0; i < header.places; i++) {
    const [samples = 0, valuesAt = 0, timesAt = 0] = rest.subarray(
      i * PLACE_DOUBLES,
      (i + 1) * PLACE_DOUBLES,
    );
    places.push({ samples, valuesAt, timesAt });
  }
  return { pieces, places };
}

/**
 * Reads the header of a pyramid file.
 *
 * @param start the first bytes of the file
 * @returns undefined where it is none, damaged, or longer than `start`; else where everything lies
 */
export function decodeHeader(
  start: Uint8Array,
): { readonly header: PyramidHeader; readonly layout: PyramidLayout } | undefined {
  if (start.byteLength < PREFIX_BYTES || !MAGIC.every((byte, i) => start[i] === byte)) {
    return undefined;
  }
  const view = new DataView(start.buffer, start.byteOffset, PREFIX_BYTES);
  const end = PREFIX_BYTES + view.getUint32(8, true);
  const text = start.subarray(PREFIX_BYTES, end);
  if (end > start.byteLength || crc32(text) !== view.getUint32(12, true)) return undefined;
  const header = jsonOf(new TextDecoder().decode(text));
  if (!isRecord(header)) return undefined;
  // The checksum says that this is what was encoded here.
  const known = header as unknown as PyramidHeader;
  return { header: known, layout: layoutOf(known, end) };
}

/**
 * Checks a whole pyramid file.
 *
 * @returns what is wrong, or undefined
 */
export function pyramidDamage(bytes: Uint8Array, segment: SegmentInfo): string | undefined {
  const found = decodeHeader(bytes);
  if (found === undefined) return "Its header is damaged";
  const { header, layout: { index, levels, checks } } = found;
  if (header.segment !== segmentIdentity(segment)) return "It is the pyramid of another segment";
  const isWhole = [index, ...levels.flat(), checks].every(({ offset, bytes: length, sum }) =>
    offset + length <= bytes.byteLength && crc32(bytes.subarray(offset, offset + length)) === sum
  );
  return isWhole ? undefined : "A checksum does not match";
}

/** Bytes before the header that tell how long it is, for a second read. */
export function headerEnd(start: Uint8Array): number {
  if (start.byteLength < PREFIX_BYTES) return 0;
  return PREFIX_BYTES + new DataView(start.buffer, start.byteOffset).getUint32(8, true);
}

function layoutOf(header: PyramidHeader, end: number): PyramidLayout {
  let offset = end, section = 0;
  const span = (bytes: number): Span => {
    const found = { offset, bytes, sum: header.sums[section++] ?? 0 };
    offset += bytes;
    return found;
  };
  const index = span((header.pieces * PIECE_DOUBLES + header.places * PLACE_DOUBLES) * 8);
  const levels = blockCounts(header.samples).reverse().map((blocks) => {
    const chunks: Span[] = [];
    for (let from = 0; from < blocks; from += CHUNK_BLOCKS) {
      chunks.push(span(Math.min(CHUNK_BLOCKS, blocks - from) * blockBytes(header.isTimed)));
    }
    return chunks;
  });
  return { index, levels: levels.reverse(), checks: span(header.checks * 4) };
}
