/**
 * Large data that the rows of a run cite, beside its file: `{stem}_ref/{name}` for `file://_ref/{name}`.
 * @module
 */
import { dirname, join } from "@std/path";
import type { DataLayout } from "../base/data_layout.ts";
import { InvalidDataError, NotFoundError } from "../base/errors.ts";
import { diskLayer, storageError, temporaryName } from "../base/file_layer.ts";
import { findReference, REFERENCE_PREFIX } from "../events/reference_data.ts";
import { DYNAMIC_PREFIXES } from "../runs/columns.ts";
import type { RunTable } from "../runs/run_table.ts";
import type { Cell } from "../runs/series.ts";

/** Rows looked at together. */
const BATCH_ROWS = 65_536;
const PREFIXES = Object.values(DYNAMIC_PREFIXES);

/** References in the cells of a run. */
function citedReferences(table: RunTable): Set<string> {
  const cited = new Set<string>();
  const note = (cell: Cell): void => {
    if (typeof cell === "string" && cell.startsWith(REFERENCE_PREFIX)) cited.add(cell);
    else if (Array.isArray(cell)) cell.forEach(note);
  };
  for (const column of table.columns) {
    const isText = column.type === "string" || column.type === "list<string>";
    if (!isText || !PREFIXES.some((prefix) => column.name.startsWith(prefix))) continue;
    for (let start = 0; start < table.rowCount; start += BATCH_ROWS) {
      column.slice(start, Math.min(start + BATCH_ROWS, table.rowCount)).forEach(note);
    }
  }
  return cited;
}

/**
 * Puts the data that a run cites beside its file; a second name of the same bytes where the disk can.
 *
 * @param path the run file
 * @returns references without data
 */
export async function placeReferences(
  layout: DataLayout,
  table: RunTable,
  path: string,
): Promise<string[]> {
  const missing: string[] = [];
  const folder = `${path.slice(0, -".parquet".length)}_ref`;
  for (const reference of citedReferences(table)) {
    try {
      const source = findReference(layout, table.sessionId, reference);
      await place(source, join(folder, reference.slice(REFERENCE_PREFIX.length)));
    } catch (error) {
      // A text of the user's may begin like a reference and be none.
      if (!(error instanceof NotFoundError || error instanceof InvalidDataError)) throw error;
      missing.push(reference);
    }
  }
  return missing;
}

async function place(source: string, target: string): Promise<void> {
  try {
    await Deno.mkdir(dirname(target), { recursive: true });
    if (!await linked(source, target)) {
      const temporary = temporaryName(target);
      await Deno.copyFile(source, temporary);
      await Deno.rename(temporary, target);
    }
    await diskLayer.syncDirectory(dirname(target));
  } catch (error) {
    throw storageError("Cannot write reference data", target, error);
  }
}

/** False on a file system without links. */
async function linked(source: string, target: string): Promise<boolean> {
  try {
    await Deno.link(source, target);
    return true;
  } catch (error) {
    return error instanceof Deno.errors.AlreadyExists;
  }
}
