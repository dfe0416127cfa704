/**
 * Arrow IPC message metadata, read with every bound checked before anything is trusted.
 * Table slots after the public Message.fbs and Schema.fbs of Arrow format 1.x.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import { ARROW_LIMITS } from "../base/limits.ts";
import { type ArrowField, type ArrowSchema, type DictionaryInfo, layoutOf } from "./field.ts";
import { TableView } from "./flatbuffer_view.ts";
import { formatOfType } from "./type_table.ts";

const MAX_PADDING = 64;
/** Number of a record batch in the union of message headers. */
const RECORD_BATCH = 3;

/** Start and length of a buffer inside a message body. */
export interface BufferSpan {
  /** Byte offset inside the body. */
  readonly offset: number;
  /** Bytes of a buffer, slots of a node. */
  readonly length: number;
}

/** Length and null count of one column of a record batch, depth first. */
export interface NodeSpan {
  /** Bytes of a buffer, slots of a node. */
  readonly length: number;
  /** Number of null slots. */
  readonly nullCount: number;
}

/** A decoded record batch header. */
export interface BatchHeader {
  /** Number of rows. */
  readonly rows: number;
  /** One for each column, depth first. */
  readonly nodes: readonly NodeSpan[];
  /** Buffers of all columns in order. */
  readonly buffers: readonly BufferSpan[];
  /** -1 for none, 0 for LZ4 frame, 1 for Zstandard. */
  readonly compression: number;
}

/** The metadata of one IPC message. */
export type MessageHeader =
  | { readonly kind: "schema"; readonly bodyLength: number; readonly schema: ArrowSchema }
  | { readonly kind: "batch"; readonly bodyLength: number; readonly batch: BatchHeader }
  | {
    readonly kind: "dictionary";
    readonly bodyLength: number;
    readonly id: number;
    readonly delta: boolean;
    readonly batch: BatchHeader;
  };

/**
 * Reads the flatbuffer of a message.
 *
 * @param metadata the flatbuffer, without continuation marker and length
 * @throws {InvalidDataError} where an offset, count or type is out of bounds
 */
export function readMessageHeader(metadata: Uint8Array): MessageHeader {
  const message = TableView.root(metadata);
  const version = message.int16(0);
  if (version < 3 || version > 4) {
    throw new InvalidDataError(`Unsupported Arrow metadata version: ${version + 1}, wanted 4 or 5`);
  }
  const header = message.table(2);
  const bodyLength = message.int64(3);
  if (header === undefined) throw new InvalidDataError("Malformed Arrow metadata: no header");
  if (bodyLength < 0) throw new InvalidDataError("Malformed Arrow metadata: negative body length");
  switch (message.uint8(1)) {
    case 1:
      if (bodyLength !== 0) {
        throw new InvalidDataError("Malformed Arrow metadata: schema message with a body");
      }
      return { kind: "schema", bodyLength, schema: readSchema(header) };
    case 2: {
      const data = header.table(1);
      if (data === undefined) throw new InvalidDataError("Malformed Arrow metadata: no dictionary");
      const delta = header.uint8(2) !== 0;
      return {
        kind: "dictionary",
        bodyLength,
        id: header.int64(0),
        delta,
        batch: readBatch(data, bodyLength),
      };
    }
    case RECORD_BATCH:
      return { kind: "batch", bodyLength, batch: readBatch(header, bodyLength) };
    default:
      throw new InvalidDataError(`Unsupported Arrow message type: ${message.uint8(1)}`);
  }
}

/** Rows of a record batch message, 0 for any other; looks at nothing else of it. */
export function rowsOfMessage(metadata: Uint8Array): number {
  const message = TableView.root(metadata);
  return message.uint8(1) === RECORD_BATCH ? message.table(2)?.int64(0) ?? 0 : 0;
}

function readBatch(table: TableView, bodyLength: number): BatchHeader {
  const rows = table.int64(0);
  if (rows < 0 || rows > 0x7fffffff) {
    throw new InvalidDataError(`Malformed Arrow metadata: row count ${rows} out of range`);
  }
  const nodes: NodeSpan[] = [];
  const nodeNumbers = table.int64Pairs(1);
  for (let i = 0; i < nodeNumbers.length; i += 2) {
    const length = nodeNumbers[i] ?? 0;
    const nullCount = nodeNumbers[i + 1] ?? 0;
    if (length < 0 || nullCount < 0 || nullCount > length) {
      throw new InvalidDataError("Malformed Arrow metadata: field node out of bounds");
    }
    nodes.push({ length, nullCount });
  }
  const compression = table.table(3);
  const buffers = readBuffers(table.int64Pairs(2), bodyLength);
  checkBodyLength(buffers, bodyLength);
  return {
    rows,
    nodes,
    buffers,
    compression: compression === undefined ? -1 : compression.uint8(0),
  };
}

function readBuffers(numbers: readonly number[], bodyLength: number): BufferSpan[] {
  const buffers: BufferSpan[] = [];
  for (let i = 0; i < numbers.length; i += 2) {
    const offset = numbers[i] ?? 0;
    const length = numbers[i + 1] ?? 0;
    if (offset < 0 || length < 0 || offset + length > bodyLength) {
      throw new InvalidDataError("Malformed Arrow metadata: buffer outside of the message body");
    }
    buffers.push({ offset, length });
  }
  return buffers;
}

/**
 * Writers pad each buffer to 8 or 64 bytes and the body ends with the last one. A body that claims more
 * has a wrong length, which in a file without checksums would swallow the messages behind it.
 */
function checkBodyLength(buffers: readonly BufferSpan[], bodyLength: number): void {
  let end = 0;
  for (const { offset, length } of buffers) end = Math.max(end, offset + length);
  if (bodyLength - end >= MAX_PADDING) {
    throw new InvalidDataError("Malformed Arrow metadata: body longer than its buffers");
  }
}

function readSchema(table: TableView): ArrowSchema {
  if (table.int16(0) !== 0) throw new InvalidDataError("Big-endian Arrow data is not supported");
  const count = { fields: 0 };
  const fields = table.tables(1).map((each) => readField(each, 0, count));
  return { fields, ...readMetadata(table.tables(2)) };
}

function readField(table: TableView, depth: number, count: { fields: number }): ArrowField {
  if (depth > ARROW_LIMITS.nestingDepth) {
    throw new InvalidDataError("Malformed Arrow schema: nested too deep");
  }
  if (++count.fields > ARROW_LIMITS.schemaFields) {
    throw new InvalidDataError(
      `Malformed Arrow schema: more than ${ARROW_LIMITS.schemaFields} fields`,
    );
  }
  const children = table.tables(5).map((each) => readField(each, depth + 1, count));
  const type = table.table(3);
  if (type === undefined) throw new InvalidDataError("Malformed Arrow schema: field without type");
  const dictionary = table.table(4);
  const name = table.string(0) ?? "";
  const format = formatOfType(table.uint8(2), type, children.length);
  checkChildren(name, format, children);
  return {
    name,
    nullable: table.uint8(1) !== 0,
    format,
    children,
    ...(dictionary === undefined ? {} : { dictionary: readDictionary(dictionary) }),
    ...readMetadata(table.tables(6)),
  };
}

function checkChildren(name: string, format: string, children: readonly ArrowField[]): void {
  const { kind } = layoutOf(format);
  const [first] = children;
  const fits = kind === "list" || kind === "fixedList"
    ? children.length === 1
    : kind === "struct" || kind === "union" || children.length === 0;
  const entry = format !== "+m" || (first?.format === "+s" && first.children.length === 2);
  if (!fits || !entry) {
    throw new InvalidDataError(
      `Malformed Arrow schema: field "${name}" of type "${format}" has the wrong children`,
    );
  }
}

function readDictionary(table: TableView): DictionaryInfo {
  const index = table.table(1);
  return {
    id: table.int64(0),
    indexFormat: index === undefined ? "i" : formatOfType(2, index, 0),
    ordered: table.uint8(2) !== 0,
  };
}

function readMetadata(pairs: readonly TableView[]): { metadata?: ReadonlyMap<string, string> } {
  if (pairs.length === 0) return {};
  return {
    metadata: new Map(pairs.map((pair) => [pair.looseString(0) ?? "", pair.looseString(1) ?? ""])),
  };
}
