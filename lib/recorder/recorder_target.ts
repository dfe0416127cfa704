import type { BlockInput, ChannelWriteOptions, StructInput } from "../channels/channel_types.ts";
import type { EventInput } from "../events/event_inputs.ts";

/**
 * Where a recorder writes: an event log or store, and the channels beside it. The recorder emits
 * events in order and never reads.
 */
export interface RecorderTarget extends AsyncDisposable {
  /** The session that the events belong to, a UUID. */
  readonly sessionId: string;
  /** The data directory, for messages. */
  readonly dataDir: string;
  /**
   * Queues an event.
   *
   * @param event Fields as on disk; id, times and session are left to the target
   * @returns Nothing, or under back-pressure a promise that the recorder awaits where it can
   */
  emit(event: EventInput): void | Promise<void>;
  /** Hands everything emitted to the operating system. */
  flush(): Promise<void>;
  /** Flushes and waits for the device. */
  sync(): Promise<void>;
  /**
   * Saves large data beside the events.
   *
   * @param key Name for people
   * @param data Bytes, a typed array, or the path of a file to copy
   * @returns A `file://_ref/...` reference
   */
  saveRef(key: string, data: Uint8Array | ArrayBufferView | string): Promise<string>;
  /**
   * Writes an array or a structure to a channel and flushes it, so that the event that cites it never
   * comes before its data. Without this method, arrays and structures are refused.
   *
   * @param channelId Channel, such as `scope.ch1`
   * @param value Samples, or an object of one value per key
   * @param options Unit, timing and origin
   * @returns The `channel://...` URI
   */
  writeChannel?(
    channelId: string,
    value: BlockInput | StructInput,
    options: ChannelWriteOptions,
  ): Promise<string> | string;
}
