import type { RowFormat } from "../format/format_options.ts";

/** The formats that `.mode` knows, in the order in which they are listed. */
export const MODES: readonly RowFormat[] = ["table", "line", "csv", "json", "jsonl", "markdown"];

/** What `.mode`, `.limit` and the like set. */
export interface Settings {
  readonly mode: RowFormat;
  /** Whether each result is followed by the time it took. */
  readonly timer: boolean;
  /** Rows of a table shown in the terminal, 0 for all. */
  readonly limit: number;
  /** Cells of a table, 0 for the width of the terminal. */
  readonly width: number;
  /** Text for NULL; undefined for what the mode has by itself. */
  readonly nullText: string | undefined;
}

/** What is known of a shell that begins. */
export interface InitialSettings {
  readonly isTerminal: boolean;
  readonly mode?: RowFormat | undefined;
}

/** Settings of a shell that has just begun. */
export function initialSettings(options: InitialSettings): Settings {
  return {
    mode: options.mode ?? "table",
    timer: false,
    limit: options.isTerminal ? 40 : 0,
    width: 0,
    nullText: undefined,
  };
}
