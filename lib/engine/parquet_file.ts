/**
 * Writing one run as a Parquet file: staged as a table, copied under a temporary name, read back, published
 * without replacing anything.
 * @module
 */
import type { ArrowBatch } from "../arrow/field.ts";
import { StorageError } from "../base/errors.ts";
import { diskLayer, storageError, temporaryName } from "../base/file_layer.ts";
import type { Database } from "./database.ts";
import { sqlName, sqlText } from "./sql_text.ts";
import { TableAppender, typeOf } from "./table_appender.ts";
import { dirname } from "@std/path";

let stageCount = 0;

/** Rows of a run in a table of their own, gone after use. */
export class StagedRun implements AsyncDisposable {
  /** Qualified name of the table. */
  readonly table: string;
  readonly rows: number;
  readonly #database: Database;

  private constructor(database: Database, table: string, rows: number) {
    this.#database = database;
    this.table = table;
    this.rows = rows;
  }

  /** Stages batches of one schema. */
  static async create(
    database: Database,
    batches: Iterable<ArrowBatch>,
    fields: ArrowBatch["schema"]["fields"],
  ): Promise<StagedRun> {
    const name = `stage_${++stageCount}`;
    const columns = fields.map((field) => `${sqlName(field.name)} ${typeOf(field)}`).join(", ");
    await database.run(`CREATE TABLE memory.main.${name} (${columns})`);
    const appender = await TableAppender.open(database, {
      catalog: "memory",
      schema: "main",
      table: name,
    });
    let rows = 0;
    try {
      for (const batch of batches) {
        appender.append(batch);
        rows += batch.rows;
      }
    } finally {
      appender.close();
    }
    return new StagedRun(database, `memory.main.${name}`, rows);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database.run(`DROP TABLE IF EXISTS ${this.table}`);
  }
}

/**
 * Writes a staged run.
 *
 * @param path where to publish; its folder is made
 * @param metadata key/value pairs of the file
 * @param replace true to replace the file that is there, else an existing one is an error
 * @throws {StorageError} naming the file
 */
export async function writeParquet(
  database: Database,
  staged: StagedRun,
  path: string,
  metadata: Readonly<Record<string, string>>,
  replace = false,
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    const pairs = Object.entries(metadata)
      .map(([key, value]) => `${sqlName(key)}: ${sqlText(value)}`).join(", ");
    await database.run(
      `COPY (FROM ${staged.table}) TO ${sqlText(temporary)}
        (FORMAT parquet, COMPRESSION snappy, USE_TMP_FILE false, KV_METADATA {${pairs}})`,
    );
    await verify(database, temporary, staged.rows);
    await syncFile(temporary);
    if (replace) await Deno.rename(temporary, path);
    else await publishNew(temporary, path);
    await diskLayer.syncDirectory(dirname(path));
  } catch (error) {
    await diskLayer.remove(temporary);
    if (error instanceof Deno.errors.AlreadyExists) throw error;
    throw storageError("Cannot write run file", path, error);
  }
}

/** Reads the footer back and counts the rows. */
async function verify(database: Database, path: string, rows: number): Promise<void> {
  const [row] = await database.rows(
    `SELECT num_rows::DOUBLE AS n FROM parquet_file_metadata(${sqlText(path)})`,
  );
  if (row?.n !== rows) {
    throw new StorageError(`Run file holds ${row?.n} rows when read back, wanted ${rows}`, {
      file: path,
    });
  }
}

async function syncFile(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true, write: true });
  await file.sync();
}

/** A link fails where the name is taken, a rename would replace it. */
async function publishNew(temporary: string, path: string): Promise<void> {
  try {
    await Deno.link(temporary, path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw error;
    // A file system without links: look, then rename.
    if (await exists(path)) throw new Deno.errors.AlreadyExists(path);
    await Deno.rename(temporary, path);
    return;
  }
  await Deno.remove(temporary);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
