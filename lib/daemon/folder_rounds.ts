/**
 * Goes round the folders of run files, some at a time: a file that was changed in place leaves no trace in its
 * folder, and to look at each of a hundred thousand before every query would take longer than the query.
 * @module
 */

/** Files that are looked at in a turn; a folder of more is looked at whole. */
const TURN_FILES = 1000;
/** Least time between two turns. */
const TURN_MILLIS = 1000;

/** Tells which folders have their turn. */
export class FolderRounds {
  readonly #sizes: () => Iterable<readonly [folder: string, files: number]>;
  readonly #now: () => number;
  #turnAt = -Infinity;
  #next = 0;

  /**
   * @param sizes the folders with the number of their files
   * @param now milliseconds of a clock that only goes forward
   */
  constructor(
    sizes: () => Iterable<readonly [folder: string, files: number]>,
    now: () => number = () => performance.now(),
  ) {
    this.#sizes = sizes;
    this.#now = now;
  }

  /** The folders that have their turn now; none where the last turn was just before. */
  turn(): string[] {
    const now = this.#now();
    if (now - this.#turnAt < TURN_MILLIS) return [];
    this.#turnAt = now;
    const folders = [...this.#sizes()];
    const taken: string[] = [];
    for (let files = 0; files < TURN_FILES && taken.length < folders.length;) {
      const [folder, size] = folders[this.#next++ % folders.length] as readonly [string, number];
      taken.push(folder);
      files += size;
    }
    return taken;
  }
}
