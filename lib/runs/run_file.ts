/**
 * One run as a Parquet file: written under a temporary name, read back, published without replacing
 * anything unless that is wanted.
 * @module
 */
import { dirname } from "@std/path";
import { concatBytes } from "../base/concat_bytes.ts";
import { DirectorySyncs } from "../base/directory_syncs.ts";
import { StorageError } from "../base/errors.ts";
import { createFile, diskLayer, storageError, temporaryName } from "../base/file_layer.ts";
import { FileSource } from "../base/file_source.ts";
import { publishNew } from "../base/publish_new.ts";
import { VERSION } from "../base/version.ts";
import { type Footer, readFooter, UnsupportedParquetError } from "../parquet/read_footer.ts";
import { parquetParts } from "../parquet/write_parquet.ts";
import type { RunTable } from "./run_table.ts";

/** How the footer names the writer; what follows is its version. */
const CREATED_BY = "litmus-sdk version";

/** Length of the footer and the mark behind it. */
const TAIL_BYTES = 8;
/** Small parts are gathered to this size before they are written. */
const WRITE_BYTES = 1024 * 1024;

/**
 * Writes the file of a run; it is on the device when this resolves.
 *
 * @param pathOf the path to publish at, by the number of the attempt from 1 on; the folder is made
 * @param options with `replace`, a file that is there is replaced; else the next path is tried. `syncs`: what
 * syncs the folder, where several files are written at once
 * @returns the path
 * @throws {StorageError} naming the file
 */
export async function writeRunFile(
  pathOf: (attempt: number) => string,
  table: RunTable,
  options: { readonly replace?: boolean; readonly syncs?: DirectorySyncs } = {},
): Promise<string> {
  let path = pathOf(1);
  const temporary = temporaryName(path);
  try {
    const sizeBytes = await writeParts(temporary, table);
    verify(temporary, table, sizeBytes);
    if (options.replace === true) Deno.renameSync(temporary, path);
    else for (let n = 2; !await publishNew(temporary, path); n++) path = pathOf(n);
    await (options.syncs ?? new DirectorySyncs()).sync(dirname(path));
    return path;
  } catch (error) {
    await diskLayer.remove(temporary);
    throw storageError("Cannot write run file", path, error);
  }
}

async function writeParts(path: string, table: RunTable): Promise<number> {
  // The device is waited for elsewhere; what goes to memory of the system alone is done sooner than handed on.
  const file = await createFile(path);
  try {
    let gathered: Uint8Array[] = [];
    let waiting = 0;
    let sizeBytes = 0;
    const flush = (): void => {
      const bytes = concatBytes(gathered);
      for (let at = 0; at < waiting;) at += file.writeSync(bytes.subarray(at));
      sizeBytes += waiting;
      gathered = [];
      waiting = 0;
    };
    for (const part of parquetParts(contentOf(table))) {
      gathered.push(part);
      waiting += part.byteLength;
      if (waiting >= WRITE_BYTES) flush();
    }
    flush();
    await file.syncData();
    return sizeBytes;
  } finally {
    file.close();
  }
}

function contentOf(table: RunTable): Parameters<typeof parquetParts>[0] {
  const metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(table.metadata)) {
    if (typeof value === "string") metadata[key] = value;
  }
  const { columns, rowCount } = table;
  return { columns, rowCount, metadata, createdBy: `${CREATED_BY} ${VERSION}` };
}

/** Reads the footer back from the file and compares what it says with what was meant. */
function verify(path: string, table: RunTable, sizeBytes: number): void {
  using source = FileSource.open(path);
  const footer = footerOf(source);
  if (
    source.size !== sizeBytes || footer.rowCount !== table.rowCount ||
    footer.columns.length !== table.columns.length
  ) {
    throw new StorageError(
      `Run file holds ${footer.rowCount} rows of ${footer.columns.length} columns in ${source.size} bytes ` +
        `when read back, wanted ${table.rowCount} rows of ${table.columns.length} in ${sizeBytes}`,
      { file: path },
    );
  }
}

function footerOf(source: FileSource): Footer {
  const { size } = source;
  if (size < TAIL_BYTES) throw new RangeError("File is too short for a Parquet file");
  const tail = source.read(size - TAIL_BYTES, TAIL_BYTES);
  const footerBytes = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  const wanted = Math.min(size, footerBytes + TAIL_BYTES);
  return readFooter(source.read(size - wanted, wanted));
}

/** Whether this package wrote a run file, as its footer says; undefined where it is damaged. */
export function isOwnRunFile(path: string): boolean | undefined {
  using source = FileSource.open(path);
  try {
    return footerOf(source).createdBy.startsWith(CREATED_BY);
  } catch (error) {
    if (error instanceof UnsupportedParquetError) return false; // ours are all of the supported kind
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
