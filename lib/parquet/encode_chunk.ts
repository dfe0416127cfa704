/**
 * One column of one row group: its pages and what the footer says of them.
 * @module
 */
import { crc32 } from "node:zlib";
import { ByteSink } from "./byte_sink.ts";
import { type EncodedValues, encodeShared, encodeValues } from "./encode_values.ts";
import {
  elementType,
  ENCODING,
  isList,
  PAGE,
  type ParquetCell,
  type ParquetColumn,
} from "./format.ts";
import { RUN_LENGTH, writeHybrid, writeRun } from "./levels.ts";
import { compressSnappy } from "./snappy.ts";
import { ThriftWriter } from "./thrift_writer.ts";

/** A chunk as bytes, with its entry in the footer. */
export interface EncodedChunk {
  readonly column: ParquetColumn;
  readonly parts: readonly Uint8Array[];
  readonly sizeBytes: number;
  readonly plainBytes: number;
  /** Bytes before the data page. */
  readonly dictionaryBytes: number;
  readonly encodings: readonly number[];
  readonly values: number;
  readonly nulls: number;
  readonly bounds: { readonly least: Uint8Array; readonly greatest: Uint8Array } | undefined;
}

/** Cells laid flat, with what tells rows, lists and nulls apart. */
interface Flat {
  readonly values: readonly (string | number | boolean)[];
  /** 1 or, in lists, 3 where there is a value. */
  readonly definition: Uint8Array;
  /** 0 where a row begins; lists only. */
  readonly repetition?: Uint8Array;
}

/** Chunks of nothing but nulls or empty lists, which are most and all alike, by what tells them apart. */
export type EmptyChunks = Map<string, EncodedChunk | undefined>;

/**
 * Encodes rows `start` up to `end` of a column.
 *
 * @param empty chunks that other columns of the file had, and that this one may be like
 */
export function encodeChunk(
  column: ParquetColumn,
  start: number,
  end: number,
  empty: EmptyChunks = new Map(),
): EncodedChunk {
  const shared = column.constantIn(start, end);
  // Of fewer values no run is made.
  if (shared === undefined || end - start < RUN_LENGTH) return encodeCells(column, start, end);
  if (shared !== null && !(Array.isArray(shared) && shared.length === 0)) {
    return encodeSharedCell(column, shared, end - start) ?? encodeCells(column, start, end);
  }
  const key = `${isList(column.type)} ${shared} ${end - start}`;
  let chunk = empty.get(key);
  if (chunk === undefined) empty.set(key, chunk = encodeSharedCell(column, shared, end - start));
  return chunk === undefined ? encodeCells(column, start, end) : { ...chunk, column };
}

function encodeCells(column: ParquetColumn, start: number, end: number): EncodedChunk {
  const cells = new Array<ParquetCell>(end - start);
  column.copyTo(cells, start, end);
  const flat = isList(column.type) ? flattenLists(cells) : flatten(cells);
  const { definition, repetition, values } = flat;
  const body = new ByteSink();
  if (repetition !== undefined) writeLevels(body, repetition, 1);
  writeLevels(body, definition, repetition === undefined ? 1 : 2);
  const encoded = encodeValues(elementType(column.type), values);
  return chunkOf(column, body, encoded, { entries: definition.length, values: values.length });
}

/** Most columns of a run say the same in each row: they are written without a look at the rows. */
function encodeSharedCell(
  column: ParquetColumn,
  cell: ParquetCell,
  count: number,
): EncodedChunk | undefined {
  const body = new ByteSink();
  const nothing: EncodedValues = { encoding: ENCODING.plain, body: new Uint8Array(0) };
  if (typeof cell === "object" && cell !== null) {
    if (cell.length > 0) return undefined;
    writeLevelRun(body, 0, count, 1);
    writeLevelRun(body, 1, count, 2);
    return chunkOf(column, body, nothing, { entries: count, values: 0 });
  }
  if (isList(column.type)) writeLevelRun(body, 0, count, 1);
  writeLevelRun(body, cell === null ? 0 : 1, count, isList(column.type) ? 2 : 1);
  if (cell === null) return chunkOf(column, body, nothing, { entries: count, values: 0 });
  const encoded = encodeShared(elementType(column.type), cell, count);
  return chunkOf(column, body, encoded, { entries: count, values: count });
}

/** @param body the levels; the values are added to it */
function chunkOf(
  column: ParquetColumn,
  body: ByteSink,
  encoded: EncodedValues,
  counts: { readonly entries: number; readonly values: number },
): EncodedChunk {
  body.append(encoded.body);
  const dictionary = encoded.dictionary === undefined
    ? { parts: [], sizeBytes: 0, plainBytes: 0 }
    : dictionaryPage(encoded.dictionary.body, encoded.dictionary.count);
  const data = dataPage(body.bytes(), counts.entries, encoded.encoding);
  return {
    column,
    parts: [...dictionary.parts, ...data.parts],
    sizeBytes: dictionary.sizeBytes + data.sizeBytes,
    plainBytes: dictionary.plainBytes + data.plainBytes,
    dictionaryBytes: dictionary.sizeBytes,
    encodings: encoded.dictionary === undefined
      ? [ENCODING.plain, ENCODING.rle]
      : [ENCODING.plain, ENCODING.rle, ENCODING.rleDictionary],
    values: counts.entries,
    nulls: counts.entries - counts.values,
    bounds: encoded.bounds,
  };
}

function flatten(cells: readonly ParquetCell[]): Flat {
  const definition = new Uint8Array(cells.length).fill(1);
  let nulls = 0;
  for (let i = 0; i < cells.length; i++) {
    if (cells[i] !== null) continue;
    definition[i] = 0;
    nulls++;
  }
  const values = nulls === 0
    ? cells
    : nulls === cells.length
    ? []
    : cells.filter((cell) => cell !== null);
  return { values: values as Flat["values"], definition };
}

function flattenLists(cells: readonly ParquetCell[]): Flat {
  const lists = cells as readonly (readonly (string | boolean | null)[] | null)[];
  const count = lists.reduce((sum, list) => sum + Math.max(1, list?.length ?? 0), 0);
  const definition = new Uint8Array(count);
  const repetition = new Uint8Array(count);
  const values: (string | boolean)[] = [];
  let at = 0;
  for (const list of lists) {
    if (list === null || list.length === 0) {
      definition[at++] = list === null ? 0 : 1;
      continue;
    }
    for (let i = 0; i < list.length; i++) {
      const item = list[i] ?? null;
      repetition[at] = i === 0 ? 0 : 1;
      definition[at++] = item === null ? 2 : 3;
      if (item !== null) values.push(item);
    }
  }
  return { values, definition, repetition };
}

function writeLevels(sink: ByteSink, levels: Uint8Array, width: number): void {
  const packed = new ByteSink();
  writeHybrid(packed, levels, levels.length, width);
  sink.int32(packed.length);
  sink.append(packed.bytes());
}

function writeLevelRun(sink: ByteSink, level: number, count: number, width: number): void {
  const run = new ByteSink();
  writeRun(run, level, count, width);
  sink.int32(run.length);
  sink.append(run.bytes());
}

type Page = Pick<EncodedChunk, "parts" | "sizeBytes" | "plainBytes">;

function dictionaryPage(body: Uint8Array, count: number): Page {
  return page(PAGE.dictionary, body, (header) => {
    header.struct(7, (about) => {
      about.int32(1, count);
      about.int32(2, ENCODING.plain);
    });
  });
}

function dataPage(body: Uint8Array, count: number, encoding: number): Page {
  return page(PAGE.data, body, (header) => {
    header.struct(5, (about) => {
      about.int32(1, count);
      about.int32(2, encoding);
      about.int32(3, ENCODING.rle);
      about.int32(4, ENCODING.rle);
    });
  });
}

function page(type: number, plain: Uint8Array, describe: (header: ThriftWriter) => void): Page {
  const body = compressSnappy(plain);
  const header = new ThriftWriter();
  header.int32(1, type);
  header.int32(2, plain.byteLength);
  header.int32(3, body.byteLength);
  header.int32(4, crc32(body) | 0);
  describe(header);
  const head = header.end();
  return {
    parts: [head, body],
    sizeBytes: head.byteLength + body.byteLength,
    plainBytes: head.byteLength + plain.byteLength,
  };
}
