/**
 * What the footer of a Parquet file says, as far as flat columns and lists of simple values go.
 * @module
 */
import { CONVERTED, MAGIC, type ParquetType, PHYSICAL, REPETITION } from "./format.ts";
import { ThriftReader } from "./thrift_reader.ts";

const TAIL_BYTES = 8;

/** A file that is beyond this reader: of other types, encodings or compression. */
export class UnsupportedParquetError extends Error {
  override readonly name = "UnsupportedParquetError";
}

/** Where the pages of a column lie in one row group. */
export interface ChunkPlace {
  readonly codec: number;
  readonly values: number;
  /** First page, the dictionary's if there is one. */
  readonly start: number;
  readonly sizeBytes: number;
  /** Nulls among the values, where the footer tells. */
  readonly nulls: number | undefined;
}

/** A column of the schema. */
export interface FooterColumn {
  readonly name: string;
  readonly type: ParquetType;
}

/** The footer. */
export interface Footer {
  /** The same array for files that follow each other and have the same columns. */
  readonly columns: readonly FooterColumn[];
  readonly rowCount: number;
  /** By row group, then by column. */
  readonly groups: readonly { readonly rows: number; readonly chunks: readonly ChunkPlace[] }[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly createdBy: string;
}

interface Element {
  readonly name: string;
  readonly physical: number | undefined;
  readonly repetition: number | undefined;
  readonly children: number;
  readonly converted: number | undefined;
}

/**
 * Reads the footer.
 *
 * @param bytes the whole file, or its end from somewhere before the footer
 * @throws {RangeError} for a file that is cut or damaged
 * @throws {UnsupportedParquetError} for columns of other kinds
 */
export function readFooter(bytes: Uint8Array): Footer {
  const tail = bytes.byteLength - TAIL_BYTES;
  if (tail < 0 || MAGIC.some((byte, i) => bytes[tail + 4 + i] !== byte)) {
    throw new RangeError("File does not end as a Parquet file");
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset + tail).getUint32(0, true);
  if (length > tail) throw new RangeError("Footer of the Parquet file is longer than the file");
  const reader = new ThriftReader(bytes.subarray(tail - length, tail));
  let columns: readonly FooterColumn[] = [];
  const groups: { rows: number; chunks: ChunkPlace[] }[] = [];
  const metadata = new Map<string, string>();
  let rowCount = 0;
  let createdBy = "";
  reader.struct({
    2: () => columns = readSchema(reader),
    3: () => rowCount = reader.number(),
    4: () => reader.list(() => groups.push(readGroup(reader))),
    5: () => reader.list(() => metadata.set(...readPair(reader))),
    6: () => createdBy = reader.text(),
  });
  if (groups.some(({ chunks }) => chunks.length !== columns.length)) {
    throw new RangeError("A row group of the Parquet file lacks columns");
  }
  return { columns, rowCount, groups, metadata, createdBy };
}

/** The schema that was read last: most files beside each other have the same, and it is half of a footer. */
let lastSchema: { readonly bytes: Uint8Array; readonly columns: readonly FooterColumn[] } = {
  bytes: new Uint8Array(0),
  columns: [],
};

function readSchema(reader: ThriftReader): readonly FooterColumn[] {
  const { bytes, columns } = lastSchema;
  if (bytes.byteLength > 0 && reader.passIfNext(bytes)) return columns;
  const start = reader.position;
  const elements: Element[] = [];
  reader.list(() => elements.push(readElement(reader)));
  lastSchema = { bytes: reader.since(start), columns: columnsOf(elements) };
  return lastSchema.columns;
}

function readPair(reader: ThriftReader): [string, string] {
  let key = "";
  let value = "";
  reader.struct({ 1: () => key = reader.text(), 2: () => value = reader.text() });
  return [key, value];
}

function readElement(reader: ThriftReader): Element {
  const element: { -readonly [K in keyof Element]: Element[K] } = {
    name: "",
    physical: undefined,
    repetition: undefined,
    children: 0,
    converted: undefined,
  };
  reader.struct({
    1: () => element.physical = reader.number(),
    3: () => element.repetition = reader.number(),
    4: () => element.name = reader.text(),
    5: () => element.children = reader.number(),
    6: () => element.converted = reader.number(),
  });
  return element;
}

function readGroup(reader: ThriftReader): { rows: number; chunks: ChunkPlace[] } {
  const group: { rows: number; chunks: ChunkPlace[] } = { rows: 0, chunks: [] };
  reader.struct({
    1: () => reader.list(() => group.chunks.push(readChunk(reader))),
    3: () => group.rows = reader.number(),
  });
  return group;
}

function readChunk(reader: ThriftReader): ChunkPlace {
  let codec = -1, values = 0, sizeBytes = 0, dataStart = 0, dictionaryStart = 0;
  let nulls: number | undefined;
  const about = {
    4: () => codec = reader.number(),
    5: () => values = reader.number(),
    7: () => sizeBytes = reader.number(),
    9: () => dataStart = reader.number(),
    11: () => dictionaryStart = reader.number(),
    12: () => reader.struct({ 3: () => nulls = reader.number() }),
  };
  reader.struct({ 3: () => reader.struct(about) });
  // Some writers say 0 where there is no dictionary.
  const start = dictionaryStart > 0 ? dictionaryStart : dataStart;
  return { codec, values, sizeBytes, start, nulls };
}

function columnsOf(elements: readonly Element[]): FooterColumn[] {
  const columns: FooterColumn[] = [];
  for (let i = 1; i < elements.length;) {
    const element = elements[i] as Element;
    if (element.repetition !== REPETITION.optional) throw unsupported(element);
    if (element.children === 0) {
      columns.push({ name: element.name, type: leafType(element) });
      i++;
      continue;
    }
    const [list, item] = [elements[i + 1], elements[i + 2]];
    const isList = element.converted === CONVERTED.list && element.children === 1 &&
      list?.repetition === REPETITION.repeated && list.children === 1 &&
      item?.repetition === REPETITION.optional && item.children === 0;
    if (!isList) throw unsupported(element);
    const type = leafType(item);
    if (type !== "string" && type !== "bool") throw unsupported(element);
    columns.push({ name: element.name, type: `list<${type}>` });
    i += 3;
  }
  return columns;
}

function leafType(element: Element): Exclude<ParquetType, `list<${string}>`> {
  const { physical, converted } = element;
  if (physical === PHYSICAL.bytes && converted === CONVERTED.utf8) return "string";
  if (physical === PHYSICAL.int64 && converted === CONVERTED.timestampMicros) return "timestamp";
  if (converted === undefined || converted === CONVERTED.int32 || converted === CONVERTED.int64) {
    if (physical === PHYSICAL.int64) return "int64";
    if (physical === PHYSICAL.int32) return "int32";
    if (physical === PHYSICAL.double) return "double";
    if (physical === PHYSICAL.bool) return "bool";
  }
  throw unsupported(element);
}

function unsupported({ name }: Element): UnsupportedParquetError {
  return new UnsupportedParquetError(`Column "${name}" is of a type that is not read here`);
}
