/**
 * Tells whether run files may have come or gone since the last look, by one stat per folder.
 * @module
 */
import { join } from "@std/path";
import { type FolderState, listFolder } from "../base/folder_state.ts";

/** Watches the folders below a runs folder. */
export class RunFolders {
  readonly #root: string;
  readonly #state: FolderState;
  #folders: string[] = [];

  constructor(root: string, state: FolderState) {
    this.#root = root;
    this.#state = state;
  }

  /** True where a folder changed, or was changed too recently to tell. */
  isChanged(): boolean {
    if (this.#folders.length === 0) this.#list();
    // All of them, not just the first: each call also takes note of the folder's time.
    const changed = this.#folders.filter((folder) => this.#state.isChanged(folder));
    if (changed.length > 0) this.#list();
    return changed.length > 0;
  }

  #list(): void {
    const folders: string[] = [];
    const walk = (folder: string): void => {
      folders.push(folder);
      for (const entry of listFolder(folder)) {
        if (entry.isDirectory && !entry.name.endsWith("_ref")) walk(join(folder, entry.name));
      }
    };
    walk(this.#root);
    this.#folders = folders;
  }
}
