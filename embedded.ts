/**
 * The SQL views and functions of the daemon in this process, read-only, without a daemon and without
 * network. Needs `--allow-ffi` and read access to the data directory and the packages.
 *
 * @example Asking the files themselves
 * ```ts
 * import { EmbeddedEngine } from "@litmus/sdk/embedded";
 * import { FileEventLog } from "@litmus/sdk/files";
 * import { deepStrictEqual as deepEqual } from "node:assert/strict";
 *
 * const dataDir = await Deno.makeTempDir();
 * {
 *   await using log = await FileEventLog.open({ dataDir });
 *   log.emit({ event_type: "session.started", station_id: "bench-1" });
 * }
 * await using engine = await EmbeddedEngine.open({ dataDir });
 * const result = await engine.sql("SELECT station_id FROM sessions");
 * deepEqual(await Array.fromAsync(result.rows()), [{ station_id: "bench-1" }]);
 * ```
 *
 * @module
 */
export {
  EmbeddedEngine,
  type EmbeddedOptions,
  type EmbeddedParameters,
} from "./lib/daemon/embedded_engine.ts";
export { QueryResult } from "./lib/arrow/query_result.ts";
export { LimitError, LitmusError, SqlError } from "./lib/base/errors.ts";
