import type { KeyQueue } from "./key_queue.ts";

/** Size of a terminal in cells. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** How the shell reaches the one who uses it. */
export interface ShellIo {
  /** A person sits at it: results are cut to the terminal, keys stop what goes on. */
  readonly isTerminal: boolean;
  readonly color: boolean;
  /** The keyboard; undefined where there is none. */
  readonly keys: KeyQueue | undefined;
  /** Writes data. */
  out(text: string | Uint8Array): Promise<void>;
  /** Writes what is no data, without a line end of its own. */
  note(text: string): void;
  size(): TerminalSize;
}
