/**
 * Following a channel: history first where asked for, then what is written, without gap or double, across
 * restarts of the daemon.
 * @module
 */
import { columnArray } from "../arrow/column_arrays.ts";
import { valueReader } from "../arrow/column_values.ts";
import type { ArrowBatch } from "../arrow/field.ts";
import { StreamAssembler } from "../arrow/stream_assembler.ts";
import type { FlightClient } from "../flight/client.ts";
import { pathDescriptor } from "../flight/messages.ts";
import type { LiveNote, LivePosition, LiveRequest } from "../protocol/channel_live.ts";
import { DaemonConnection } from "../protocol/daemon_connection.ts";
import { isDaemonGone } from "../protocol/lease.ts";
import { PUT_PATHS, SUBSCRIBE_PATH } from "../protocol/names.ts";
import { columnOf, doublesOfColumn, microsOfColumn } from "./_batch_columns.ts";
import { checkChannelId } from "./channel_types.ts";

/** How to follow a channel. */
export interface ChannelSubscribeOptions {
  /** Only this session. @default all sessions, those to come included */
  readonly sessionId?: string;
  /** Seconds of history that come first; `Infinity` for all of it. @default 0 */
  readonly window?: number;
  /** Only the newest sample of each update, beginning with the newest there is. @default false */
  readonly latest?: boolean;
  /** At most this many updates per second: what is written between two of them comes as one. */
  readonly maxRate?: number;
  /** Ends the subscription. */
  readonly signal?: AbortSignal;
  /** Told how many samples this subscriber was too slow for. */
  readonly onMissed?: (count: number) => void;
  /** Told when history is over and what follows is live. */
  readonly onLive?: () => void;
}

/** Samples of one session that came together. */
export interface ChannelUpdate {
  /** The channel. */
  readonly channelId: string;
  /** The session. */
  readonly sessionId: string;
  /** Times, whole microseconds since the epoch. */
  readonly timestamp: Float64Array;
  /** Seconds from the start of the capture, or of the channel where it has no waveforms. */
  readonly offsetSeconds: Float64Array;
  /** A typed array of numbers; else booleans, text, structures as JSON text, or null. */
  readonly value: Float64Array | readonly (boolean | string | null)[];
  /** False for history. */
  readonly isLive: boolean;
  /** Samples lost since the update before, because this subscriber was slow. */
  readonly missed: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const RETRY_MILLIS = 200;

/** A running subscription. */
export class ChannelSubscription implements AsyncIterable<ChannelUpdate> {
  readonly #dataDir: string;
  readonly #channelId: string;
  readonly #options: ChannelSubscribeOptions;
  readonly #publish: () => Promise<void>;
  readonly #positions: Record<string, LivePosition> = {};
  #since: number | undefined;
  #isLive = false;

  /**
   * Takes ready parts; the store's `subscribe` makes them.
   *
   * @param publish publishes what the store of the subscriber has written itself
   */
  constructor(
    dataDir: string,
    channelId: string,
    options: ChannelSubscribeOptions,
    publish: () => Promise<void>,
  ) {
    checkChannelId(channelId);
    this.#dataDir = dataDir;
    this.#channelId = channelId;
    this.#options = options;
    this.#publish = publish;
    requestOf(options);
  }

  /** The updates as they come; ends with the signal or `break`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ChannelUpdate> {
    const isEnded = (): boolean => this.#options.signal?.aborted === true;
    await this.#publish();
    // A connection of its own: on a shared one a slow subscriber would hold up all the others.
    await using connection = new DaemonConnection(this.#dataDir);
    while (!isEnded()) {
      try {
        yield* this.#once(await connection.client());
      } catch (error) {
        if (isEnded()) return;
        if (!isDaemonGone(error)) throw error;
      }
      if (isEnded()) return;
      await connection.reset();
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS));
    }
  }

  async *#once(client: FlightClient): AsyncGenerator<ChannelUpdate> {
    const { signal } = this.#options;
    const exchange = client.doExchange(
      pathDescriptor(SUBSCRIBE_PATH, PUT_PATHS.channels, this.#channelId),
      signal === undefined ? {} : { signal },
    );
    await exchange.write({ appMetadata: encoder.encode(JSON.stringify(this.#request())) });
    const assembler = new StreamAssembler();
    try {
      for await (const { header, body, appMetadata } of exchange.results) {
        const note = noteOf(appMetadata);
        const batch = header.byteLength > 0 ? assembler.acceptBytes(header, body) : undefined;
        if (note.since !== undefined) this.#since ??= note.since;
        if (note.missed) this.#options.onMissed?.(note.missed);
        if (batch !== undefined) yield this.#update(batch, note.missed ?? 0);
        Object.assign(this.#positions, note.positions);
        if (note.live === true) this.#goLive();
      }
    } finally {
      await exchange[Symbol.asyncDispose]();
    }
  }

  #goLive(): void {
    const wasLive = this.#isLive;
    this.#isLive = true;
    if (!wasLive) this.#options.onLive?.();
  }

  #request(): LiveRequest {
    const request = requestOf(this.#options);
    return this.#since === undefined
      ? request
      : { ...request, from: { since: this.#since, writers: this.#positions } };
  }

  #update(batch: ArrowBatch, missed: number): ChannelUpdate {
    const sessions = columnOf(batch, "session_id"), times = columnOf(batch, "timestamp");
    const offsets = columnOf(batch, "offset_seconds"), values = columnOf(batch, "value");
    if (!sessions || !times || !offsets || !values) {
      throw new TypeError("The daemon sent an update without the columns of one");
    }
    return {
      channelId: this.#channelId,
      sessionId: String(valueReader(sessions)(0)),
      timestamp: microsOfColumn(times),
      offsetSeconds: doublesOfColumn(offsets),
      value: values.field.format === "g"
        ? doublesOfColumn(values)
        : columnArray(values.field, [values]) as readonly (boolean | string | null)[],
      isLive: this.#isLive,
      missed,
    };
  }
}

function requestOf({ sessionId, window, latest, maxRate }: ChannelSubscribeOptions): LiveRequest {
  if (window !== undefined && !(window >= 0)) {
    throw new RangeError(`Cannot subscribe: window is ${window}, seconds of at least 0 are wanted`);
  }
  if (maxRate !== undefined && !(maxRate > 0)) {
    throw new RangeError(
      `Cannot subscribe: maxRate is ${maxRate}, updates per second above 0 are wanted`,
    );
  }
  return {
    ...(sessionId === undefined ? {} : { session_id: sessionId.toLowerCase() }),
    ...(window === undefined ? {} : { window: window === Infinity ? "all" : window }),
    ...(latest === undefined ? {} : { latest }),
    ...(maxRate === undefined || maxRate === Infinity ? {} : { max_rate: maxRate }),
  };
}

function noteOf(appMetadata: Uint8Array): LiveNote {
  return appMetadata.byteLength === 0 ? {} : JSON.parse(decoder.decode(appMetadata)) as LiveNote;
}
