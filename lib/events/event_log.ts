/**
 * The event log that also pushes to the daemon.
 * @module
 */
import { newId } from "../base/ids.ts";
import { resolveDataDirectory } from "../config/data_directory.ts";
import { DaemonConnection } from "../protocol/daemon_connection.ts";
import { requireDaemon } from "../protocol/permissions.ts";
import { EventPush } from "./event_push.ts";
import { type EventLogOptions, FileEventLog } from "./file_event_log.ts";

/**
 * Appends the events of one session to its file and pushes each written batch to the daemon, which is
 * started where none runs. The file comes first and the push never slows it down: what the daemon missed it
 * reads from the file.
 *
 * @example
 * ```ts
 * import { EventLog } from "@litmus/sdk";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * const dataDir = await Deno.makeTempDir();
 * {
 *   await using log = await EventLog.open({ dataDir });
 *   log.emit({ event_type: "session.started", station_id: "bench-1" });
 *   await log.flush(); // survives kill -9 from here on
 *   equal(log.status().flushed, 1);
 * }
 * ```
 */
export class EventLog extends FileEventLog {
  /**
   * Opens a log.
   *
   * @returns a log; its file is made by the first flush
   * @throws {PermissionError} naming the flag that Deno was not given
   */
  static override async open(options: EventLogOptions = {}): Promise<EventLog> {
    const dataDir = await resolveDataDirectory(options.dataDir);
    await requireDaemon(dataDir);
    const sessionId = options.sessionId ?? newId();
    const connection = new DaemonConnection(dataDir);
    const push = new EventPush(connection, sessionId.toLowerCase());
    const sink = {
      offer: push.offer.bind(push),
      get eager() {
        return push.eager;
      },
      get state() {
        return push.state;
      },
      close: async () => {
        await push.close();
        await connection[Symbol.asyncDispose]();
      },
    };
    return new EventLog({ dataDir, sessionId, sink, lingerMillis: options.lingerMillis });
  }
}
