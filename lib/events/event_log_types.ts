/**
 * What an event log is told, tells, and hands on.
 * @module
 */
import type { WrittenBatch } from "./event_file.ts";

/** Where batches go once they are in the file; must never throw or wait. */
export interface BatchSink {
  /**
   * Takes a batch that was handed to the operating system. Bytes of 1 MiB and more are its own only until
   * this returns: their memory is used again.
   */
  offer(batch: WrittenBatch, writer: string): void;
  /** True while somebody watches live and a batch should not linger. */
  readonly eager: boolean;
  /** How far the sink is. */
  readonly state: PushState;
  /** Delivers what was offered, as far as that is possible within a short time, and ends. */
  close(): Promise<void>;
}

/** How the push to the daemon stands. */
export interface PushState {
  /** `off` without a daemon, `connecting`, `live`, or `behind` while the daemon reads from the file. */
  readonly push: "off" | "connecting" | "live" | "behind";
  /** Sequence of the last batch that the daemon acknowledged. */
  readonly acknowledged: number;
  /** The last failure, if it was not mended since. */
  readonly pushError?: string;
}

/** What `status()` of an event log tells. */
export interface EventLogStatus extends PushState {
  /** The session that is written. */
  readonly sessionId: string;
  /** Key of this writer, as in the stamps of its batches. */
  readonly writer: string;
  /** The file in use, or null before the first flush. */
  readonly file: string | null;
  /** Events accepted by `emit`. */
  readonly emitted: number;
  /** Events handed to the operating system: they survive the death of this process. */
  readonly flushed: number;
  /** Events on the device: they survive a power cut. */
  readonly synced: number;
  /** True while somebody subscribes live, so that events do not wait for company. */
  readonly eager: boolean;
  /** Batches written. */
  readonly batches: number;
  /** The last failure to write, if it was not mended since. */
  readonly writeError?: string;
}

/** Options of `FileEventLog.open()`. */
export interface EventLogOptions {
  /** The data directory. @default resolved as by the command line */
  readonly dataDir?: string;
  /** The session to write. @default a new one */
  readonly sessionId?: string;
  /** Longest time an event waits in memory, milliseconds. @default 50 */
  readonly lingerMillis?: number;
}
