/**
 * The index of run files: every row of every Parquet file in three tables, so that finding a run does not
 * open a hundred thousand files. Disposable: made anew from the files whenever it is missing or unusable.
 *
 *     runs/_index.duckdb        files(path, mtime_millis, size_bytes, rows, status, error, run_id, run_outcome, started_at)
 *                               runs, steps, measurements    + _file, the path below runs/
 *
 * A file of another program under that name is left alone; ours then is `_index_sdk.duckdb`, or in memory.
 *
 * @module
 */
import { join, relative } from "@std/path";
import { LitmusError } from "../base/errors.ts";
import { INDEX } from "./catalog.ts";
import { type Database, isExhausted } from "./database.ts";
import { INDEX_VERSION } from "./index_place.ts";
import { IndexStorage, UNSAVED_ROWS } from "./index_storage.ts";
import {
  batchesOf,
  fileAt,
  portionsOf,
  type RunFile,
  runFilesIn,
  scanRunFiles,
} from "./run_files.ts";
import { type FileInMemory, type IndexedFile, IndexedFiles } from "./indexed_files.ts";
import { KnownFiles, type RunFileEntry } from "./known_files.ts";
import { factsOf, LARGE_ROWS, readRunRows } from "./read_run_rows.ts";
import { RunRowTables } from "./run_row_tables.ts";
import type { RunRows } from "./run_rows.ts";
import { createRunTables, queryColumns, RUN_TABLES } from "./run_tables.ts";
import { sqlText } from "./sql_text.ts";
import { WaitingRuns } from "./waiting_runs.ts";

/** What a synchronisation did. */
export interface IndexChange {
  readonly added: number;
  readonly removed: number;
  readonly broken: number;
}

/** What became of files that were taken in. */
interface Taken {
  readonly added: number;
  readonly broken: number;
  readonly widened: boolean;
}

/** Told how far a long synchronisation is. */
export type IndexProgress = (done: number, total: number) => void;

/** The index of one runs folder. */
export class RunIndex {
  readonly #database: Database;
  readonly #runsFolder: string;
  /** Where it is kept. */
  readonly storage: IndexStorage;
  readonly #tables: RunRowTables;
  readonly #known: IndexedFiles;
  readonly #waiting = new WaitingRuns();
  readonly #files = new KnownFiles();

  private constructor(database: Database, runsFolder: string, storage: IndexStorage) {
    this.#database = database;
    this.#runsFolder = runsFolder;
    this.storage = storage;
    this.#tables = new RunRowTables(database, INDEX);
    this.#known = new IndexedFiles(database);
  }

  /** Attaches the index of a runs folder, making it where there is none. */
  static async open(
    database: Database,
    runsFolder: string,
    writable = true,
  ): Promise<RunIndex> {
    const storage = await IndexStorage.open(database, runsFolder, writable);
    const index = new RunIndex(database, runsFolder, storage);
    await index.#prepare();
    return index;
  }

  async #prepare(): Promise<void> {
    await this.#database.run(
      `CREATE TABLE IF NOT EXISTS ${INDEX}.litmus_index AS SELECT ${INDEX_VERSION} AS version`,
    );
    await this.#known.create();
    await createRunTables(this.#database, INDEX, [{ name: "_file", type: "VARCHAR" }]);
    await this.#tables.load();
    this.#forgetAll();
    for (const { path, status, sizeBytes, mtimeMillis, run } of await this.#known.recorded()) {
      // Broken files are tried again at each start: what stood in the way may lie outside of them.
      const time = status === "broken" ? Number.NaN : mtimeMillis;
      this.#files.setFile({ path, mtimeMillis: time, sizeBytes });
      if (run !== undefined) this.#files.settle([run]);
    }
  }

  /** The file that holds a run, by its path below the runs folder; undefined where none does. */
  fileOf(runId: string): RunFileEntry | undefined {
    return this.#files.fileOf(runId);
  }

  /** The folders below the runs folder with the number of their files. */
  folderSizes(): Iterable<readonly [folder: string, files: number]> {
    return this.#files.folderSizes();
  }

  /** Number of runs in the index. */
  get runCount(): number {
    return this.#files.runCount;
  }

  /**
   * Brings the index up to the files: takes new and changed ones in, drops those that are gone.
   *
   * @param options `folders`: look at these only, given as paths below the runs folder
   * @returns what changed, and whether columns were added
   */
  async synchronize(
    options: { readonly folders?: readonly string[]; readonly progress?: IndexProgress } = {},
  ): Promise<IndexChange & { widened: boolean }> {
    const { folders, progress } = options;
    const found = folders === undefined
      ? scanRunFiles(this.#runsFolder)
      : folders.flatMap((folder) => runFilesIn(this.#runsFolder, folder));
    const present = new Map(found.map((file) => [file.path, file]));
    const gone = this.#files.paths(folders).filter((path) => !present.has(path));
    const fresh = [...present.values()].filter((file) => !this.#files.isSame(file));
    if (gone.length === 0 && fresh.length === 0) {
      return { added: 0, removed: 0, broken: 0, widened: false };
    }
    const changed = fresh.map(({ path }) => path).filter((path) => this.#files.has(path));
    const revived = await this.#forget([...gone, ...changed]);
    const again = revived.flatMap((path) =>
      present.get(path) ?? fileAt(this.#runsFolder, path) ?? []
    );
    const result = await this.#take([...fresh, ...again], progress);
    return { ...result, removed: gone.length };
  }

  async #take(
    files: readonly RunFile[],
    progress?: IndexProgress,
  ): Promise<Taken> {
    let taken: Taken = { added: 0, broken: 0, widened: false };
    let done = 0;
    for (const batch of batchesOf(files)) {
      const inMemory: FileInMemory[] = [];
      const others: RunFile[] = [];
      for (const file of batch) {
        const rows = readRunRows(join(this.#runsFolder, file.path), file.sizeBytes);
        const facts = rows === undefined ? undefined : factsOf(rows);
        if (rows === undefined || facts === undefined) others.push(file);
        else inMemory.push({ file, rows, facts });
      }
      taken = plus(taken, await this.#takeRows(inMemory, others));
      for (const portion of portionsOf(others)) taken = plus(taken, await this.#takeBatch(portion));
      if (this.storage.unsavedRows >= UNSAVED_ROWS) await this.storage.save();
      done += batch.length;
      progress?.(done, files.length);
    }
    return taken;
  }

  /**
   * Takes in files whose rows are in memory.
   *
   * @param others receives those that the engine has to read, because they type a column in another way
   */
  async #takeRows(files: readonly FileInMemory[], others: RunFile[]): Promise<Taken> {
    let widened = false;
    for (const { rows } of files) widened = await this.#tables.absorbRows(rows) || widened;
    const fitting = files.filter(({ rows }) => this.#tables.fits(rows));
    others.push(...files.filter((each) => !fitting.includes(each)).map(({ file }) => file));
    if (fitting.length === 0) return { added: 0, broken: 0, widened };
    const hasDoubles = this.#files.mayHaveDoubles(fitting);
    await this.#transaction(async () => {
      await this.#known.recordRows(fitting);
      const counted = hasDoubles ? await this.#known.settle(fitting) : fitting;
      const small = counted.filter(({ rows }) => rows.rowCount <= LARGE_ROWS);
      await this.#tables.append(small.map(({ file, rows }) => ({ rows, file: file.path })));
      for (const each of counted) {
        const { file, rows } = each;
        if (rows.rowCount <= LARGE_ROWS) continue;
        await this.#tables.appendLarge({ rows, file: file.path }, this.#rowsOf([file]));
      }
    });
    if (hasDoubles) await this.#remember(fitting.map(({ file }) => file));
    else {
      for (const { file, rows, facts: { runId, outcome } } of fitting) {
        this.#files.setFile(file);
        this.#files.setRun(runId, file.path, outcome);
        this.storage.noteRows(rows.rowCount);
      }
    }
    return { added: fitting.length, broken: 0, widened };
  }

  /** Takes many files at once; where one of them cannot be read, each half on its own. */
  async #takeBatch(files: readonly RunFile[]): Promise<Taken> {
    try {
      return await this.#read(files);
    } catch (error) {
      if (isExhausted(error)) throw error;
      const [only] = files;
      if (only === undefined) return { added: 0, broken: 0, widened: false };
      if (files.length === 1) return await this.#quarantine(only, error);
    }
    const half = files.length >> 1;
    const first = await this.#takeBatch(files.slice(0, half));
    return plus(first, await this.#takeBatch(files.slice(half)));
  }

  /** Reads many small files once, into a table: opening one takes longer than all that is done with it. */
  async #read(files: readonly RunFile[]): Promise<Taken> {
    const rows = this.#rowsOf(files);
    if (files.length === 1) return await this.#ingest(files, rows);
    // The limit makes the engine append in file order; else it keeps a set of blocks for each file.
    await this.#database.run(
      `CREATE OR REPLACE TEMP TABLE read_run_files AS ${rows} LIMIT 9223372036854775807`,
    );
    try {
      return await this.#ingest(files, "FROM temp.main.read_run_files");
    } finally {
      await this.#database.run("DROP TABLE temp.main.read_run_files");
    }
  }

  async #ingest(files: readonly RunFile[], source: string): Promise<Taken> {
    const found = await queryColumns(this.#database, source);
    const names = new Set(found.map(({ name }) => name));
    for (const name of ["record_type", "run_id", "run_outcome", "run_started_at"]) {
      if (!names.has(name)) throw new LitmusError(`Column "${name}" is missing: not a run file`);
    }
    const widened = await this.#tables.absorbSource(source, found);
    await this.#transaction(async () => {
      await this.#known.recordSource(files, source);
      await this.#known.settleDoubles(files);
      await this.#tables.insert(
        `SELECT * FROM (${source}) WHERE _file IN (
          SELECT path FROM ${INDEX}.files WHERE status = 'ok')`,
        found,
      );
    });
    const broken = await this.#remember(files);
    return { added: files.length - broken, broken, widened };
  }

  /** A query for the rows of files, with their path below the runs folder as `_file`. */
  #rowsOf(files: readonly RunFile[]): string {
    const list = files.map(({ path }) => sqlText(join(this.#runsFolder, path))).join(", ");
    const start = [...this.#runsFolder].length + 2; // the engine counts characters
    return `SELECT * REPLACE (${slashed(`substr(_file, ${start})`)} AS _file)
      FROM read_parquet([${list}], union_by_name = true, filename = '_file')`;
  }

  /** Takes note of files; returns how many of them hold no run. */
  async #remember(files: readonly RunFile[]): Promise<number> {
    for (const file of files) this.#files.setFile(file);
    this.#files.settle(await this.#known.runFilesOf(files));
    const { broken, rows } = await this.#known.countsOf(files);
    this.storage.noteRows(rows);
    return broken;
  }

  async #quarantine(file: RunFile, error: unknown): Promise<Taken> {
    // Removed since the folder was listed.
    if (fileAt(this.#runsFolder, file.path) === undefined) {
      return { added: 0, broken: 0, widened: false };
    }
    const reason = (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
    await this.#known.quarantine(file, reason.replaceAll(this.#runsFolder, "runs"));
    this.storage.noteRows(1);
    this.#files.setFile(file);
    return { added: 0, broken: 1, widened: false };
  }

  /** Forgets files; returns the paths of doubles that now have to be read in their place. */
  async #forget(paths: readonly string[]): Promise<string[]> {
    if (paths.length === 0) return [];
    const revived = await this.#known.forget(paths);
    this.storage.noteRows(paths.length);
    const gone = new Set(paths);
    this.#waiting.drop(gone);
    this.#files.forget(gone);
    for (const path of revived) this.#files.forgetFile(path);
    return revived;
  }

  /**
   * Takes in one file that was just published. Its rows are seen after {@linkcode flush}.
   *
   * @param rows what the file holds, which saves reading it
   */
  async add(absolutePath: string, rows: RunRows): Promise<void> {
    const relativePath = relative(this.#runsFolder, absolutePath);
    const path = Deno.build.os === "windows" ? relativePath.replaceAll("\\", "/") : relativePath;
    const stat = Deno.statSync(absolutePath);
    if (this.#files.has(path)) await this.#forget([path]);
    const file = { path, mtimeMillis: stat.mtime?.getTime() ?? 0, sizeBytes: stat.size };
    const facts = factsOf(rows);
    if (facts === undefined) throw new LitmusError(`Run file ${path} holds no run`);
    this.#files.setFile(file);
    this.#files.setRun(facts.runId, path, facts.outcome);
    this.#waiting.add({ file, rows, facts });
  }

  /** Whether so much waits that it should not wait for a reader. */
  get isFull(): boolean {
    return this.#waiting.isFull;
  }

  /** Makes the rows of all published files visible. */
  async flush(): Promise<{ widened: boolean }> {
    const waiting = this.#waiting.take();
    if (waiting.length === 0) return { widened: false };
    const others: RunFile[] = [];
    try {
      const { widened } = await this.#takeRows(waiting, others);
      const read = others.length === 0 ? widened : (await this.#takeBatch(others)).widened;
      return { widened: widened || read };
    } catch (error) {
      // The next look at the folder finds them changed: some of them may be in the index already.
      for (const { file } of waiting) this.#files.setFile({ ...file, mtimeMillis: NaN });
      throw error;
    }
  }

  /**
   * Goes back to what was saved last, after a save that failed. What came later is read from the run files by
   * the next {@linkcode synchronize}.
   */
  async reopen(): Promise<void> {
    await this.storage.reopen();
    await this.#prepare();
  }

  #forgetAll(): void {
    this.#waiting.take();
    this.#files.clear();
  }

  /** Forgets everything and reads all files anew. */
  async rebuild(progress?: IndexProgress): Promise<IndexChange & { widened: boolean }> {
    for (const table of [...Object.values(RUN_TABLES), "files"]) {
      await this.#database.run(`DELETE FROM ${INDEX}.${table}`);
    }
    this.#forgetAll();
    this.storage.noteRows(1);
    return await this.synchronize(progress === undefined ? {} : { progress });
  }

  /** Number of files that cannot be read. */
  async brokenCount(): Promise<number> {
    return await this.#known.brokenCount();
  }

  /** All files with their status. */
  async files(): Promise<IndexedFile[]> {
    return await this.#known.list();
  }

  async #transaction(work: () => Promise<void>): Promise<void> {
    await this.#database.run("BEGIN");
    try {
      await work();
    } catch (error) {
      await this.#database.run("ROLLBACK");
      throw error;
    }
    await this.#database.run("COMMIT"); // where it fails it has rolled back
  }
}

/** A path with forward slashes; elsewhere than on Windows a backslash is a character as any other. */
function slashed(expression: string): string {
  return Deno.build.os === "windows" ? `replace(${expression}, '\\', '/')` : expression;
}

function plus(one: Taken, other: Taken): Taken {
  return {
    added: one.added + other.added,
    broken: one.broken + other.broken,
    widened: one.widened || other.widened,
  };
}
