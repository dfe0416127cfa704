/**
 * All files below a folder.
 * @module
 */
import { join } from "@std/path";
import { listFolder } from "../base/folder_state.ts";

/** Walks the files below a folder in order of their names; links are not followed. */
export function* walkFiles(folder: string): Generator<string> {
  const entries = listFolder(folder).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* walkFiles(path);
    else if (entry.isFile) yield path;
  }
}
