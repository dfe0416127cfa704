/**
 * Random access to the bytes of a file.
 * @module
 */

/** A file open for reading at any offset. */
export class FileSource implements Disposable {
  /** Path as it was opened. */
  readonly path: string;
  readonly #file: Deno.FsFile;
  #size: number;

  private constructor(path: string, file: Deno.FsFile, size: number) {
    this.path = path;
    this.#file = file;
    this.#size = size;
  }

  /** Opens a file; what is appended later is not seen. */
  static open(path: string): FileSource {
    const file = Deno.openSync(path, { read: true });
    return new FileSource(path, file, file.statSync().size);
  }

  /** Bytes there were when the file was opened. */
  get size(): number {
    return this.#size;
  }

  /** Reads exactly `length` bytes, or fewer at the end. */
  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.#size - offset)));
    this.#file.seekSync(offset, Deno.SeekMode.Start);
    let done = 0;
    while (done < bytes.byteLength) {
      const count = this.#file.readSync(bytes.subarray(done));
      if (count === null) {
        this.#size = offset + done; // somebody cut the file while it was read
        return bytes.subarray(0, done);
      }
      done += count;
    }
    return bytes;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
