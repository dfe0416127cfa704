import { OutputClosed } from "../output/sink.ts";
import { KeyQueue } from "./key_queue.ts";
import type { ShellIo, TerminalSize } from "./shell_io.ts";

const encoder = new TextEncoder();

/** The terminal of this process in raw mode: each key arrives by itself, also Ctrl-C. */
export class TerminalIo implements ShellIo, Disposable {
  readonly isTerminal = true;
  readonly color: boolean;
  readonly keys: KeyQueue;

  constructor(options: { readonly color: boolean }) {
    this.color = options.color;
    this.keys = new KeyQueue(Deno.stdin);
    Deno.stdin.setRaw(true);
    this.note("\x1b[?2004h");
  }

  out(text: string | Uint8Array): Promise<void> {
    const bytes = typeof text === "string" ? encoder.encode(text) : text;
    return writeAll(bytes);
  }

  note(text: string): void {
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  }

  size(): TerminalSize {
    const { columns, rows } = Deno.consoleSize();
    return { columns: columns > 0 ? columns : 80, rows: rows > 0 ? rows : 24 };
  }

  [Symbol.dispose](): void {
    this.note("\x1b[?2004l");
    Deno.stdin.setRaw(false);
  }
}

/** Writes all of it; a terminal in raw mode still turns line ends into new lines. */
async function writeAll(bytes: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw new OutputClosed();
    throw error;
  }
}
