/**
 * The numbers of the Parquet format that are used here (parquet.thrift), and the columns that it stores.
 *
 *     | PAR1 | row group | row group | ... | footer | its length, 4 bytes | PAR1 |
 *     row group   one chunk per column: dictionary page (if any), data page
 *     page        header (Thrift), then its body, compressed by Snappy
 *     data page   repetition levels (lists only), definition levels, values or codes into the dictionary
 *
 * @module
 */

/** Begins and ends each file. */
export const MAGIC: Uint8Array<ArrayBuffer> = Uint8Array.of(0x50, 0x41, 0x52, 0x31);

/** Types of the Thrift compact protocol. */
export const THRIFT = {
  yes: 1,
  no: 2,
  int8: 3,
  int16: 4,
  int32: 5,
  int64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
} as const;

/** Physical types. */
export const PHYSICAL = { bool: 0, int32: 1, int64: 2, double: 5, bytes: 6 } as const;

/** Whether and how often a field may occur. */
export const REPETITION = { required: 0, optional: 1, repeated: 2 } as const;

/** Meanings of physical types, in the older notation that all readers know. */
export const CONVERTED = {
  utf8: 0,
  list: 3,
  timestampMicros: 10,
  int32: 17,
  int64: 18,
} as const;

/** How values are laid out. */
export const ENCODING = { plain: 0, plainDictionary: 2, rle: 3, rleDictionary: 8 } as const;

/** Compression of pages. */
export const CODEC = { uncompressed: 0, snappy: 1 } as const;

/** Kinds of pages. */
export const PAGE = { data: 0, dictionary: 2 } as const;

/** Logical type of a column; a timestamp is in microseconds, UTC. */
export type ParquetType =
  | "string"
  | "timestamp"
  | "int64"
  | "int32"
  | "double"
  | "bool"
  | "list<string>"
  | "list<bool>";

/** One value; timestamps are microseconds since 1970. */
export type ParquetCell =
  | string
  | number
  | boolean
  | null
  | readonly (string | null)[]
  | readonly (boolean | null)[];

/** A column that copies out any range of its cells. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: ParquetType;
  /** The cell that rows `start` up to `end` share; undefined where they differ, or where it is not known. */
  constantIn(start: number, end: number): ParquetCell | undefined;
  /** Writes cells `start` up to `end` into `out`, which has room for them, from index 0 on. */
  copyTo(out: ParquetCell[], start: number, end: number): void;
}

/** Whether a column holds lists. */
export function isList(type: ParquetType): boolean {
  return type === "list<string>" || type === "list<bool>";
}

/** Type of the values of a column: of a list's elements, else its own. */
export function elementType(
  type: ParquetType,
): Exclude<ParquetType, "list<string>" | "list<bool>"> {
  if (type === "list<string>") return "string";
  return type === "list<bool>" ? "bool" : type;
}

/** Bits that a number up to `highest` takes. */
export function bitWidth(highest: number): number {
  return highest === 0 ? 0 : 32 - Math.clz32(highest);
}
