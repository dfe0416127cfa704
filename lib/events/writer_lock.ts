/**
 * The lock that tells readers that a writer lives: only where it is free may a torn file be repaired or a
 * run without end be called aborted.
 * @module
 */
import { join } from "@std/path";
import { storageError } from "../base/file_layer.ts";
import { FileLock } from "../protocol/file_lock.ts";

/** A held writer lock. */
export interface WriterLock {
  /** Gives it back and removes its file. */
  release(): void;
}

/** Folder of the writer locks: always inside the data directory, which a writer can write. */
export function writerLockFolder(dataDir: string): string {
  return join(dataDir, ".litmus", "writers");
}

/** Takes the lock of a new writer. */
export function takeWriterLock(dataDir: string, writer: string): WriterLock {
  const folder = writerLockFolder(dataDir);
  try {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = FileLock.tryTake(join(folder, `${writer}.lock`));
    if (lock === undefined) throw new Error("its lock is held by another process");
    return { release: () => lock.release({ remove: true }) };
  } catch (error) {
    throw storageError("Cannot take a writer lock in", folder, error);
  }
}

/** True while the writer with this key lives. */
export function isWriterAlive(dataDir: string, writer: string): boolean {
  return FileLock.isHeld(join(writerLockFolder(dataDir), `${writer}.lock`));
}
