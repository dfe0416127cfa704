/** What the type of a result column is to a reader, whatever the engine calls it. */
export type ColumnKind =
  | "text"
  | "integer"
  | "number"
  | "boolean"
  | "time"
  | "binary"
  | "list"
  | "struct"
  | "other";

/** A column of a result: its SQL name, its kind and, where known, the unit of its values. */
export interface ResultColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly unit?: string;
}

/**
 * A result to be shown: its columns and its rows as they arrive.
 *
 * A row holds one value per column: string, number, bigint (beyond 2^53 only), boolean, null,
 * an RFC 3339 string with microseconds for a time, Uint8Array, array or plain object.
 */
export interface RowSource {
  readonly columns: readonly ResultColumn[];
  rows(): AsyncIterable<readonly unknown[]>;
}
