/**
 * Where the index of run files lives: the usual file, ours beside it where that one belongs to another
 * program or is locked, or memory.
 * @module
 */
import { join } from "@std/path";
import { diskLayer } from "../base/file_layer.ts";
import { isTaken } from "../base/is_there.ts";
import { INDEX } from "./catalog.ts";
import type { Database } from "./database.ts";
import { sqlText } from "./sql_text.ts";

/** Shape of our index; another number is read as not ours. */
export const INDEX_VERSION = 3;

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
    const owner = await isTaken(path) ? await ownerOf(database, path, ownName) : "nobody";
    if (owner === "other") return "belongs to another program";
    // Ours and of a shape that is read no more, or damaged and by its name ours alone.
    if (owner === "outdated") await removeIndex(path);
    // Without a log: what a crash takes from it is read from the run files again.
    await database.run(`ATTACH ${sqlText(path)} AS run_index (RECOVERY_MODE no_wal_writes)`);
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return firstLine(error);
  }
}

/** Whose a file is, found without a byte of it being written. */
async function ownerOf(
  database: Database,
  path: string,
  ownName: boolean,
): Promise<"us" | "outdated" | "other"> {
  try {
    await database.run(`ATTACH ${sqlText(path)} AS run_index (READ_ONLY)`);
  } catch (error) {
    if (ownName && isDamaged(firstLine(error))) return "outdated";
    throw error;
  }
  try {
    return await attachedOwner(database);
  } catch (error) {
    if (ownName && isDamaged(firstLine(error))) return "outdated";
    throw error;
  } finally {
    await database.run("DETACH run_index");
  }
}

async function attachedOwner(database: Database): Promise<"us" | "outdated" | "other"> {
  const tables = await database.rows(
    "SELECT table_name FROM duckdb_tables() WHERE database_name = 'run_index'",
  );
  if (tables.length === 0) return "us";
  if (!tables.some(({ table_name }) => table_name === "litmus_index")) return "other";
  const [row] = await database.rows(`SELECT version::DOUBLE AS version FROM ${INDEX}.litmus_index`);
  const version = Number(row?.version);
  // A newer package shares this folder: its index is not ours to replace.
  if (version > INDEX_VERSION) return "other";
  return version === INDEX_VERSION ? "us" : "outdated";
}

/** The file with its write-ahead log, which fits no other file. */
async function removeIndex(path: string): Promise<void> {
  await diskLayer.remove(path);
  await diskLayer.remove(`${path}.wal`);
}

function isDamaged(reason: string): boolean {
  return /not a valid DuckDB|corrupt|checksum|deserialize|Serialization|incompatible/i.test(reason);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
