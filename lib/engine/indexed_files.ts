/**
 * The table of run files in the index: which of them counts, and what is wrong with the others.
 * @module
 */
import { INDEX } from "./catalog.ts";
import type { Database } from "./database.ts";
import type { RunFacts } from "./read_run_rows.ts";
import type { RunFile } from "./run_files.ts";
import type { RunRows } from "./run_rows.ts";
import { RUN_TABLES } from "./run_tables.ts";
import { sqlText } from "./sql_text.ts";

const FILES_TABLE = `CREATE TABLE IF NOT EXISTS ${INDEX}.files (
  path VARCHAR, mtime_millis DOUBLE, size_bytes DOUBLE, rows BIGINT, status VARCHAR,
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

/** A file whose rows are in memory. */
export interface FileInMemory {
  readonly file: RunFile;
  readonly rows: RunRows;
  readonly facts: RunFacts;
}

/** A file that counts for its run. */
export interface CountedFile {
  readonly runId: string;
  readonly path: string;
  readonly outcome: string | null;
}

/** What is recorded of a file. */
export interface RecordedFile extends RunFile {
  readonly status: string;
  /** Its run, where it counts for one. */
  readonly run: CountedFile | undefined;
}

/** Keeps account of the run files. */
export class IndexedFiles {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Makes the table where there is none. */
  async create(): Promise<void> {
    await this.#database.run(FILES_TABLE);
  }

  /** What is recorded of all files that were seen before. */
  async recorded(): Promise<RecordedFile[]> {
    const rows = await this.#database.rows(
      `SELECT path, mtime_millis, size_bytes, status, run_id, run_outcome FROM ${INDEX}.files`,
    );
    return rows.map((row) => ({
      path: String(row.path),
      status: String(row.status),
      mtimeMillis: Number(row.mtime_millis),
      sizeBytes: Number(row.size_bytes),
      run: row.status === "ok" && row.run_id !== null ? runFileOf(row) : undefined,
    }));
  }

  /** Records files whose rows are in memory. */
  async recordRows(files: readonly FileInMemory[]): Promise<void> {
    const values = files.map(({ file, rows, facts: { runId, outcome, startedAtMicros } }) =>
      `(${sqlText(file.path)}, ${file.mtimeMillis}, ${file.sizeBytes}, ${rows.rowCount}, 'ok', NULL,
        ${sqlText(runId)}, ${outcome === null ? "NULL" : sqlText(outcome)},
        ${startedAtMicros === null ? "NULL" : `make_timestamptz(${startedAtMicros}::BIGINT)`})`
    );
    await this.#database.run(`INSERT INTO ${INDEX}.files VALUES ${values.join(", ")}`);
  }

  /** Settles which files count for their runs; returns those of the given ones that do. */
  async settle(files: readonly FileInMemory[]): Promise<FileInMemory[]> {
    await this.settleDoubles(files.map(({ file }) => file));
    const list = pathList(files.map(({ file }) => file));
    const rows = await this.#database.rows(
      `SELECT path FROM ${INDEX}.files WHERE status = 'ok' AND path IN (${list})`,
    );
    const counted = new Set(rows.map(({ path }) => path));
    return files.filter(({ file }) => counted.has(file.path));
  }

  /** Records files by a query for their rows with `_file`; those without rows as broken. */
  async recordSource(files: readonly RunFile[], source: string): Promise<void> {
    const values = files.map(({ path, mtimeMillis, sizeBytes }) =>
      `(${sqlText(path)}, ${mtimeMillis}::DOUBLE, ${sizeBytes}::DOUBLE)`
    ).join(", ");
    await this.#database.run(
      `INSERT INTO ${INDEX}.files
        SELECT v.path, v.mtime, v.size, coalesce(s.n, 0), if(s.run_id IS NULL, 'broken', 'ok'),
          if(s.run_id IS NULL, 'It holds no run: not a run file', NULL), s.run_id, s.outcome, s.started
        FROM (VALUES ${values}) v(path, mtime, size) LEFT JOIN (
          SELECT _file, count(*) AS n, any_value(run_id) AS run_id, any_value(run_outcome) AS outcome,
            any_value(run_started_at) AS started FROM (${source}) GROUP BY _file
        ) s ON s._file = v.path`,
    );
  }

  /** One file counts per run: a complete one before an aborted one, then the newest. */
  async settleDoubles(files: readonly RunFile[]): Promise<void> {
    const list = pathList(files);
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

  /** The files that count for the runs of some files. */
  async runFilesOf(files: readonly RunFile[]): Promise<CountedFile[]> {
    const rows = await this.#database.rows(
      `SELECT run_id, path, run_outcome FROM ${INDEX}.files WHERE status = 'ok' AND run_id IN (
        SELECT run_id FROM ${INDEX}.files WHERE path IN (${pathList(files)}))`,
    );
    return rows.map(runFileOf);
  }

  /** How many of some files hold no run, and the rows of all of them. */
  async countsOf(files: readonly RunFile[]): Promise<{ broken: number; rows: number }> {
    const [counts] = await this.#database.rows(
      `SELECT count(*) FILTER (status = 'broken')::DOUBLE AS broken, sum(rows)::DOUBLE AS rows
       FROM ${INDEX}.files WHERE path IN (${pathList(files)})`,
    );
    return { broken: Number(counts?.broken), rows: Number(counts?.rows) };
  }

  /** Sets a file aside. */
  async quarantine(file: RunFile, reason: string): Promise<void> {
    await this.#database.run(
      `INSERT INTO ${INDEX}.files VALUES (${sqlText(file.path)}, ${file.mtimeMillis},
        ${file.sizeBytes}, 0, 'broken', ${sqlText(reason)}, NULL, NULL, NULL)`,
    );
  }

  /** Forgets files with their rows; returns the doubles that now have to be read in their place. */
  async forget(paths: readonly string[]): Promise<string[]> {
    const list = paths.map(sqlText).join(", ");
    const rows = await this.#database.rows(
      `SELECT path FROM ${INDEX}.files WHERE status = 'double' AND path NOT IN (${list})
        AND run_id IN (SELECT run_id FROM ${INDEX}.files WHERE path IN (${list}))`,
    );
    const revived = rows.map(({ path }) => String(path));
    for (const table of Object.values(RUN_TABLES)) {
      await this.#database.run(`DELETE FROM ${INDEX}.${table} WHERE _file IN (${list})`);
    }
    const all = [...paths, ...revived].map(sqlText).join(", ");
    await this.#database.run(`DELETE FROM ${INDEX}.files WHERE path IN (${all})`);
    return revived;
  }

  /** Number of files that cannot be read. */
  async brokenCount(): Promise<number> {
    const sql = `SELECT count(*)::DOUBLE AS n FROM ${INDEX}.files WHERE status = 'broken'`;
    return Number((await this.#database.rows(sql))[0]?.n ?? 0);
  }

  /** All files with their status. */
  async list(): Promise<IndexedFile[]> {
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
}

function runFileOf(row: Record<string, unknown>): CountedFile {
  const outcome = typeof row.run_outcome === "string" ? row.run_outcome : null;
  return { runId: String(row.run_id), path: String(row.path), outcome };
}

function pathList(files: readonly RunFile[]): string {
  return files.map(({ path }) => sqlText(path)).join(", ");
}
