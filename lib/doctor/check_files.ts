/**
 * Checks every file of a data directory, with no daemon.
 * @module
 */
import { basename, dirname } from "@std/path";
import { dataLayout, isEventFileName } from "../base/data_layout.ts";
import { StorageError } from "../base/errors.ts";
import { isPyramidPath } from "../channels/pyramid_format.ts";
import { checkChannelFile } from "./check_channel_file.ts";
import { checkEventFile, reportMisplaced } from "./check_event_file.ts";
import { checkPyramid } from "./check_pyramid.ts";
import { checkRegistry, registryOf } from "./check_registry.ts";
import { checkRunFile } from "./check_run_file.ts";
import { checkTemporary, isTemporary } from "./check_temporary.ts";
import type { DamagedFile, DoctorOptions, DoctorReport } from "./damaged_file.ts";
import { walkFiles } from "./walk_files.ts";

type Check = (path: string) => DamagedFile[] | Promise<DamagedFile[]>;

/**
 * Checks the files of events, channels and runs.
 *
 * @param dataDir absolute path of the data directory
 * @returns how many files there are and what of them is damaged; files of unknown kinds are left out
 */
export async function checkFiles(
  dataDir: string,
  options: DoctorOptions = {},
): Promise<DoctorReport> {
  const { repair = false, signal, onFile } = options;
  const damaged: DamagedFile[] = [];
  let files = 0;
  for (const [path, check] of checks(dataDir, repair)) {
    signal?.throwIfAborted();
    onFile?.(path, files);
    files++;
    damaged.push(...await checked(path, check));
  }
  return { files, damaged };
}

function* checks(dataDir: string, repair: boolean): Generator<[string, Check]> {
  const layout = dataLayout(dataDir);
  const temporary: Check = (path) => checkTemporary(path, repair);
  for (const path of walkFiles(layout.events)) {
    if (isTemporary(path)) yield [path, temporary];
    else if (isEventFileName(basename(path)) && !dirname(path).endsWith("_ref")) {
      const isRead = dirname(dirname(path)) === layout.events;
      yield [path, isRead ? (file) => checkEventFile(dataDir, file, repair) : reportMisplaced];
    }
  }
  const registry = registryOf(dataDir);
  for (const path of walkFiles(layout.channels)) {
    if (isTemporary(path)) yield [path, temporary];
    else if (path.endsWith(".arrow")) yield [path, checkChannelFile];
    else if (isPyramidPath(path)) yield [path, (file) => checkPyramid(file, repair)];
    else if (path === registry) yield [path, checkRegistry];
  }
  for (const path of walkFiles(layout.runs)) {
    if (isTemporary(path)) yield [path, temporary];
    else if (path.endsWith(".parquet")) yield [path, checkRunFile];
  }
}

/** A file that cannot even be opened is reported as well, and the others are checked. */
async function checked(path: string, check: Check): Promise<DamagedFile[]> {
  try {
    return await check(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return []; // merged or published meanwhile
    const isKnown = error instanceof StorageError || error instanceof Deno.errors.PermissionDenied;
    if (!isKnown) throw error;
    return [{ file: path, start: 0, end: 0, reason: error.message, repaired: false }];
  }
}
