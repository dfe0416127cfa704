/**
 * The lock that tells readers that a writer lives: only where it is free may a torn file be repaired or a
 * run without end be called aborted.
 * @module
 */
import { join } from "@std/path";
import { storageError } from "../base/file_layer.ts";
import { listFolder } from "../base/folder_state.ts";
import { isThereSync } from "../base/is_there.ts";
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

/** Folders whose dead locks this process has removed. */
const swept = new Set<string>();
/** A sweep meets the file of a new lock between its making and its locking at most a few times. */
const ATTEMPTS = 100;

/** Takes the lock of a new writer. */
export function takeWriterLock(dataDir: string, writer: string): WriterLock {
  const folder = writerLockFolder(dataDir);
  try {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!swept.has(folder)) sweepWriterLocks(dataDir);
    swept.add(folder);
    const path = join(folder, `${writer}.lock`);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const lock = FileLock.tryTake(path);
      if (lock !== undefined && isThereSync(path)) {
        return { release: () => lock.release({ remove: true }) };
      }
      lock?.release();
    }
    throw new Error("its lock is held by another process");
  } catch (error) {
    throw storageError("Cannot take a writer lock in", folder, error);
  }
}

/**
 * Removes the lock files of dead writers, which the kernel has unlocked already: a missing file says the
 * same. The first writer of a process does it for its folder.
 *
 * @returns number of files removed
 */
export function sweepWriterLocks(dataDir: string): number {
  const folder = writerLockFolder(dataDir);
  let removed = 0;
  for (const { name, isFile } of listFolder(folder)) {
    const path = join(folder, name);
    if (!isFile || !name.endsWith(".lock") || !isThereSync(path)) continue;
    const lock = FileLock.tryTake(path);
    if (lock === undefined) continue;
    lock.release({ remove: true });
    removed++;
  }
  return removed;
}

/** True while the writer with this key lives. */
export function isWriterAlive(dataDir: string, writer: string): boolean {
  return FileLock.isHeld(join(writerLockFolder(dataDir), `${writer}.lock`));
}
