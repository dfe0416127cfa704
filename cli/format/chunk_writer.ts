import type { FormatOptions, TextSink } from "./format_options.ts";

const CHUNK_CHARS = 64 * 1024;

/** Gathers short texts into chunks, so that a sink is not called for every row. */
export class ChunkWriter {
  readonly #sink: TextSink;
  readonly #limit: number;
  readonly #signal: AbortSignal | undefined;
  #text = "";

  constructor(sink: TextSink, options: Pick<FormatOptions, "eager" | "signal"> = {}) {
    this.#sink = sink;
    this.#limit = options.eager ? 1 : CHUNK_CHARS;
    this.#signal = options.signal;
  }

  /**
   * Adds text; a promise comes back only when a chunk was full.
   *
   * @throws the reason of the signal when it was aborted
   */
  write(text: string): Promise<void> | void {
    this.#signal?.throwIfAborted();
    this.#text += text;
    if (this.#text.length >= this.#limit) return this.flush();
  }

  /** Passes on what is held. */
  async flush(): Promise<void> {
    if (this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    await this.#sink(text);
  }
}
