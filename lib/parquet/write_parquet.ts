/**
 * Columns as a Parquet file.
 * @module
 */
import { ByteSink } from "./byte_sink.ts";
import { type EmptyChunks, encodeChunk, type EncodedChunk } from "./encode_chunk.ts";
import {
  CODEC,
  CONVERTED,
  elementType,
  isList,
  MAGIC,
  type ParquetColumn,
  PHYSICAL,
  REPETITION,
} from "./format.ts";
import { ThriftWriter } from "./thrift_writer.ts";

/** Rows of a row group: what one thread of a reader takes at once, and what is held in memory. */
const GROUP_ROWS = 122_880;

/** What goes into a file. */
export interface ParquetContent {
  readonly columns: readonly ParquetColumn[];
  readonly rowCount: number;
  /** Key-value pairs of the file. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Program that writes, as `name version 1.2.3`. */
  readonly createdBy: string;
}

interface Group {
  readonly chunks: readonly Omit<EncodedChunk, "parts">[];
  readonly offset: number;
  readonly rows: number;
}

/** Gives the bytes of the file piece by piece; the same content gives the same bytes. */
export function* parquetParts(content: ParquetContent): Generator<Uint8Array> {
  const groups: Group[] = [];
  const empty: EmptyChunks = new Map();
  yield MAGIC;
  let offset = MAGIC.byteLength;
  for (let start = 0; start < content.rowCount; start += GROUP_ROWS) {
    const end = Math.min(start + GROUP_ROWS, content.rowCount);
    const group: Group & { chunks: Omit<EncodedChunk, "parts">[] } = {
      chunks: [],
      offset,
      rows: end - start,
    };
    for (const column of content.columns) {
      const { parts, ...chunk } = encodeChunk(column, start, end, empty);
      yield* parts;
      group.chunks.push(chunk);
      offset += chunk.sizeBytes;
    }
    groups.push(group);
  }
  const footer = footerOf(content, groups);
  yield footer;
  const tail = new ByteSink();
  tail.int32(footer.byteLength);
  tail.append(MAGIC);
  yield tail.bytes();
}

function footerOf(content: ParquetContent, groups: readonly Group[]): Uint8Array {
  const footer = new ThriftWriter();
  footer.int32(1, 1);
  footer.structs(2, schemaOf(content.columns), (element, write) => write(element));
  footer.int64(3, content.rowCount);
  footer.structs(4, groups, writeGroup);
  footer.structs(5, Object.entries(content.metadata), (pair, [key, value]) => {
    pair.text(1, key);
    pair.text(2, value);
  });
  footer.text(6, content.createdBy);
  // Bounds are ordered as the types say.
  footer.structs(7, content.columns, (order) => order.struct(1, () => {}));
  return footer.end();
}

type WriteElement = (element: ThriftWriter) => void;

function schemaOf(columns: readonly ParquetColumn[]): WriteElement[] {
  const root: WriteElement = (element) => {
    element.text(4, "schema");
    element.int32(5, columns.length);
  };
  return [root, ...columns.flatMap(columnSchema)];
}

function columnSchema({ name, type }: ParquetColumn): WriteElement[] {
  if (!isList(type)) return [(element) => writeLeaf(element, name, type)];
  return [
    (element) => {
      element.int32(3, REPETITION.optional);
      element.text(4, name);
      element.int32(5, 1);
      element.int32(6, CONVERTED.list);
      element.struct(10, (logical) => logical.struct(3, () => {}));
    },
    (element) => {
      element.int32(3, REPETITION.repeated);
      element.text(4, "list");
      element.int32(5, 1);
    },
    (element) => writeLeaf(element, "element", type),
  ];
}

function physicalType(type: ParquetColumn["type"]): number {
  const leaf = elementType(type);
  if (leaf === "string") return PHYSICAL.bytes;
  if (leaf === "bool") return PHYSICAL.bool;
  if (leaf === "int32") return PHYSICAL.int32;
  return leaf === "double" ? PHYSICAL.double : PHYSICAL.int64;
}

function writeLeaf(element: ThriftWriter, name: string, type: ParquetColumn["type"]): void {
  const leaf = elementType(type);
  element.int32(1, physicalType(type));
  element.int32(3, REPETITION.optional);
  element.text(4, name);
  if (leaf === "string") {
    element.int32(6, CONVERTED.utf8);
    element.struct(10, (logical) => logical.struct(1, () => {}));
  }
  if (leaf !== "timestamp") return;
  element.int32(6, CONVERTED.timestampMicros);
  element.struct(10, (logical) => {
    logical.struct(8, (timestamp) => {
      timestamp.bool(1, true); // UTC
      timestamp.struct(2, (unit) => unit.struct(2, () => {}));
    });
  });
}

function writeGroup(group: ThriftWriter, { chunks, offset, rows }: Group): void {
  let at = offset;
  const placed = chunks.map((chunk) => {
    const start = at;
    at += chunk.sizeBytes;
    return { chunk, start };
  });
  group.structs(1, placed, (entry, { chunk, start }) => {
    entry.int64(2, start);
    entry.struct(3, (about) => writeChunk(about, chunk, start));
  });
  group.int64(2, chunks.reduce((sum, chunk) => sum + chunk.plainBytes, 0));
  group.int64(3, rows);
  group.int64(5, offset);
  group.int64(6, at - offset);
}

function writeChunk(
  about: ThriftWriter,
  chunk: Omit<EncodedChunk, "parts">,
  start: number,
): void {
  const { column } = chunk;
  about.int32(1, physicalType(column.type));
  about.int32s(2, chunk.encodings);
  about.texts(3, isList(column.type) ? [column.name, "list", "element"] : [column.name]);
  about.int32(4, CODEC.snappy);
  about.int64(5, chunk.values);
  about.int64(6, chunk.plainBytes);
  about.int64(7, chunk.sizeBytes);
  about.int64(9, start + chunk.dictionaryBytes);
  if (chunk.dictionaryBytes > 0) about.int64(11, start);
  if (isList(column.type)) return;
  about.struct(12, (statistics) => {
    statistics.int64(3, chunk.nulls);
    if (chunk.bounds === undefined) return;
    statistics.binary(5, chunk.bounds.greatest);
    statistics.binary(6, chunk.bounds.least);
  });
}
