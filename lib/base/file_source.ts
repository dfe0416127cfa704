/**
 * Random access to the bytes of a file.
 * @module
 */

/** Reads at least this long go into the memory that is used again. */
const REUSED_BYTES = 64 * 1024;

/** A file open for reading at any offset. */
export class FileSource implements Disposable {
  /** Path as it was opened. */
  readonly path: string;
  readonly #file: Deno.FsFile;
  #size: number;
  #at = 0;
  #reused: Uint8Array | undefined;

  private constructor(path: string, file: Deno.FsFile, reuse: boolean) {
    this.path = path;
    this.#file = file;
    this.#size = file.statSync().size;
    if (reuse) this.#reused = new Uint8Array(REUSED_BYTES);
  }

  /**
   * Opens a file; what is appended later is not seen.
   *
   * @param options `reuse`: long reads share one piece of memory, which is much faster than to touch fresh
   * pages each time, but a read is valid only until the next long one
   */
  static open(path: string, options: { readonly reuse?: boolean } = {}): FileSource {
    return new FileSource(path, Deno.openSync(path, { read: true }), options.reuse === true);
  }

  /** Bytes there were when the file was opened. */
  get size(): number {
    return this.#size;
  }

  /** Reads exactly `length` bytes, or fewer at the end. */
  read(offset: number, length: number): Uint8Array {
    const bytes = this.#memory(Math.max(0, Math.min(length, this.#size - offset)));
    if (this.#at !== offset) this.#file.seekSync(offset, Deno.SeekMode.Start);
    let done = 0;
    while (done < bytes.byteLength) {
      const count = this.#file.readSync(bytes.subarray(done));
      if (count === null) {
        this.#size = offset + done; // somebody cut the file while it was read
        break;
      }
      done += count;
    }
    this.#at = offset + done;
    return done === bytes.byteLength ? bytes : bytes.subarray(0, done);
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
