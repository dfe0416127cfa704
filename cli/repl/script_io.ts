import { stdoutSink } from "../output/sink.ts";
import type { TextSink } from "../format/format_options.ts";
import type { ShellIo, TerminalSize } from "./shell_io.ts";

/** Where a script writes to; standard output and standard error unless given. */
export interface ScriptStreams {
  readonly out?: TextSink;
  readonly err?: (text: string) => void;
}

/** No terminal: data to standard output as it is, everything else to standard error. */
export class ScriptIo implements ShellIo {
  readonly isTerminal = false;
  readonly color: boolean;
  readonly keys = undefined;
  readonly #out: TextSink;
  readonly #err: (text: string) => void;

  constructor(options: ScriptStreams & { readonly color: boolean }) {
    this.color = options.color;
    const sink = stdoutSink();
    this.#out = options.out ?? ((text) => sink.write(text));
    this.#err = options.err ?? writeError;
  }

  async out(text: string | Uint8Array): Promise<void> {
    await this.#out(text);
  }

  note(text: string): void {
    this.#err(text);
  }

  size(): TerminalSize {
    return { columns: 80, rows: 24 };
  }
}

function writeError(text: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  } catch (error) {
    // Nobody listens to what we have to say: the data goes on.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
