/**
 * Which run files the index holds, and which of them counts for a run: kept in memory, so that neither a look
 * at the folders nor a published run asks the engine.
 * @module
 */
import type { CountedFile, FileInMemory } from "./indexed_files.ts";
import type { RunFile } from "./run_files.ts";

/** The file that counts for a run, by its path below the runs folder. */
export type RunFileEntry = Omit<CountedFile, "runId">;

/** A file as it was when it was taken in. */
type FileState = Omit<RunFile, "path">;

/** Files by path, and runs by id. */
export class KnownFiles {
  /** By folder, so that a look at one folder does not go through all files. */
  readonly #folders = new Map<string, Map<string, FileState>>();
  readonly #runs = new Map<string, RunFileEntry>();
  /** Runs that wait for the index and had another file before. */
  readonly #moved = new Set<string>();

  /** Number of runs. */
  get runCount(): number {
    return this.#runs.size;
  }

  /** Paths of the files in some folders, or in all. */
  paths(folders: Iterable<string> = this.#folders.keys()): string[] {
    return Array.from(folders).flatMap((folder) => [...this.#folders.get(folder)?.keys() ?? []]);
  }

  /** The folders with the number of their files. */
  *folderSizes(): Generator<readonly [folder: string, files: number]> {
    for (const [folder, files] of this.#folders) if (files.size > 0) yield [folder, files.size];
  }

  #fileAt(path: string): FileState | undefined {
    return this.#folders.get(folderOf(path))?.get(path);
  }

  /** Whether there is a file of that name, as it is now or as it was. */
  has(path: string): boolean {
    return this.#fileAt(path) !== undefined;
  }

  /** Whether a file is as it was when it was taken in. */
  isSame({ path, mtimeMillis, sizeBytes }: RunFile): boolean {
    const known = this.#fileAt(path);
    return known?.mtimeMillis === mtimeMillis && known.sizeBytes === sizeBytes;
  }

  /** The file that counts for a run. */
  fileOf(runId: string): RunFileEntry | undefined {
    return this.#runs.get(runId);
  }

  /** Takes note of a file. */
  setFile({ path, mtimeMillis, sizeBytes }: RunFile): void {
    const folder = folderOf(path);
    let files = this.#folders.get(folder);
    if (files === undefined) this.#folders.set(folder, files = new Map());
    files.set(path, { mtimeMillis, sizeBytes });
  }

  /** Takes note of the file that counts for a run. */
  setRun(runId: string, path: string, outcome: string | null): void {
    const known = this.#runs.get(runId);
    if (known !== undefined && known.path !== path) this.#moved.add(runId);
    this.#runs.set(runId, { path, outcome });
  }

  /** Whether runs may have other files as well: only then the engine is asked which of them counts. */
  mayHaveDoubles(files: readonly FileInMemory[]): boolean {
    const runIds = new Set(files.map(({ facts }) => facts.runId));
    return runIds.size < files.length ||
      files.some(({ file, facts: { runId } }) =>
        this.#moved.has(runId) || (this.#runs.get(runId)?.path ?? file.path) !== file.path
      );
  }

  /** Takes note of which file counts for runs, once the engine has told. */
  settle(runs: Iterable<CountedFile>): void {
    for (const { runId, path, outcome } of runs) {
      this.#runs.set(runId, { path, outcome });
      this.#moved.delete(runId);
    }
  }

  /** Forgets a file, so that it is read anew. */
  forgetFile(path: string): void {
    this.#folders.get(folderOf(path))?.delete(path);
  }

  /** Forgets files and the runs that they count for. */
  forget(paths: ReadonlySet<string>): void {
    for (const path of paths) this.forgetFile(path);
    for (const [runId, { path }] of this.#runs) if (paths.has(path)) this.#runs.delete(runId);
  }

  /** Forgets everything. */
  clear(): void {
    this.#folders.clear();
    this.#runs.clear();
    this.#moved.clear();
  }
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
