/**
 * Tells by one stat whether names in a folder may have changed since it was last listed.
 * @module
 */

/** A folder changed this shortly before it was listed may have changed again within the same tick. */
const TICK_MILLIS = 2000;

/** Remembers when folders were listed. */
export class FolderState {
  readonly #seen = new Map<string, { mtime: number; listedAt: number }>();

  /** True where the folder has to be listed (again); false also where there is no such folder. */
  isChanged(folder: string): boolean {
    const mtime = mtimeOf(folder);
    if (mtime === undefined) return this.#seen.delete(folder);
    const seen = this.#seen.get(folder);
    const settled = seen !== undefined && seen.mtime === mtime &&
      seen.listedAt - seen.mtime > TICK_MILLIS;
    if (settled) return false;
    this.#seen.set(folder, { mtime, listedAt: Date.now() });
    return true;
  }

  /** Forgets all folders, so that each is listed again. */
  reset(): void {
    this.#seen.clear();
  }
}

function mtimeOf(folder: string): number | undefined {
  try {
    return Deno.statSync(folder).mtime?.getTime() ?? 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

/** Entries of a folder, none where it is not there. */
export function listFolder(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return [];
    }
    throw error;
  }
}
