/**
 * What is known of the terminal.
 * @module
 */

/** Where the streams of this process lead. */
export interface Terminal {
  /** Standard output is a terminal. */
  readonly out: boolean;
  /** Standard error is a terminal. */
  readonly err: boolean;
  /** Cells of a line. */
  readonly width: number;
  /** Lines of the window. */
  readonly height: number;
  /** Colors are welcome on a terminal. */
  readonly color: boolean;
}

/** Looks at the terminal of this process. */
export function processTerminal(): Terminal {
  const size = windowSize();
  return {
    out: Deno.stdout.isTerminal(),
    err: Deno.stderr.isTerminal(),
    width: size.columns,
    height: size.rows,
    color: !Deno.noColor,
  };
}

function windowSize(): { columns: number; rows: number } {
  try {
    const { columns, rows } = Deno.consoleSize();
    if (columns > 0 && rows > 0) return { columns, rows };
  } catch {
    // No stream is a terminal: what is drawn for people gets the classic size.
  }
  return { columns: 80, rows: 24 };
}
