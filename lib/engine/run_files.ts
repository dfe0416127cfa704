/**
 * The Parquet files below a runs folder.
 * @module
 */
import { join } from "@std/path";

/** Files that are taken in at once, in one transaction: up to so many, and so many bytes. */
const BATCH_FILES = 1000;
const BATCH_BYTES = 32 * 1024 * 1024;
/** Files that one statement of the engine reads: it opens them all at once. */
const PORTION_FILES = 200;

/** A run file as the file system knows it. */
export interface RunFile {
  /** Path below the runs folder, with forward slashes. */
  readonly path: string;
  readonly mtimeMillis: number;
  readonly sizeBytes: number;
}

/** Lists all run files; unfinished ones (temporary names) are passed over. */
export function scanRunFiles(runsFolder: string): RunFile[] {
  const files: RunFile[] = [];
  walk(runsFolder, "", files);
  return files;
}

function walk(folder: string, prefix: string, files: RunFile[]): void {
  for (const entry of entries(folder)) {
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory && !entry.name.endsWith("_ref")) {
      walk(join(folder, entry.name), path, files);
    } else if (entry.name.endsWith(".parquet") && !entry.name.startsWith(".")) {
      const stat = statIfThere(join(folder, entry.name));
      if (stat === undefined || !stat.isFile) continue;
      files.push({ path, mtimeMillis: stat.mtime?.getTime() ?? 0, sizeBytes: stat.size });
    }
  }
}

function entries(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function statIfThere(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether a file that was listed is still there. */
export function runFileExists(runsFolder: string, file: RunFile): boolean {
  return statIfThere(join(runsFolder, file.path)) !== undefined;
}

/** Files in portions that can be read at once. */
export function* batchesOf(files: readonly RunFile[]): Generator<readonly RunFile[]> {
  let batch: RunFile[] = [];
  let bytes = 0;
  for (const file of files) {
    const isFull = batch.length === BATCH_FILES || bytes + file.sizeBytes > BATCH_BYTES;
    if (isFull && batch.length > 0) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.sizeBytes;
  }
  if (batch.length > 0) yield batch;
}

/** Files in portions for one statement of the engine. */
export function* portionsOf(files: readonly RunFile[]): Generator<readonly RunFile[]> {
  for (let start = 0; start < files.length; start += PORTION_FILES) {
    yield files.slice(start, start + PORTION_FILES);
  }
}
