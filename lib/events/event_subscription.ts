/**
 * Following events live: history first where asked for, then what comes, without gap or double at the seam,
 * across restarts of the daemon.
 * @module
 */
import { valueReader } from "../arrow/column_values.ts";
import { StreamAssembler } from "../arrow/stream_assembler.ts";
import type { FlightClient } from "../flight/client.ts";
import { pathDescriptor } from "../flight/messages.ts";
import type { DaemonConnection } from "../protocol/daemon_connection.ts";
import { parseCursor } from "../protocol/event_cursor.ts";
import { type EventFilter, formatFilter } from "../protocol/event_filter.ts";
import { SUBSCRIBE_PATH } from "../protocol/names.ts";
import { DeliveredIds } from "./delivered_ids.ts";
import { parseEvent } from "./event_json.ts";
import type { LitmusEvent } from "./event_types.ts";
import type { UnknownEvent } from "./base_event.ts";

/** How to subscribe. */
export interface SubscribeOptions {
  /**
   * Where to start: `"start"` replays everything first, a cursor goes on behind it; without one only new
   * events are delivered.
   */
  readonly fromCursor?: string;
  /** Ends the subscription. */
  readonly signal?: AbortSignal;
  /** Told how many events this subscriber was too slow for. */
  readonly onMissed?: (count: number) => void;
  /** Told when history is over and what follows is live. */
  readonly onLive?: () => void;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const RETRY_MILLIS = 200;

/** A running subscription. */
export class EventSubscription implements AsyncIterable<LitmusEvent | UnknownEvent> {
  readonly #connection: DaemonConnection;
  readonly #filter: EventFilter;
  readonly #options: SubscribeOptions;
  readonly #given = new DeliveredIds();
  #cursor: string | undefined;
  #delivered = 0;
  #client: FlightClient | undefined;

  /** Takes ready parts; the store's `subscribe` makes them. */
  constructor(connection: DaemonConnection, filter: EventFilter, options: SubscribeOptions) {
    this.#connection = connection;
    this.#filter = filter;
    this.#options = options;
    this.#cursor = options.fromCursor;
  }

  /** Where to go on later, as `fromCursor`; undefined before the first event or seam. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** The events as they come; ends with the signal, the filter's limit or `break`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<LitmusEvent | UnknownEvent> {
    const isEnded = (): boolean => this.#options.signal?.aborted === true;
    const limit = this.#filter.limit ?? Infinity;
    while (!isEnded() && this.#delivered < limit) {
      try {
        for await (const event of this.#once()) {
          this.#delivered++;
          yield event;
          if (this.#delivered >= limit) return;
        }
        if (isEnded()) return;
      } catch (error) {
        if (isEnded()) return;
        if (!this.#connection.isGone(error, this.#client)) throw error;
      }
      await this.#connection.reset(this.#client);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS));
    }
  }

  async *#once(): AsyncGenerator<LitmusEvent | UnknownEvent> {
    const client = this.#client = await this.#connection.client();
    const { signal } = this.#options;
    const exchange = client.doExchange(
      pathDescriptor(SUBSCRIBE_PATH, "events"),
      signal === undefined ? {} : { signal },
    );
    const request = {
      filter: formatFilter(this.#filter),
      ...(this.#cursor === undefined ? {} : { from_cursor: this.#cursor }),
    };
    await exchange.write({ appMetadata: encoder.encode(JSON.stringify(request)) });
    const assembler = new StreamAssembler();
    try {
      for await (const message of exchange.results) {
        const note = this.#note(message.appMetadata);
        if (message.header.byteLength > 0) {
          const batch = assembler.acceptBytes(message.header, message.body);
          if (batch !== undefined) yield* this.#events(batch);
        }
        if (note.cursor !== undefined) this.#moveTo(note.cursor);
        if (note.live === true) this.#options.onLive?.();
      }
    } finally {
      await exchange[Symbol.asyncDispose]();
    }
  }

  #moveTo(cursor: string): void {
    this.#cursor = cursor;
    const { micros } = parseCursor(cursor) ?? {};
    if (micros !== undefined) this.#given.passed(micros);
  }

  #note(appMetadata: Uint8Array): { cursor?: string; live?: boolean } {
    if (appMetadata.byteLength === 0) return {};
    const note = JSON.parse(decoder.decode(appMetadata)) as {
      cursor?: string;
      live?: boolean;
      missed?: number;
    };
    if (note.missed !== undefined && note.missed > 0) this.#options.onMissed?.(note.missed);
    return note;
  }

  *#events(
    batch: NonNullable<ReturnType<StreamAssembler["acceptBytes"]>>,
  ): Generator<LitmusEvent | UnknownEvent> {
    const ids = batch.columns[0];
    const texts = batch.columns[6];
    if (ids === undefined || texts === undefined) return;
    const readId = valueReader(ids);
    const readText = valueReader(texts);
    for (let row = 0; row < batch.rows; row++) {
      const id = readId(row);
      if (typeof id === "string" && id !== "" && !this.#given.add(id)) continue;
      const text = readText(row);
      if (typeof text === "string") yield parseEvent(text);
    }
  }
}
