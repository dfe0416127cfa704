/**
 * Where the recorder of a test writes: real files and a real daemon, and a tally of all that passes.
 * @module
 */
import type {
  BlockInput,
  ChannelWriteOptions,
  StructInput,
} from "../../lib/channels/channel_types.ts";
import { FileChannelStore } from "../../lib/channels/file_channel_store.ts";
import type { EventInput } from "../../lib/events/event_inputs.ts";
import { EventStore } from "../../lib/events/event_store.ts";
import type { RecorderTarget } from "../../lib/recorder/recorder_target.ts";
import type { Emitted, Tally } from "./tally.ts";

/** One session on a data directory. */
export class TalliedTarget implements RecorderTarget {
  readonly sessionId: string;
  readonly dataDir: string;
  readonly #events: EventStore;
  readonly #channels: FileChannelStore;
  readonly #tally: Tally;

  /** Takes ready parts; use {@linkcode open}. */
  constructor(events: EventStore, channels: FileChannelStore, tally: Tally) {
    this.#events = events;
    this.#channels = channels;
    this.#tally = tally;
    this.sessionId = events.sessionId;
    this.dataDir = events.dataDir;
  }

  /** Opens a new session. */
  static async open(dataDir: string, tally: Tally): Promise<TalliedTarget> {
    const events = await EventStore.open({ dataDir });
    const channels = await FileChannelStore.open({ dataDir, sessionId: events.sessionId });
    return new TalliedTarget(events, channels, tally);
  }

  emit(event: EventInput): void | Promise<void> {
    this.#tally.note(event as unknown as Emitted, this.sessionId);
    return this.#events.emit(event);
  }

  async flush(): Promise<void> {
    await this.#events.flush();
  }

  async sync(): Promise<void> {
    await this.#events.sync();
  }

  async saveRef(key: string, data: Uint8Array | ArrayBufferView | string): Promise<string> {
    return await this.#events.saveRef(key, data);
  }

  async writeChannel(
    channelId: string,
    value: BlockInput | StructInput,
    options: ChannelWriteOptions,
  ): Promise<string> {
    const { length } = value as { length?: unknown };
    this.#tally.noteSamples(channelId, typeof length === "number" ? length : 1);
    const uri = this.#channels.write(channelId, value, options);
    await this.#channels.flush();
    return uri;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#channels.close();
    await this.#events.close();
  }
}
