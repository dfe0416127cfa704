/**
 * The database that holds the run index: where it lives, and what of it is not saved yet.
 * @module
 */
import type { Database } from "./database.ts";
import { attachIndex, attachMemory, type IndexPlace } from "./index_place.ts";

/** Rows that may lie in memory alone: a crash costs the time to read their files again. */
export const UNSAVED_ROWS = 500_000;

/** Keeps the index of one runs folder. */
export class IndexStorage {
  readonly #database: Database;
  readonly #runsFolder: string;
  #place: IndexPlace;
  #unsavedRows = 0;
  #saving: Promise<boolean> = Promise.resolve(true);

  private constructor(database: Database, runsFolder: string, place: IndexPlace) {
    this.#database = database;
    this.#runsFolder = runsFolder;
    this.#place = place;
  }

  /** Attaches the index, in memory where it may not be written. */
  static async open(
    database: Database,
    runsFolder: string,
    writable: boolean,
  ): Promise<IndexStorage> {
    const place = writable
      ? await attachIndex(database, runsFolder)
      : await attachMemory(database, []);
    return new IndexStorage(database, runsFolder, place);
  }

  /** Where the index lives: a file name, or `memory`. */
  get place(): string {
    return this.#place.name;
  }

  /** Why it is not in the usual place, if it is not. */
  get note(): string | undefined {
    return this.#place.note;
  }

  /** Rows that came or went and are not saved. */
  get unsavedRows(): number {
    return this.#unsavedRows;
  }

  /** Takes note of rows that came or went. */
  noteRows(count: number): void {
    this.#unsavedRows += count;
  }

  /**
   * Writes the index to its file: what is not saved by the end of the process is read from the run files
   * at the next start. Queries go on meanwhile.
   *
   * @returns false where somebody was just writing: try again later
   */
  async save(): Promise<boolean> {
    let seen: Promise<unknown> | undefined;
    while (seen !== this.#saving) {
      seen = this.#saving;
      await seen.catch(() => {}); // told to who asked for it
    }
    if (this.#unsavedRows === 0) return true;
    const unsaved = this.#unsavedRows;
    this.#saving = this.#database.checkpoint("run_index");
    const isSaved = await this.#saving;
    if (isSaved) this.#unsavedRows -= unsaved;
    return isSaved;
  }

  /** Goes back to what was saved last, after a save that failed: the engine has given the rest up. */
  async reopen(): Promise<void> {
    await this.#database.run("DETACH run_index");
    this.#place = await attachIndex(this.#database, this.#runsFolder);
    this.#unsavedRows = 0;
  }
}
