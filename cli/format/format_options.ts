/** The formats that this folder writes; Arrow and Parquet are written elsewhere. */
export type RowFormat = "table" | "line" | "csv" | "json" | "jsonl" | "markdown";

/** Takes the output piece by piece; a returned promise holds the writer back. */
export type TextSink = (chunk: string | Uint8Array) => Promise<void> | void;

/** How rows are shown. Nothing is cut unless `width` or `maxRows` is given. */
export interface FormatOptions {
  /** Use ANSI colors. The caller decides by NO_COLOR, option and terminal. @default false */
  readonly color?: boolean;
  /** Terminal width in cells; wider tables are cut to it. @default unlimited */
  readonly width?: number;
  /** Rows of a table to show at most, half from the start and half from the end. @default all */
  readonly maxRows?: number;
  /** Rows to read and count beyond `maxRows` before giving up. @default 1000000 */
  readonly readAtMost?: number;
  /** Show a line with the types of the columns (table). @default true */
  readonly types?: boolean;
  /** Write a line with the names of the columns (csv). @default true */
  readonly header?: boolean;
  /** Text for NULL. @default "" in csv, "NULL" in table, line and markdown */
  readonly nullText?: string;
  /** Draw borders with ASCII only (table). @default false */
  readonly ascii?: boolean;
  /** What to add to the footer when something was cut, such as `.last shows all`. */
  readonly hint?: string;
  /** The output is a terminal: csv makes control characters visible. @default false */
  readonly terminal?: boolean;
  /** Pass each row on at once, for live sources. @default false */
  readonly eager?: boolean;
  /** Stops between two rows. */
  readonly signal?: AbortSignal;
}
