import type { ByteSource } from "../arrow/scan_item.ts";

/** Reads at least this long go into the memory that is used again. */
const REUSED_BYTES = 64 * 1024;

/** Random access to a file, synchronous, one descriptor. */
export class FileSource implements ByteSource, Disposable {
  readonly size: number;
  readonly #file: Deno.FsFile;
  #at = 0;
  #reused: Uint8Array | undefined;

  /**
   * @param reuse whether long reads share one piece of memory: much faster than to touch fresh pages each
   * time, but a read is valid only until the next long one
   */
  constructor(path: string, reuse = false) {
    this.#file = Deno.openSync(path);
    this.size = this.#file.statSync().size;
    if (reuse) this.#reused = new Uint8Array(0);
  }

  read(offset: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const into = this.#memory(wanted);
    if (this.#at !== offset) this.#file.seekSync(offset, Deno.SeekMode.Start);
    this.#at = offset;
    let filled = 0;
    while (filled < wanted) {
      const read = this.#file.readSync(into.subarray(filled));
      if (read === null) break;
      filled += read;
    }
    this.#at += filled;
    return filled === wanted ? into : into.subarray(0, filled);
  }

  #memory(bytes: number): Uint8Array {
    if (this.#reused === undefined || bytes < REUSED_BYTES) return new Uint8Array(bytes);
    if (this.#reused.byteLength < bytes) this.#reused = new Uint8Array(bytes);
    return this.#reused.subarray(0, bytes);
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
