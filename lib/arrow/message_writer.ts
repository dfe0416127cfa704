/**
 * Arrow IPC messages from columns, without a copy of the buffers.
 * @module
 */
import { Builder } from "flatbuffers";
import type { ArrowBatch, ArrowColumn, ArrowField, ArrowSchema } from "./field.ts";
import { layoutOf } from "./field.ts";
import { framePrefix, PREFIX_BYTES, sealStamp } from "./stamp.ts";
import { type Stamp, STAMP_KEY, stampText } from "./stamp.ts";
import { writeType } from "./type_table.ts";

const METADATA_V5 = 4;
const HEADER_SCHEMA = 1;
const HEADER_DICTIONARY = 2;
const HEADER_BATCH = 3;
const PADDING = new Uint8Array(8);

/** An IPC message: padded metadata and the parts of its body. */
export interface IpcMessage {
  /** The flatbuffer, padded to a multiple of eight bytes, without the eight-byte prefix. */
  readonly metadata: Uint8Array;
  /** Buffers in order, each with its padding behind it. */
  readonly body: readonly Uint8Array[];
  /** Length of the body, bytes. */
  readonly bodyBytes: number;
}

/** The end-of-stream marker of an IPC stream. */
export const END_OF_STREAM: Uint8Array = framePrefix(0);

/** Encodes a schema message, stamped where a stamp is given. */
export function encodeSchema(schema: ArrowSchema, stamp?: Stamp): IpcMessage {
  const b = new Builder(1024);
  const header = writeSchema(b, schema);
  return finish(b, HEADER_SCHEMA, header, [], stamp);
}

/**
 * Encodes a record batch message; dictionaries go before it by {@linkcode encodeDictionaries}.
 *
 * @throws {TypeError} where the columns are not those of the schema or not of one length
 */
export function encodeBatch(batch: ArrowBatch, stamp?: Stamp): IpcMessage {
  checkColumns(batch);
  const b = new Builder(1024);
  const { header, body } = writeBatch(b, batch.rows, batch.columns);
  return finish(b, HEADER_BATCH, header, batch.body === undefined ? body : [batch.body], stamp);
}

function checkColumns({ schema, rows, columns }: ArrowBatch): void {
  if (columns.length !== schema.fields.length) {
    throw new TypeError(
      `Record batch has ${columns.length} columns, its schema ${schema.fields.length}`,
    );
  }
  columns.forEach(({ field, length }, i) => {
    const wanted = schema.fields[i];
    if (length === rows && field.format === wanted?.format) return;
    throw new TypeError(
      `Column "${wanted?.name}" of a record batch: wanted ${rows} rows of "${wanted?.format}", ` +
        `got ${length} of "${field.format}"`,
    );
  });
}

/** Encodes the dictionary batches that a record batch refers to. */
export function encodeDictionaries(batch: ArrowBatch): IpcMessage[] {
  return batch.columns.flatMap(dictionariesOf);
}

function dictionariesOf(column: ArrowColumn): IpcMessage[] {
  const inner = column.children.flatMap(dictionariesOf);
  const { dictionary, field } = column;
  if (dictionary === undefined || field.dictionary === undefined) return inner;
  const b = new Builder(512);
  const { header: data, body } = writeBatch(b, dictionary.length, [dictionary]);
  b.startObject(3);
  b.addFieldInt64(0, BigInt(field.dictionary.id), 0n);
  b.addFieldOffset(1, data, 0);
  const message = finish(b, HEADER_DICTIONARY, b.endObject(), body);
  return [...inner, ...dictionariesOf(dictionary), message];
}

/** The message as one contiguous run of bytes, prefix included. */
export function frameBytes(message: IpcMessage): Uint8Array {
  const { metadata, bodyBytes } = message;
  const bytes = new Uint8Array(PREFIX_BYTES + metadata.byteLength + bodyBytes);
  place(bytes, message);
  return bytes;
}

/**
 * As {@linkcode frameBytes}, built in the memory around the last buffer of the body, which stays where it
 * is; undefined where there is no room for the rest before and behind it.
 */
export function frameAround(message: IpcMessage): Uint8Array | undefined {
  const { metadata, body, bodyBytes } = message;
  const last = body.findLast((part) => part.buffer !== PADDING.buffer);
  if (last === undefined) return undefined;
  const behind = last.byteLength + (-last.byteLength & 7);
  const start = last.byteOffset - PREFIX_BYTES - metadata.byteLength - (bodyBytes - behind);
  const end = last.byteOffset + behind;
  if (start < 0 || end > last.buffer.byteLength) return undefined;
  const bytes = new Uint8Array(last.buffer, start, end - start);
  place(bytes, message);
  return bytes;
}

function place(bytes: Uint8Array, { metadata, body }: IpcMessage): void {
  bytes.set(framePrefix(metadata.byteLength));
  bytes.set(metadata, PREFIX_BYTES);
  let at = PREFIX_BYTES + metadata.byteLength;
  for (const part of body) {
    const isThere = part.buffer === bytes.buffer && part.byteOffset === bytes.byteOffset + at;
    if (!isThere) bytes.set(part, at);
    at += part.byteLength;
  }
}

function finish(
  b: Builder,
  headerType: number,
  header: number,
  body: readonly Uint8Array[],
  stamp?: Stamp,
): IpcMessage {
  const bodyBytes = body.reduce((sum, part) => sum + part.byteLength, 0);
  const custom = stamp === undefined
    ? 0
    : writeMetadata(b, new Map([[STAMP_KEY, stampText(stamp)]]));
  b.startObject(5);
  b.addFieldInt64(3, BigInt(bodyBytes), 0n);
  b.addFieldOffset(2, header, 0);
  if (custom !== 0) b.addFieldOffset(4, custom, 0);
  b.addFieldInt16(0, METADATA_V5, 0);
  b.addFieldInt8(1, headerType, 0);
  b.finish(b.endObject());
  const flat = b.asUint8Array();
  const metadata = new Uint8Array(Math.ceil(flat.byteLength / 8) * 8);
  metadata.set(flat);
  if (stamp !== undefined) sealStamp(framePrefix(metadata.byteLength), metadata, body);
  return { metadata, body, bodyBytes };
}

function writeBatch(
  b: Builder,
  rows: number,
  columns: readonly ArrowColumn[],
): { header: number; body: Uint8Array[] } {
  const nodes: number[] = [];
  const spans: number[] = [];
  const body: Uint8Array[] = [];
  let offset = 0;
  const visit = (column: ArrowColumn): void => {
    nodes.push(column.length, column.nullCount);
    for (const buffer of column.buffers) {
      spans.push(offset, buffer.byteLength);
      const padding = -buffer.byteLength & 7;
      if (buffer.byteLength > 0) body.push(buffer);
      if (padding > 0) body.push(PADDING.subarray(0, padding));
      offset += buffer.byteLength + padding;
    }
    if (column.field.dictionary === undefined) column.children.forEach(visit);
  };
  columns.forEach(visit);
  const spanVector = writePairs(b, spans);
  const nodeVector = writePairs(b, nodes);
  b.startObject(5);
  b.addFieldInt64(0, BigInt(rows), 0n);
  b.addFieldOffset(1, nodeVector, 0);
  b.addFieldOffset(2, spanVector, 0);
  return { header: b.endObject(), body };
}

function writePairs(b: Builder, numbers: readonly number[]): number {
  b.startVector(16, numbers.length / 2, 8);
  for (let i = numbers.length - 1; i >= 0; i--) b.addInt64(BigInt(numbers[i] ?? 0));
  return b.endVector();
}

function writeSchema(b: Builder, schema: ArrowSchema): number {
  const fields = writeOffsets(b, schema.fields.map((each) => writeField(b, each)));
  const metadata = schema.metadata === undefined ? 0 : writeMetadata(b, schema.metadata);
  b.startObject(4);
  b.addFieldOffset(1, fields, 0);
  if (metadata !== 0) b.addFieldOffset(2, metadata, 0);
  return b.endObject();
}

function writeField(b: Builder, field: ArrowField): number {
  layoutOf(field.format); // refuses what the reader could not take back
  const name = b.createString(field.name);
  const children = writeOffsets(b, field.children.map((each) => writeField(b, each)));
  const metadata = field.metadata === undefined ? 0 : writeMetadata(b, field.metadata);
  const dictionary = field.dictionary === undefined ? 0 : writeDictionaryInfo(b, field);
  const type = writeType(b, field.format);
  b.startObject(7);
  b.addFieldOffset(0, name, 0);
  b.addFieldOffset(3, type.offset, 0);
  b.addFieldOffset(5, children, 0);
  if (dictionary !== 0) b.addFieldOffset(4, dictionary, 0);
  if (metadata !== 0) b.addFieldOffset(6, metadata, 0);
  b.addFieldInt8(1, field.nullable ? 1 : 0, 0);
  b.addFieldInt8(2, type.id, 0);
  return b.endObject();
}

function writeDictionaryInfo(b: Builder, field: ArrowField): number {
  const info = field.dictionary ?? { id: 0, indexFormat: "i", ordered: false };
  const index = writeType(b, info.indexFormat);
  b.startObject(4);
  b.addFieldInt64(0, BigInt(info.id), 0n);
  b.addFieldOffset(1, index.offset, 0);
  b.addFieldInt8(2, info.ordered ? 1 : 0, 0);
  return b.endObject();
}

function writeMetadata(b: Builder, pairs: ReadonlyMap<string, string>): number {
  const offsets = [...pairs].map(([key, value]) => {
    const keyOffset = b.createString(key);
    const valueOffset = b.createString(value);
    b.startObject(2);
    b.addFieldOffset(0, keyOffset, 0);
    b.addFieldOffset(1, valueOffset, 0);
    return b.endObject();
  });
  return writeOffsets(b, offsets);
}

function writeOffsets(b: Builder, offsets: readonly number[]): number {
  b.startVector(4, offsets.length, 4);
  for (const offset of offsets.toReversed()) b.addOffset(offset);
  return b.endVector();
}
