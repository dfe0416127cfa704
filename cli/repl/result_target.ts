import { fileSink, type Sink } from "../output/sink.ts";
import type { RowFormat } from "../format/format_options.ts";

/** What a file holds by its extension. */
export type FileFormat = RowFormat | "arrow";

const BY_EXTENSION: Readonly<Record<string, FileFormat>> = {
  csv: "csv",
  json: "json",
  jsonl: "jsonl",
  ndjson: "jsonl",
  md: "markdown",
  txt: "table",
  arrow: "arrow",
};

/** The file that results go to. */
export interface TargetFile {
  readonly path: string;
  readonly sink: Sink;
  /** Undefined where the extension says nothing: the mode decides. */
  readonly format: FileFormat | undefined;
  readonly once: boolean;
}

/** Where results go: nowhere special, or to a file. */
export class ResultTarget {
  #file: TargetFile | undefined;

  /** The file for the next result, undefined for the terminal. */
  get file(): TargetFile | undefined {
    return this.#file;
  }

  /** Sends results to a file, or back to the terminal; a file before it is published. */
  async set(path: string | undefined, once: boolean): Promise<void> {
    await this.close();
    if (path === undefined) return;
    const format = formatOfPath(path);
    this.#file = { path, once, format, sink: await fileSink(path) };
  }

  /**
   * Tells that a result was written.
   *
   * @param isWhole false where it was cut short: the file of `.once` does not appear then
   */
  async written(isWhole: boolean): Promise<void> {
    const file = this.#file;
    if (file?.once !== true) return;
    this.#file = undefined;
    await (isWhole ? file.sink.close() : file.sink.abandon());
  }

  /** Publishes what was written. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.sink.close();
  }
}

/** The format that the extension of a path asks for. */
export function formatOfPath(path: string): FileFormat | undefined {
  const extension = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension] : undefined;
}
