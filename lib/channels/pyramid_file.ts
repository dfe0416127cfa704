/**
 * Reads pyramids chunk by chunk, and single samples of the segments that they belong to; nothing unchecked.
 * @module
 */
import { crc32 } from "node:zlib";
import type { ByteSource } from "../arrow/scan_item.ts";
import { memorySource } from "../arrow/stream_scan.ts";
import { InvalidDataError } from "../base/errors.ts";
import { lastWhere } from "./_last_where.ts";
import { FileSource } from "./_file_source.ts";
import type { PyramidLevel } from "./_pyramid_types.ts";
import {
  type BatchPlace,
  BLOCK_SAMPLES,
  CHECK_SAMPLES,
  CHUNK_BLOCKS,
  decodeChunk,
  decodeHeader,
  decodeIndex,
  FACTOR,
  headerEnd,
  type PyramidHeader,
  type PyramidLayout,
  pyramidPath,
  segmentIdentity,
  type Span,
} from "./pyramid_format.ts";
import { WaveformAxis } from "./sample_axis.ts";
import { concatNumbers } from "./sample_values.ts";
import type { SegmentInfo } from "./segment_info.ts";

/** Bytes of the first read: header, axis and the coarse levels of most segments. */
const FIRST_READ_BYTES = 64 * 1024;

/** Values and times of a stretch of samples. */
export interface StretchOfSamples {
  readonly values: Float64Array;
  /** Microseconds since the epoch; undefined where times follow from an axis. */
  readonly micros: Float64Array | undefined;
}

/** The pyramid of one segment, of which what was asked for stays in memory. */
export class PyramidFile {
  readonly header: PyramidHeader;
  /** Times of waveforms. */
  readonly axis: WaveformAxis | undefined;
  /** Number of levels. */
  readonly levels: number;
  /** Bytes that stay in memory. */
  byteLength: number;
  readonly #segmentPath: string;
  readonly #bytes: Uint8Array | undefined;
  readonly #layout: PyramidLayout;
  readonly #places: readonly BatchPlace[];
  readonly #starts: readonly number[];
  readonly #chunks: (PyramidLevel | undefined)[][];
  #checks: Uint32Array | undefined;

  private constructor(
    segmentPath: string,
    { header, layout }: { readonly header: PyramidHeader; readonly layout: PyramidLayout },
    index: Uint8Array,
    bytes: Uint8Array | undefined,
  ) {
    const { pieces, places } = decodeIndex(index, header);
    this.header = header;
    this.axis = header.isTimed ? undefined : new WaveformAxis(pieces);
    this.levels = layout.levels.length;
    this.byteLength = Math.max(FIRST_READ_BYTES + index.byteLength, bytes?.byteLength ?? 0);
    this.#segmentPath = segmentPath;
    this.#bytes = bytes;
    this.#layout = layout;
    this.#places = places;
    let at = 0;
    this.#starts = places.map(({ samples }) => (at += samples) - samples);
    this.#chunks = layout.levels.map((chunks) => chunks.map(() => undefined));
  }

  /**
   * Opens the pyramid of a segment.
   *
   * @param bytes the pyramid itself, where it is in no file
   * @returns undefined where there is none that can be read, where it is that of another segment, and where
   * it is damaged
   */
  static open(segment: SegmentInfo, bytes?: Uint8Array): PyramidFile | undefined {
    try {
      return PyramidFile.#open(segment, bytes);
    } catch (error) {
      if (isSystemError(error)) return undefined; // it is disposable, whatever the reason
      throw error;
    }
  }

  static #open(segment: SegmentInfo, bytes: Uint8Array | undefined): PyramidFile | undefined {
    using source = openOrNone(pyramidPath(segment.path), bytes);
    if (source === undefined) return undefined;
    let start = source.read(0, FIRST_READ_BYTES);
    if (headerEnd(start) > start.byteLength) start = source.read(0, headerEnd(start));
    const found = decodeHeader(start);
    if (found === undefined || found.header.segment !== segmentIdentity(segment)) return undefined;
    const index = checkedBytes(source, found.layout.index, start);
    if (index === undefined) return undefined;
    const file = new PyramidFile(segment.path, found, index, bytes);
    file.#keepAll(start);
    return file;
  }

  /** Takes what the first read brought along. */
  #keepAll(start: Uint8Array): void {
    for (const [level, chunks] of this.#layout.levels.entries()) {
      for (const [i, { offset, bytes, sum }] of chunks.entries()) {
        if (offset + bytes > start.byteLength) continue;
        const chunk = start.subarray(offset, offset + bytes);
        if (crc32(chunk) === sum) this.#keep(level, i, chunk);
      }
    }
  }

  #keep(level: number, chunk: number, bytes: Uint8Array): PyramidLevel {
    const decoded = decodeChunk(bytes, blockSamplesOf(level), this.header.isTimed);
    this.#chunks[level]![chunk] = decoded;
    return decoded;
  }

  /**
   * The chunk of a level that holds a block.
   *
   * @returns the chunk and the number of its first block
   * @throws {InvalidDataError} where it is damaged
   */
  chunkOf(level: number, block: number): { readonly chunk: PyramidLevel; readonly first: number } {
    const i = Math.floor(block / CHUNK_BLOCKS);
    const chunk = this.#chunks[level]![i] ?? this.#load(level, i);
    return { chunk, first: i * CHUNK_BLOCKS };
  }

  #load(level: number, i: number): PyramidLevel {
    const span = this.#layout.levels[level]![i]!;
    this.byteLength += span.bytes;
    return this.#keep(level, i, this.#read(span));
  }

  #read(span: Span): Uint8Array {
    using source = openOrNone(pyramidPath(this.#segmentPath), this.#bytes);
    const bytes = source === undefined ? undefined : checkedBytes(source, span);
    if (bytes === undefined) throw damaged(pyramidPath(this.#segmentPath));
    return bytes;
  }

  /** Number of blocks of a level. */
  blocksOf(level: number): number {
    return Math.ceil(this.header.samples / blockSamplesOf(level));
  }

  /**
   * Reads samples of the segment itself.
   *
   * @throws {InvalidDataError} where they are not what they were when the pyramid was made
   */
  samples(lo: number, hi: number): StretchOfSamples {
    const values: Float64Array[] = [], micros: Float64Array[] = [];
    using source = openOrNone(this.#segmentPath);
    if (source === undefined) throw damaged(this.#segmentPath);
    this.#checks ??= this.#readChecks();
    for (let i = this.#placeOf(lo), check = this.#checksBefore(i); i < this.#places.length; i++) {
      const place = this.#places[i]!, start = this.#starts[i]!;
      if (start >= hi) break;
      const from = Math.max(lo, start) - start, to = Math.min(hi, start + place.samples) - start;
      const checks = Math.ceil(place.samples / CHECK_SAMPLES);
      const read = (at: number, first: number): Uint8Array =>
        this.#readSamples(source, place.samples, at, first, from, to);
      values.push(doublesIn(read(place.valuesAt, check)));
      check += checks;
      if (!this.header.isTimed) continue;
      micros.push(microsIn(read(place.timesAt, check)));
      check += checks;
    }
    return {
      values: together(values),
      micros: this.header.isTimed ? together(micros) : undefined,
    };
  }

  #readChecks(): Uint32Array {
    const bytes = this.#read(this.#layout.checks);
    return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  }

  #placeOf(sample: number): number {
    return lastWhere(this.#starts.length, (i) => this.#starts[i]! <= sample);
  }

  #checksBefore(place: number): number {
    let checks = 0;
    for (let i = 0; i < place; i++) checks += Math.ceil(this.#places[i]!.samples / CHECK_SAMPLES);
    return this.header.isTimed ? 2 * checks : checks;
  }

  /** Eight-byte numbers of a batch, of whole checked stretches, cut to what is wanted. */
  #readSamples(
    source: ByteSource,
    samples: number,
    at: number,
    firstCheck: number,
    from: number,
    to: number,
  ): Uint8Array {
    const first = Math.floor(from / CHECK_SAMPLES), start = first * CHECK_SAMPLES;
    const end = Math.min(samples, Math.ceil(to / CHECK_SAMPLES) * CHECK_SAMPLES);
    const bytes = source.read(at + start * 8, (end - start) * 8);
    for (let i = 0; i * CHECK_SAMPLES < end - start; i++) {
      const part = bytes.subarray(i * CHECK_SAMPLES * 8, (i + 1) * CHECK_SAMPLES * 8);
      if (crc32(part) !== this.#checks![firstCheck + first + i]) throw damaged(this.#segmentPath);
    }
    return bytes.subarray((from - start) * 8, (to - start) * 8);
  }
}

/** By level; a power for each question would be dear. */
const LEVEL_SAMPLES = Array.from({ length: 15 }, (_, level) => BLOCK_SAMPLES * FACTOR ** level);

/** Samples of a block of a level; more than there can be beyond the last one. */
export function blockSamplesOf(level: number): number {
  return LEVEL_SAMPLES[level] ?? Infinity;
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

function damaged(path: string): InvalidDataError {
  return new InvalidDataError(`${path} is not what its pyramid was made of`);
}

function openOrNone(
  path: string,
  bytes?: Uint8Array,
): (ByteSource & Disposable) | undefined {
  if (bytes !== undefined) return { ...memorySource(bytes), [Symbol.dispose]: () => {} };
  try {
    return new FileSource(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The bytes of a span, out of what was read already where it holds them; undefined where damaged. */
function checkedBytes(
  source: ByteSource,
  { offset, bytes, sum }: Span,
  known: Uint8Array = new Uint8Array(0),
): Uint8Array | undefined {
  const found = offset + bytes <= known.byteLength
    ? known.subarray(offset, offset + bytes)
    : source.read(offset, bytes);
  return crc32(found) === sum && found.byteLength === bytes ? found : undefined;
}

/** Most stretches lie in one batch: no copy of them is made. */
function together(parts: readonly Float64Array[]): Float64Array {
  return parts.length === 1 ? parts[0]! : concatNumbers(parts);
}

function doublesIn(bytes: Uint8Array): Float64Array {
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
}

function microsIn(bytes: Uint8Array): Float64Array {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const micros = new Float64Array(words.length / 2);
  for (let i = 0; i < micros.length; i++) {
    micros[i] = words[2 * i + 1]! * 4294967296 + (words[2 * i]! >>> 0);
  }
  return micros;
}
