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
  const walk = (folder: string): void => {
    files.push(...runFilesIn(runsFolder, folder));
    for (const { name, isDirectory } of entries(join(runsFolder, folder))) {
      if (isDirectory && !name.endsWith("_ref")) walk(pathIn(folder, name));
    }
  };
  walk("");
  return files;
}

/**
 * Lists the run files of one folder.
 *
 * @param folder path below the runs folder, empty for itself
 */
export function runFilesIn(runsFolder: string, folder: string): RunFile[] {
  return entries(join(runsFolder, folder))
    .filter(({ name }) => name.endsWith(".parquet") && !name.startsWith("."))
    .flatMap(({ name }) => fileAt(runsFolder, pathIn(folder, name)) ?? []);
}

/** A run file by its path below the runs folder; undefined where there is none. */
export function fileAt(runsFolder: string, path: string): RunFile | undefined {
  const stat = statIfThere(join(runsFolder, path));
  if (stat === undefined || !stat.isFile) return undefined;
  return { path, mtimeMillis: stat.mtime?.getTime() ?? 0, sizeBytes: stat.size };
}

function pathIn(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
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
