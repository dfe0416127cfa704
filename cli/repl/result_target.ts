import { formatOfPath, type OutputFormat } from "../options/global_options.ts";
import { fileSink, type Sink } from "../output/sink.ts";

/** The file that results go to. */
export interface TargetFile {
  readonly path: string;
  readonly sink: Sink;
  /** Undefined where the extension says nothing: the mode decides. */
  readonly format: OutputFormat | undefined;
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
