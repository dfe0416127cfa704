/**
 * `channels/.merges`, one byte for each merge that began to remove its sources. A listing of folders is no
 * single moment: it may look for the merged segment too early and for its sources too late. Where the count
 * is the same before and after, no source vanished without its merged segment being there from the start.
 * @module
 */
import { join } from "@std/path";
import { dataLayout } from "../base/data_layout.ts";

function countPath(dataDir: string): string {
  return join(dataLayout(dataDir).channels, ".merges");
}

/** Merges of a data directory so far. */
export function mergeCount(dataDir: string): number {
  try {
    return Deno.statSync(countPath(dataDir)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** Counts a merge: after the merged segment is in its place, before the first source goes. */
export async function countMerge(dataDir: string): Promise<void> {
  await Deno.writeFile(countPath(dataDir), new Uint8Array(1), { append: true });
}
