/**
 * Locks that the kernel gives back when their holder dies, however it dies.
 * @module
 */

/** How long a lock is tried while others look at it: who looks may be stopped by the system meanwhile. */
const LOOKED_AT_MILLIS = 200;
const nap = new Int32Array(new SharedArrayBuffer(4));

/** A lock file that is held. */
export class FileLock implements Disposable {
  /** Path of the lock file. */
  readonly path: string;
  #file: Deno.FsFile | undefined;

  private constructor(path: string, file: Deno.FsFile) {
    this.path = path;
    this.#file = file;
  }

  /** Takes the lock if it is free. */
  static tryTake(path: string): FileLock | undefined {
    const file = Deno.openSync(path, { create: true, write: true, mode: 0o600 });
    const end = Date.now() + LOOKED_AT_MILLIS;
    do {
      if (file.tryLockSync(true)) return new FileLock(path, file);
      // What can be shared is no holder but somebody who looks, for microseconds, whether there is one.
      if (!file.tryLockSync(false)) break;
      file.unlockSync();
      Atomics.wait(nap, 0, 0, Math.random());
    } while (Date.now() < end);
    file.close();
    return undefined;
  }

  /**
   * Takes the lock as soon as it is free.
   *
   * @throws {DOMException} `AbortError` or `TimeoutError` of the signal
   */
  static async take(path: string, signal: AbortSignal, pollMillis = 10): Promise<FileLock> {
    for (;;) {
      const lock = FileLock.tryTake(path);
      if (lock !== undefined) return lock;
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, pollMillis));
    }
  }

  /** True while someone holds the lock; false also where the file is gone. */
  static isHeld(path: string): boolean {
    try {
      // Reading is enough to ask for a lock, also where nothing may be written.
      using file = Deno.openSync(path, { read: true });
      return !file.tryLockSync(false);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  /** Writes our process id into the file, for {@linkcode FileLock.holderOf}. */
  sign(): void {
    this.#file?.truncateSync();
    this.#file?.writeSync(new TextEncoder().encode(`${Deno.pid}\n`));
  }

  /** False once the file was removed, whether or not another one took its name: then others can hold that. */
  isInPlace(): boolean {
    if (this.#file === undefined) return false;
    try {
      const [held, named] = [this.#file.statSync(), Deno.statSync(this.path)];
      return held.dev === named.dev && held.ino === named.ino;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  /** Process id of the holder; undefined where nobody holds the lock or the holder did not sign. */
  static holderOf(path: string): number | undefined {
    if (!FileLock.isHeld(path)) return undefined;
    const pid = Number.parseInt(Deno.readTextFileSync(path));
    return Number.isNaN(pid) ? undefined : pid;
  }

  /** Gives the lock back; with `remove`, the file goes as well, while the lock is still held. */
  release(options: { readonly remove?: boolean } = {}): void {
    if (this.#file === undefined) return;
    if (options.remove === true) removeIfThere(this.path);
    this.#file.close();
    this.#file = undefined;
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
