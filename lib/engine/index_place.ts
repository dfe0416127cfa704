/**
 * Where the index of run files lives: the usual file, ours beside it where that one belongs to another
 * program or is locked, or memory.
 * @module
 */
import { join } from "@std/path";
import { INDEX } from "./catalog.ts";
import type { Database } from "./database.ts";
import { sqlText } from "./sql_text.ts";

/** Shape of our index; another number is read as not ours. */
export const INDEX_VERSION = 2;

/** Where an index lives. */
export interface IndexPlace {
  /** A file name, or `memory`. */
  readonly name: string;
  /** Why it is not the usual file. */
  readonly note?: string;
}

/** Attaches the first place that works: the usual file, ours beside it, memory. */
export async function attachIndex(database: Database, runsFolder: string): Promise<IndexPlace> {
  const notes: string[] = [];
  for (const name of ["_index.duckdb", "_index_sdk.duckdb"]) {
    const path = join(runsFolder, name);
    const reason = await tryAttach(database, runsFolder, path, name === "_index_sdk.duckdb");
    if (reason === undefined) {
      return notes.length === 0 ? { name } : { name, note: notes.join("; ") };
    }
    notes.push(`${name}: ${reason}`);
  }
  return await attachMemory(database, notes);
}

/** An index in memory, gone with the process. */
export async function attachMemory(
  database: Database,
  notes: readonly string[],
): Promise<IndexPlace> {
  await database.run("ATTACH ':memory:' AS run_index");
  return notes.length === 0 ? { name: "memory" } : { name: "memory", note: notes.join("; ") };
}

/** Why a place cannot be used; undefined once it is attached. */
async function tryAttach(
  database: Database,
  runsFolder: string,
  path: string,
  ownName: boolean,
): Promise<string | undefined> {
  try {
    await Deno.mkdir(runsFolder, { recursive: true });
    await database.run(`ATTACH ${sqlText(path)} AS run_index`);
  } catch (error) {
    const reason = firstLine(error);
    if (ownName && isDamaged(reason)) {
      // By its name this one is ours alone, and it can be made anew.
      await Deno.remove(path);
      return await tryAttach(database, runsFolder, path, false);
    }
    return reason;
  }
  if (await isOurs(database)) return undefined;
  await database.run("DETACH run_index");
  return "belongs to another program";
}

async function isOurs(database: Database): Promise<boolean> {
  const tables = await database.rows(
    "SELECT table_name FROM duckdb_tables() WHERE database_name = 'run_index'",
  );
  if (tables.length === 0) return true;
  if (!tables.some(({ table_name }) => table_name === "litmus_index")) return false;
  const [row] = await database.rows(`SELECT version::DOUBLE AS version FROM ${INDEX}.litmus_index`);
  return row?.version === INDEX_VERSION;
}

function isDamaged(reason: string): boolean {
  return /not a valid DuckDB|corrupt|checksum|deserialize|Serialization|incompatible/i.test(reason);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
