/**
 * Tells which folders of run files may have changed since the last look, by one stat per folder.
 * @module
 */
import { join } from "@std/path";
import { type FolderState, listFolder } from "../base/folder_state.ts";

/** Watches the folders below a runs folder. */
export class RunFolders {
  readonly #root: string;
  readonly #state: FolderState;
  #folders: readonly string[];

  /** @param known folders that somebody has files of, which may have gone since */
  constructor(root: string, state: FolderState, known: Iterable<string> = []) {
    this.#root = root;
    this.#state = state;
    this.#folders = [...new Set(["", ...known])];
  }

  /**
   * Folders in which files came or went, or that changed too recently to tell, with those that came or
   * went themselves; as paths below the runs folder with forward slashes.
   */
  changed(): string[] {
    // All of them, not just the first: each call also takes note of the folder's time.
    const changed = this.#folders.filter((folder) => this.#isChanged(folder));
    if (changed.length === 0) return [];
    const before = new Set(this.#folders);
    this.#folders = this.#list();
    const now = new Set(this.#folders);
    const came = this.#folders.filter((folder) => !before.has(folder) && this.#isChanged(folder));
    const gone = [...before].filter((folder) => !now.has(folder));
    return [...new Set([...changed, ...came, ...gone])];
  }

  /** Takes all folders for changed at the next look: what was found in them was not taken in. */
  reset(): void {
    this.#state.reset();
  }

  #isChanged(folder: string): boolean {
    return this.#state.isChanged(join(this.#root, folder));
  }

  #list(): string[] {
    const folders: string[] = [];
    const walk = (folder: string): void => {
      folders.push(folder);
      for (const entry of listFolder(join(this.#root, folder))) {
        if (!entry.isDirectory || entry.name.endsWith("_ref")) continue;
        walk(folder === "" ? entry.name : `${folder}/${entry.name}`);
      }
    };
    walk("");
    return folders;
  }
}
