/**
 * One column of one row group: pages back to cells.
 * @module
 */
import { crc32 } from "node:zlib";
import {
  CODEC,
  elementType,
  ENCODING,
  isList,
  PAGE,
  type ParquetCell,
  type ParquetType,
} from "./format.ts";
import { readHybrid } from "./levels.ts";
import { type ChunkPlace, UnsupportedParquetError } from "./read_footer.ts";
import { decompressSnappy } from "./snappy.ts";
import { ThriftReader } from "./thrift_reader.ts";

type Leaf = string | number | boolean;

/** Cells of a chunk; `constant` instead where all rows share one. */
export interface ReadChunk {
  readonly cells: ParquetCell[];
  readonly constant: ParquetCell | undefined;
}

interface Page {
  readonly type: number;
  readonly count: number;
  readonly encoding: number;
  readonly body: Uint8Array;
  readonly end: number;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a chunk.
 *
 * @param bytes the whole file
 * @throws {RangeError} where a page is cut or damaged
 * @throws {UnsupportedParquetError} for other encodings or compression
 */
export function readChunk(
  bytes: Uint8Array,
  place: ChunkPlace,
  type: ParquetType,
  rows: number,
): ReadChunk {
  const cells: ParquetCell[] = [];
  let dictionary: readonly Leaf[] = [];
  let at = place.start;
  for (let left = place.values; left > 0;) {
    const page = readPage(bytes, at, place.codec);
    at = page.end;
    if (page.type === PAGE.dictionary) {
      dictionary = readPlain(page.body, elementType(type), page.count);
      continue;
    }
    if (page.count === 0 || page.count > left) throw new RangeError("Page counts wrong values");
    left -= page.count;
    const constant = page.count !== rows
      ? undefined
      : isList(type)
      ? constantListOf(page)
      : constantOf(page, dictionary);
    if (constant !== undefined) return { cells, constant };
    readCells(page, type, dictionary, cells);
  }
  if (cells.length !== rows) {
    throw new RangeError(`Column holds ${cells.length} rows, wanted ${rows}`);
  }
  return { cells, constant: undefined };
}

function readPage(bytes: Uint8Array, start: number, codec: number): Page {
  const reader = new ThriftReader(bytes, start);
  let type = -1, plainBytes = 0, sizeBytes = 0, count = -1, encoding = -1;
  let checksum: number | undefined;
  const about = { 1: () => count = reader.number(), 2: () => encoding = reader.number() };
  reader.struct({
    1: () => type = reader.number(),
    2: () => plainBytes = reader.number(),
    3: () => sizeBytes = reader.number(),
    4: () => checksum = reader.number(),
    5: () => reader.struct(about),
    7: () => reader.struct(about),
  });
  if (type !== PAGE.data && type !== PAGE.dictionary) {
    throw new UnsupportedParquetError(`Page of kind ${type} is not read here`);
  }
  const end = reader.position + sizeBytes;
  if (sizeBytes < 0 || plainBytes < 0 || end > bytes.byteLength) {
    throw new RangeError("Page reaches beyond the file");
  }
  const stored = bytes.subarray(reader.position, end);
  if (checksum !== undefined && (crc32(stored) | 0) !== checksum) {
    throw new RangeError(`Page at byte ${start} does not fit its checksum`);
  }
  if (codec === CODEC.snappy) {
    return { type, count, encoding, body: decompressSnappy(stored, plainBytes), end };
  }
  if (codec === CODEC.uncompressed) return { type, count, encoding, body: stored, end };
  throw new UnsupportedParquetError(`Compression ${codec} is not read here`);
}

/** The cell of a page that says itself that all rows are alike: one run of levels, one of codes. */
function constantOf(page: Page, dictionary: readonly Leaf[]): ParquetCell | undefined {
  const { levels, rest } = sizedLevels(page.body);
  const run = singleRun(levels, page.count, 1);
  if (run === 0) return null;
  if (run !== 1 || page.encoding === ENCODING.plain || rest.byteLength === 0) return undefined;
  const width = rest[0] ?? 0;
  const code = width === 0 ? 0 : singleRun(rest.subarray(1), page.count, width + 7 >> 3);
  return code === undefined ? undefined : dictionary[code];
}

/** The same for lists, which are empty or null then: one run of each kind of levels. */
function constantListOf(page: Page): ParquetCell | undefined {
  const outer = sizedLevels(page.body);
  if (singleRun(outer.levels, page.count, 1) !== 0) return undefined;
  const run = singleRun(sizedLevels(outer.rest).levels, page.count, 1);
  return run === 0 ? null : run === 1 ? [] : undefined;
}

/** The value of a single run of `count`, undefined where there is more. */
function singleRun(bytes: Uint8Array, count: number, valueBytes: number): number | undefined {
  let at = 0;
  let header = 0;
  for (let scale = 1;; scale *= 128) {
    const byte = bytes[at++];
    if (byte === undefined || scale > 2 ** 28) return undefined;
    header += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
  }
  if (header !== count * 2) return undefined;
  let value = 0;
  for (let i = 0; i < valueBytes; i++) value += (bytes[at + i] ?? 0) * 2 ** (8 * i);
  return value;
}

function sizedLevels(body: Uint8Array): { levels: Uint8Array; rest: Uint8Array } {
  if (body.byteLength < 4) throw new RangeError("Page ends before its levels");
  const end = 4 + new DataView(body.buffer, body.byteOffset).getUint32(0, true);
  if (end > body.byteLength) throw new RangeError("Page ends within its levels");
  return { levels: body.subarray(4, end), rest: body.subarray(end) };
}

function readCells(
  page: Page,
  type: ParquetType,
  dictionary: readonly Leaf[],
  into: ParquetCell[],
): void {
  const { count } = page;
  if (!isList(type)) {
    const { levels, rest } = sizedLevels(page.body);
    const definition = readHybrid(levels, count, 1);
    const values = readValues(page, rest, type, dictionary, countOf(definition, 1));
    let next = 0;
    for (let i = 0; i < count; i++) into.push(definition[i] === 1 ? values[next++] ?? null : null);
    return;
  }
  const outer = sizedLevels(page.body);
  const inner = sizedLevels(outer.rest);
  const repetition = readHybrid(outer.levels, count, 1);
  const definition = readHybrid(inner.levels, count, 2);
  const values = readValues(page, inner.rest, type, dictionary, countOf(definition, 3));
  let list: (string | boolean | null)[] = [];
  let next = 0;
  for (let i = 0; i < count; i++) {
    const level = definition[i] ?? 0;
    if (repetition[i] === 0) into.push(level === 0 ? null : list = [] as never[]);
    if (level === 2) list.push(null);
    else if (level === 3) list.push(values[next++] as string | boolean);
  }
}

function countOf(levels: Uint32Array, wanted: number): number {
  let count = 0;
  for (const level of levels) if (level === wanted) count++;
  return count;
}

function readValues(
  page: Page,
  body: Uint8Array,
  type: ParquetType,
  dictionary: readonly Leaf[],
  count: number,
): readonly Leaf[] {
  if (count === 0) return [];
  if (page.encoding === ENCODING.plain) return readPlain(body, elementType(type), count);
  const isCoded = page.encoding === ENCODING.rleDictionary ||
    page.encoding === ENCODING.plainDictionary;
  if (!isCoded) throw new UnsupportedParquetError(`Encoding ${page.encoding} is not read here`);
  const width = body[0] ?? 0;
  if (width > 32) throw new RangeError("Codes of the dictionary are too wide");
  const codes = readHybrid(body.subarray(1), count, width);
  return Array.from(codes, (code) => {
    const value = dictionary[code];
    if (value === undefined) throw new RangeError("Code is not in the dictionary");
    return value;
  });
}

function readPlain(
  body: Uint8Array,
  type: ReturnType<typeof elementType>,
  count: number,
): Leaf[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const values: Leaf[] = [];
  if (type === "bool") {
    if (count > body.byteLength * 8) throw new RangeError("Page ends within its values");
    for (let i = 0; i < count; i++) values.push(((body[i >> 3] ?? 0) >> (i & 7) & 1) === 1);
    return values;
  }
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (type === "string") {
      const start = at + 4;
      at = start + view.getUint32(at, true);
      if (at > body.byteLength) throw new RangeError("Page ends within a text");
      values.push(decoder.decode(body.subarray(start, at)));
    } else if (type === "int32") {
      values.push(view.getInt32(at, true));
      at += 4;
    } else {
      values.push(type === "double" ? view.getFloat64(at, true) : wholeAt(view, at));
      at += 8;
    }
  }
  return values;
}

function wholeAt(view: DataView, at: number): number {
  const value = view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
  if (!Number.isSafeInteger(value)) {
    throw new UnsupportedParquetError("A whole number is too large to be read here");
  }
  return value;
}
