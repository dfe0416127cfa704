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
import { attachIndex, attachMemory, INDEX_VERSION, type IndexPlace } from "./index_place.ts";
import { batchesOf, type RunFile, runFileExists, scanRunFiles } from "./run_files.ts";
import {
  absorbColumns,
  createRunTables,
  insertRunRows,
  queryColumns,
  RUN_TABLES,
  tableColumns,
} from "./run_tables.ts";
import { sqlText } from "./sql_text.ts";

const FILES_TABLE = `CREATE TABLE IF NOT EXISTS ${INDEX}.files (
  path VARCHAR PRIMARY KEY, mtime_millis DOUBLE, size_bytes DOUBLE, rows BIGINT, status VARCHAR,
  error VARCHAR, run_id VARCHAR, run_outcome VARCHAR, started_at TIMESTAMP WITH TIME ZONE)`;

/** What the index knows of a file. */
export interface IndexedFile {
  /** Path below the runs folder, with forward slashes. */
  readonly path: string;
  /** `ok`, `double` (another file holds the same run) or `broken`. */
  readonly status: "ok" | "double" | "broken";
  readonly error: string | null;
  readonly runId: string | null;
  readonly rows: number;
}

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
  /** Where the index lives: a file name, or `memory`. */
  readonly place: string;
  /** Why it is not in the usual place, if it is not. */
  readonly note: string | undefined;
  #columns = new Map<string, string>();
  #files = new Map<string, { mtimeMillis: number; sizeBytes: number }>();
  #runFiles = new Map<string, { path: string; outcome: string | null }>();

  private constructor(database: Database, runsFolder: string, place: IndexPlace) {
    this.#database = database;
    this.#runsFolder = runsFolder;
    this.place = place.name;
    this.note = place.note;
  }

  /** Attaches the index of a runs folder, making it where there is none. */
  static async open(
    database: Database,
    runsFolder: string,
    writable = true,
  ): Promise<RunIndex> {
    const place = writable
      ? await attachIndex(database, runsFolder)
      : await attachMemory(database, []);
    const index = new RunIndex(database, runsFolder, place);
    await index.#prepare();
    return index;
  }

  async #prepare(): Promise<void> {
    await this.#database.run(
      `CREATE TABLE IF NOT EXISTS ${INDEX}.litmus_index AS SELECT ${INDEX_VERSION} AS version`,
    );
    await this.#database.run(FILES_TABLE);
    await createRunTables(this.#database, INDEX, [{ name: "_file", type: "VARCHAR" }]);
    this.#columns = await tableColumns(this.#database, `${INDEX}.measurements`);
    const rows = await this.#database.rows(
      `SELECT path, mtime_millis, size_bytes, status, run_id, run_outcome FROM ${INDEX}.files`,
    );
    for (const row of rows) {
      const path = String(row.path);
      this.#files.set(path, {
        // Broken files are tried again at each start: what stood in the way may lie outside of them.
        mtimeMillis: row.status === "broken" ? Number.NaN : Number(row.mtime_millis),
        sizeBytes: Number(row.size_bytes),
      });
      if (row.status === "ok" && row.run_id !== null) this.#setRunFile(row);
    }
  }

  #setRunFile(row: Record<string, unknown>): void {
    const outcome = typeof row.run_outcome === "string" ? row.run_outcome : null;
    this.#runFiles.set(String(row.run_id), { path: String(row.path), outcome });
  }

  /** The file that holds a run, by its path below the runs folder; undefined where none does. */
  fileOf(runId: string): { readonly path: string; readonly outcome: string | null } | undefined {
    return this.#runFiles.get(runId);
  }

  /** Number of runs in the index. */
  get runCount(): number {
    return this.#runFiles.size;
  }

  /**
   * Brings the index up to the files: takes new and changed ones in, drops those that are gone.
   *
   * @returns what changed, and whether columns were added
   */
  async synchronize(progress?: IndexProgress): Promise<IndexChange & { widened: boolean }> {
    const present = new Map(scanRunFiles(this.#runsFolder).map((file) => [file.path, file]));
    const gone = [...this.#files.keys()].filter((path) => !present.has(path));
    const fresh = [...present.values()].filter((file) => !this.#isKnown(file));
    if (gone.length === 0 && fresh.length === 0) {
      return { added: 0, removed: 0, broken: 0, widened: false };
    }
    const changed = fresh.map(({ path }) => path).filter((path) => this.#files.has(path));
    const revived = await this.#forget([...gone, ...changed]);
    const again = revived.flatMap((path) => present.get(path) ?? []);
    const result = await this.#take([...fresh, ...again], progress);
    return { ...result, removed: gone.length };
  }

  #isKnown(file: RunFile): boolean {
    const known = this.#files.get(file.path);
    return known?.mtimeMillis === file.mtimeMillis && known.sizeBytes === file.sizeBytes;
  }

  async #take(
    files: readonly RunFile[],
    progress?: IndexProgress,
  ): Promise<Taken> {
    let added = 0;
    let broken = 0;
    let widened = false;
    let done = 0;
    for (const batch of batchesOf(files)) {
      const outcome = await this.#takeBatch(batch);
      added += outcome.added;
      broken += outcome.broken;
      widened ||= outcome.widened;
      done += batch.length;
      progress?.(done, files.length);
    }
    return { added, broken, widened };
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
    const second = await this.#takeBatch(files.slice(half));
    return {
      added: first.added + second.added,
      broken: first.broken + second.broken,
      widened: first.widened || second.widened,
    };
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
    const widened = await absorbColumns(this.#database, INDEX, found, this.#columns);
    if (widened) this.#columns = await tableColumns(this.#database, `${INDEX}.measurements`);
    await this.#transaction(async () => {
      await this.#recordFiles(files, source);
      await this.#settleDoubles(files);
      await insertRunRows(
        this.#database,
        INDEX,
        `SELECT * FROM (${source}) WHERE _file IN (
        SELECT path FROM ${INDEX}.files WHERE status = 'ok')`,
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

  async #recordFiles(files: readonly RunFile[], source: string): Promise<void> {
    const values = files.map(({ path, mtimeMillis, sizeBytes }) =>
      `(${sqlText(path)}, ${mtimeMillis}::DOUBLE, ${sizeBytes}::DOUBLE)`
    ).join(", ");
    await this.#database.run(
      `INSERT OR REPLACE INTO ${INDEX}.files
        SELECT v.path, v.mtime, v.size, coalesce(s.n, 0), if(s.run_id IS NULL, 'broken', 'ok'),
          if(s.run_id IS NULL, 'It holds no run: not a run file', NULL), s.run_id, s.outcome, s.started
        FROM (VALUES ${values}) v(path, mtime, size) LEFT JOIN (
          SELECT _file, count(*) AS n, any_value(run_id) AS run_id, any_value(run_outcome) AS outcome,
            any_value(run_started_at) AS started FROM (${source}) GROUP BY _file
        ) s ON s._file = v.path`,
    );
  }

  /** One file counts per run: a complete one before an aborted one, then the newest. */
  async #settleDoubles(files: readonly RunFile[]): Promise<void> {
    const list = files.map(({ path }) => sqlText(path)).join(", ");
    const losers = await this.#database.rows(
      `SELECT path, status FROM (
        SELECT path, status, row_number() OVER (PARTITION BY run_id
          ORDER BY run_outcome = 'aborted', mtime_millis DESC, path) AS rank
        FROM ${INDEX}.files WHERE status <> 'broken' AND run_id IN (
          SELECT run_id FROM ${INDEX}.files WHERE path IN (${list})))
       WHERE rank > 1 AND status = 'ok'`,
    );
    if (losers.length === 0) return;
    const lost = losers.map(({ path }) => sqlText(String(path))).join(", ");
    await this.#database.run(
      `UPDATE ${INDEX}.files SET status = 'double', error = 'another file holds the same run'
       WHERE path IN (${lost})`,
    );
    for (const table of Object.values(RUN_TABLES)) {
      await this.#database.run(`DELETE FROM ${INDEX}.${table} WHERE _file IN (${lost})`);
    }
  }

  /** Takes note of files; returns how many of them hold no run. */
  async #remember(files: readonly RunFile[]): Promise<number> {
    for (const { path, mtimeMillis, sizeBytes } of files) {
      this.#files.set(path, { mtimeMillis, sizeBytes });
    }
    const list = files.map(({ path }) => sqlText(path)).join(", ");
    const rows = await this.#database.rows(
      `SELECT run_id, path, run_outcome FROM ${INDEX}.files WHERE status = 'ok' AND run_id IN (
        SELECT run_id FROM ${INDEX}.files WHERE path IN (${list}))`,
    );
    for (const row of rows) this.#setRunFile(row);
    const [broken] = await this.#database.rows(
      `SELECT count(*)::DOUBLE AS n FROM ${INDEX}.files
       WHERE status = 'broken' AND path IN (${list})`,
    );
    return Number(broken?.n);
  }

  async #quarantine(file: RunFile, error: unknown): Promise<Taken> {
    // Removed since the folder was listed.
    if (!runFileExists(this.#runsFolder, file)) return { added: 0, broken: 0, widened: false };
    const reason = (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
    await this.#database.run(
      `INSERT OR REPLACE INTO ${INDEX}.files VALUES (${sqlText(file.path)}, ${file.mtimeMillis},
        ${file.sizeBytes}, 0, 'broken', ${
        sqlText(reason.replaceAll(this.#runsFolder, "runs"))
      }, NULL, NULL, NULL)`,
    );
    this.#files.set(file.path, file);
    return { added: 0, broken: 1, widened: false };
  }

  /** Forgets files; returns the paths of doubles that now have to be read in their place. */
  async #forget(paths: readonly string[]): Promise<string[]> {
    if (paths.length === 0) return [];
    const list = paths.map(sqlText).join(", ");
    const revived = await this.#database.rows(
      `SELECT path FROM ${INDEX}.files WHERE status = 'double' AND path NOT IN (${list})
        AND run_id IN (SELECT run_id FROM ${INDEX}.files WHERE path IN (${list}))`,
    );
    for (const table of Object.values(RUN_TABLES)) {
      await this.#database.run(`DELETE FROM ${INDEX}.${table} WHERE _file IN (${list})`);
    }
    await this.#database.run(`DELETE FROM ${INDEX}.files WHERE path IN (${list})`);
    const gone = new Set(paths);
    for (const path of paths) this.#files.delete(path);
    for (const [runId, { path }] of this.#runFiles) {
      if (gone.has(path)) this.#runFiles.delete(runId);
    }
    return revived.map(({ path }) => String(path));
  }

  /**
   * Takes in one file that was just published, or changed.
   *
   * @param rows a table that holds the rows of the file, which saves reading it
   */
  async take(absolutePath: string, rows?: string): Promise<{ widened: boolean }> {
    const relativePath = relative(this.#runsFolder, absolutePath);
    const path = Deno.build.os === "windows" ? relativePath.replaceAll("\\", "/") : relativePath;
    const stat = await Deno.stat(absolutePath);
    if (this.#files.has(path)) await this.#forget([path]);
    const file = { path, mtimeMillis: stat.mtime?.getTime() ?? 0, sizeBytes: stat.size };
    if (rows === undefined) return await this.#take([file]);
    const source = `SELECT *, ${sqlText(path)} AS _file FROM ${rows}`;
    return await this.#ingest([file], source);
  }

  /** Forgets everything and reads all files anew. */
  async rebuild(progress?: IndexProgress): Promise<IndexChange & { widened: boolean }> {
    for (const table of [...Object.values(RUN_TABLES), "files"]) {
      await this.#database.run(`DELETE FROM ${INDEX}.${table}`);
    }
    this.#files.clear();
    this.#runFiles.clear();
    return await this.synchronize(progress);
  }

  /**
   * Whether a file was written by this package: by the engine's mark in its footer.
   *
   * @param path below the runs folder
   */
  async isOwnFile(path: string): Promise<boolean> {
    const [row] = await this.#database.rows(
      `SELECT created_by FROM parquet_file_metadata(${sqlText(join(this.#runsFolder, path))})`,
    );
    return String(row?.created_by ?? "").startsWith("DuckDB");
  }

  /** Number of files that cannot be read. */
  async brokenCount(): Promise<number> {
    const sql = `SELECT count(*)::DOUBLE AS n FROM ${INDEX}.files WHERE status = 'broken'`;
    return Number((await this.#database.rows(sql))[0]?.n ?? 0);
  }

  /** All files with their status. */
  async files(): Promise<IndexedFile[]> {
    const rows = await this.#database.rows(
      `SELECT path, status, error, run_id, rows::DOUBLE AS rows FROM ${INDEX}.files ORDER BY path`,
    );
    return rows.map((row) => ({
      path: String(row.path),
      status: row.status as IndexedFile["status"],
      error: row.error === null ? null : String(row.error),
      runId: row.run_id === null ? null : String(row.run_id),
      rows: Number(row.rows),
    }));
  }

  async #transaction(work: () => Promise<void>): Promise<void> {
    await this.#database.run("BEGIN");
    try {
      await work();
      await this.#database.run("COMMIT");
    } catch (error) {
      await this.#database.run("ROLLBACK");
      throw error;
    }
  }
}

/** A path with forward slashes; elsewhere than on Windows a backslash is a character as any other. */
function slashed(expression: string): string {
  return Deno.build.os === "windows" ? `replace(${expression}, '\\', '/')` : expression;
}
