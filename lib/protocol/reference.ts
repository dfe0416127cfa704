/**
 * References of clients to a daemon: one locked file each. The kernel drops the lock with its holder, so a
 * killed client never keeps a daemon alive.
 * @module
 */
import { join } from "@std/path";
import { isThereSync } from "../base/is_there.ts";
import { FileLock } from "./file_lock.ts";

const SUFFIX = ".lock";

/** Takes a reference in a folder of references. */
export function takeReference(folder: string): FileLock {
  for (;;) {
    const path = join(folder, `${Deno.pid}-${crypto.randomUUID().slice(0, 8)}${SUFFIX}`);
    const lock = FileLock.tryTake(path);
    if (lock === undefined) continue;
    // The sweep may have met the file between its creation and its lock, and removed it.
    if (isThereSync(path)) return lock;
    lock.release();
  }
}

/** Counts the references that are held and removes those whose holder died. */
export function sweepReferences(folder: string): number {
  let held = 0;
  for (const entry of Deno.readDirSync(folder)) {
    if (!entry.name.endsWith(SUFFIX)) continue;
    const lock = tryTakeExisting(join(folder, entry.name));
    if (lock === "held") held++;
    else lock?.release({ remove: true });
  }
  return held;
}

function tryTakeExisting(path: string): FileLock | "held" | undefined {
  if (!isThereSync(path)) return undefined;
  return FileLock.tryTake(path) ?? "held";
}
