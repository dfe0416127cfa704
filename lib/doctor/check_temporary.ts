/**
 * Finds what writers that were killed left unfinished.
 * @module
 */
import { basename } from "@std/path";
import { TEMPORARY_SUFFIX } from "../base/file_layer.ts";
import type { DamagedFile } from "./damaged_file.ts";

/** A file that is published takes no longer than that. */
const STALE_MILLIS = 60_000;

/** Whether a name is one of an unfinished file. */
export function isTemporary(path: string): boolean {
  const name = basename(path);
  return name.startsWith(".") && name.endsWith(TEMPORARY_SUFFIX);
}

/** Reports an unfinished file that is older than a minute; readers pass over it either way. */
export function checkTemporary(path: string, repair: boolean): DamagedFile[] {
  const info = statOf(path);
  if (info === undefined || Date.now() - (info.mtime?.getTime() ?? 0) < STALE_MILLIS) return [];
  if (repair) Deno.removeSync(path);
  return [{
    file: path,
    start: 0,
    end: info.size,
    reason: "It was left unfinished by a writer that was killed",
    repaired: repair,
  }];
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
