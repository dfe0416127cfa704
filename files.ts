/**
 * Event and channel files, written and read without a daemon and without network. Needs read and write
 * access to the data directory and nothing else.
 *
 * @example Recording on a machine that has nothing but a disk
 * ```ts
 * import { FileChannelStore, FileEventLog } from "@litmus/sdk/files";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * const dataDir = await Deno.makeTempDir();
 * await using log = await FileEventLog.open({ dataDir });
 * await using channels = await FileChannelStore.open({ dataDir, sessionId: log.sessionId });
 * const uri = channels.write("dmm.voltage", 3.31, { units: "V" });
 * log.emit({ event_type: "session.started" });
 * await log.sync();
 * equal(uri, `channel://dmm.voltage?session=${log.sessionId}`);
 * ```
 *
 * @module
 */
export {
  type EventLogOptions,
  type EventLogStatus,
  FileEventLog,
} from "./lib/events/file_event_log.ts";
export { readEventBatches, readEvents, type ReadEventsOptions } from "./lib/events/read_events.ts";
export type { EventFilter } from "./lib/protocol/event_filter.ts";
export type { Damage } from "./lib/events/event_file_reader.ts";
export type { ExitFlush } from "./lib/events/exit_flush.ts";
export {
  type ChannelStoreOptions,
  type ChannelStoreQuery,
  FileChannelStore,
} from "./lib/channels/file_channel_store.ts";
