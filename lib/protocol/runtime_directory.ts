/**
 * The folder for what belongs to a running daemon: endpoint file, locks, log.
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "@std/path";
import { DaemonError, PermissionError } from "../base/errors.ts";
import {
  processSurroundings,
  type Surroundings,
  userCacheFolder,
} from "../config/data_directory.ts";

/** Paths of the runtime files of one data directory. */
export interface RuntimePaths {
  readonly root: string;
  readonly endpoint: string;
  readonly spawnLock: string;
  readonly daemonLock: string;
  readonly references: string;
  readonly writers: string;
  readonly log: string;
  /** False where the data directory itself could not take the runtime files. */
  readonly insideDataDirectory: boolean;
}

/**
 * Finds or makes the runtime folder: `<data_dir>/.litmus`, or, where that cannot be written, a folder of
 * the user named after the real path of the data directory.
 *
 * @throws {DaemonError} where the folder belongs to another user
 */
export function runtimePaths(
  dataDir: string,
  surroundings: Surroundings = processSurroundings(),
): RuntimePaths {
  const inside = join(dataDir, ".litmus");
  const fault = prepare(inside);
  if (fault === undefined) return paths(inside, true);
  if (isForeign(inside)) {
    throw new DaemonError(
      `Data directory ${dataDir} is in use by another user, whose ${inside} cannot be read: ask for access to it or use another --data-dir`,
      { cause: fault },
    );
  }
  const hash = createHash("sha256").update(Deno.realPathSync(dataDir)).digest("hex").slice(0, 16);
  const outside = join(userCacheFolder(surroundings), "litmus", hash);
  const second = prepareOutside(outside, inside);
  if (second !== undefined) {
    throw new DaemonError(`Cannot keep runtime files in ${inside} nor in ${outside}`, {
      cause: second,
    });
  }
  return paths(outside, false);
}

function paths(root: string, insideDataDirectory: boolean): RuntimePaths {
  return {
    root,
    endpoint: join(root, "endpoint.json"),
    spawnLock: join(root, "spawn.lock"),
    daemonLock: join(root, "daemon.lock"),
    references: join(root, "refs"),
    writers: join(root, "writers"),
    log: join(root, "daemon.log"),
    insideDataDirectory,
  };
}

/** The runtime files of a data directory that can be written, whether or not they are there. */
export function runtimePathsInside(dataDir: string): RuntimePaths {
  return paths(join(dataDir, ".litmus"), true);
}

/** Makes the folder and proves that it can be written; returns what stood in the way. */
function prepare(folder: string): unknown {
  try {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    Deno.mkdirSync(join(folder, "refs"), { recursive: true, mode: 0o700 });
    const probe = join(folder, `.probe-${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`);
    Deno.writeFileSync(probe, new Uint8Array(0), { createNew: true, mode: 0o600 });
    Deno.removeSync(probe);
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return error;
  }
}

function prepareOutside(outside: string, inside: string): unknown {
  try {
    return prepare(outside);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new PermissionError(
      `${inside} cannot be written, so runtime files go to ${outside}: run with --allow-read=${outside} --allow-write=${outside}`,
      { cause: error },
    );
  }
}

/** True where the folder is there and closed to us, as against a medium that takes no writes. */
function isForeign(folder: string): boolean {
  try {
    for (const _ of Deno.readDirSync(folder)) break;
    Deno.openSync(join(folder, "endpoint.json"), { read: true }).close();
    return false;
  } catch (error) {
    return error instanceof Deno.errors.PermissionDenied;
  }
}
