/**
 * The database of a daemon. It opens in threads of its own, so that the rest of the program can be loaded
 * meanwhile: this file loads no more than it needs.
 * @module
 */
import { dataLayout } from "../base/data_layout.ts";
import { DAEMON_LIMITS } from "../base/limits.ts";
import { Database } from "../engine/database.ts";
import { runtimePaths } from "../protocol/runtime_directory.ts";
import { spillFolder } from "./daemon_files.ts";
import type { DaemonOptions } from "./daemon_options.ts";

/** Opens an empty database that may read the run files. */
export async function openDaemonDatabase(
  { dataDir, memoryBytes }: Pick<DaemonOptions, "dataDir" | "memoryBytes">,
): Promise<Database> {
  return await Database.open({
    memoryBytes,
    spillDirectory: spillFolder(runtimePaths(dataDir)),
    readableDirectories: [dataLayout(dataDir).runs],
    fetchThreads: DAEMON_LIMITS.fetchThreads,
  });
}
