/**
 * Whether the unfinished end of an event file is damage, or what its writer is about to finish.
 * @module
 */
import type { Damage } from "./event_file_reader.ts";
import { isWriterAlive } from "./writer_lock.ts";

/** Writers of other programs hold no lock: a file that grew this lately may grow on. */
const FOREIGN_MILLIS = 60_000;

/** True for the end of a file whose writer is, or may be, at work. */
export function isGrowing(dataDir: string, { torn, file, writer }: Damage): boolean {
  if (!torn) return false;
  return writer === undefined ? isRecent(file) : isWriting(dataDir, writer) === true;
}

/** Whether a writer lives; undefined where that cannot be told, as on a medium that takes no locks. */
export function isWriting(dataDir: string, writer: string): boolean | undefined {
  try {
    return isWriterAlive(dataDir, writer);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}

function isRecent(path: string): boolean {
  try {
    const { mtime } = Deno.statSync(path);
    return mtime !== null && Date.now() - mtime.getTime() < FOREIGN_MILLIS;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
