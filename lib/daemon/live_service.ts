/**
 * Live subscriptions over DoExchange: what is new is pushed as it becomes visible.
 *
 *     client -> descriptor path ["subscribe", "events"], app_metadata {"filter": {...}, "from_cursor": "..."}
 *     server -> schema, then batches with app_metadata {"cursor": "...", "missed": 0}; one empty batch
 *               with {"live": true} marks the seam between history and live
 *
 * @module
 */
import type { ArrowBatch } from "../arrow/field.ts";
import { valueReader } from "../arrow/column_values.ts";
import { encodeBatch, encodeSchema } from "../arrow/message_writer.ts";
import { systemClock } from "../base/clock.ts";
import { InvalidDataError } from "../base/errors.ts";
import { EVENT_LIMITS } from "../base/limits.ts";
import { STORE } from "../engine/catalog.ts";
import { EVENT_SCHEMA } from "../events/event_batch_builder.ts";
import { compileRowFilter, pickRows } from "../events/row_filter.ts";
import { formatCursor, parseCursor } from "../protocol/event_cursor.ts";
import { type EventFilter, filterCondition, parseFilter } from "../protocol/event_filter.ts";
import type { CallContext, FlightDataMessage, FlightPayload } from "../flight/service.ts";
import { LiveQueue } from "./live_queue.ts";
import { requestMetadata } from "./request_metadata.ts";
import type { Warehouse } from "./warehouse.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const REPLAY_MICROS = EVENT_LIMITS.replayMillis * 1000;

/** Where history begins. */
interface HistoryStart {
  readonly condition: string;
  /** Everything recorded before was given to the subscriber already. */
  readonly micros: number;
}

/** Serves live subscriptions. */
export class LiveService {
  readonly #warehouse: Warehouse;
  /** Tells one life of the daemon from another: row ids start anew with each. */
  readonly #epoch: string;

  constructor(warehouse: Warehouse, epoch: string) {
    this.#warehouse = warehouse;
    this.#epoch = epoch;
  }

  /** Serves one subscription until the client leaves. */
  async *subscribe(
    path: readonly string[],
    messages: AsyncIterable<FlightDataMessage>,
    context: Pick<CallContext, "signal">,
  ): AsyncGenerator<FlightPayload> {
    if (path[0] !== "events") {
      throw new InvalidDataError(`Subscribe to the path ["subscribe", "events"]`);
    }
    const queue = new LiveQueue();
    const request = await requestOf(messages, (error) => queue.fail(error));
    const filter = compileRowFilter(request.filter);
    const stop = this.#warehouse.listen((batch, _origin, firstRow) => {
      const rows = filter(batch);
      if (rows?.length === 0) return;
      const matching = rows === undefined ? batch : pickRows(batch, rows);
      const cursor = firstRow + batch.rows;
      queue.offer({ batch: matching, cursor, micros: systemClock.nowMicros() });
    });
    context.signal.addEventListener("abort", () => queue.end(), { once: true });
    try {
      yield { header: encodeSchema(EVENT_SCHEMA).metadata };
      yield* this.#untilLive(request, queue);
      yield* this.#live(queue);
    } finally {
      stop();
    }
  }

  /** History, and what came while it was read where that was more than may wait. */
  async *#untilLive(request: SubscribeRequest, queue: LiveQueue): AsyncGenerator<FlightPayload> {
    let start = this.#start(request.fromCursor);
    for (;;) {
      const now = systemClock.nowMicros();
      this.#warehouse.takeEvents();
      const seam = this.#warehouse.eventCount;
      queue.clear(); // all of it is history
      if (start !== undefined) yield* this.#history(request.filter, start, seam);
      if (start === undefined || queue.missed === 0) {
        yield this.#note({ live: true, cursor: this.#cursor(seam, now) });
        return;
      }
      start = { condition: `rowid >= ${seam}`, micros: now };
    }
  }

  async *#history(
    filter: EventFilter,
    start: HistoryStart,
    seam: number,
  ): AsyncGenerator<FlightPayload> {
    const names = EVENT_SCHEMA.fields.map(({ name }) => name).join(", ");
    const { batches } = await this.#warehouse.query(
      `SELECT rowid, ${names} FROM ${STORE}.events WHERE ${start.condition} AND rowid < ${seam}
        AND ${filterCondition(filter)}`,
    );
    for await (const { rows, columns: [rowIds, ...columns] } of batches) {
      if (rowIds === undefined || rows === 0) continue;
      const last = Number(valueReader(rowIds)(rows - 1));
      const cursor = this.#cursor(last + 1, start.micros);
      yield this.#payload({ schema: EVENT_SCHEMA, rows, columns }, { cursor, missed: 0 });
    }
  }

  /** Undefined for live only. */
  #start(text: string | undefined): HistoryStart | undefined {
    if (text === undefined) return undefined;
    const cursor = parseCursor(text);
    if (cursor === undefined) return { condition: "true", micros: 0 };
    const { epoch, row, micros } = cursor;
    if (epoch === this.#epoch) return { condition: `rowid >= ${row}`, micros };
    // What comes twice around that moment the client knows by its id.
    const since = `make_timestamptz(${Math.max(0, micros - REPLAY_MICROS)})`;
    return { condition: `coalesce(received_at, occurred_at, ${since}) >= ${since}`, micros };
  }

  async *#live(queue: LiveQueue): AsyncGenerator<FlightPayload> {
    for (let next = await queue.take(); next !== undefined; next = await queue.take()) {
      const { item, missed } = next;
      yield this.#payload(item.batch, { cursor: this.#cursor(item.cursor, item.micros), missed });
    }
  }

  #cursor(row: number, micros: number): string {
    return formatCursor({ epoch: this.#epoch, row, micros });
  }

  #payload(batch: ArrowBatch, note: { cursor: string; missed: number }): FlightPayload {
    const { metadata, body } = encodeBatch({ ...batch, schema: EVENT_SCHEMA });
    return { header: metadata, body, appMetadata: encoder.encode(JSON.stringify(note)) };
  }

  #note(note: object): FlightPayload {
    return { appMetadata: encoder.encode(JSON.stringify(note)) };
  }
}

interface SubscribeRequest {
  readonly filter: EventFilter;
  readonly fromCursor: string | undefined;
}

/** Reads the request; `refuse` is called where one comes later than that. */
async function requestOf(
  messages: AsyncIterable<FlightDataMessage>,
  refuse: (error: Error) => void,
): Promise<SubscribeRequest> {
  const metadata = await requestMetadata(messages[Symbol.asyncIterator](), refuse);
  if (metadata.byteLength === 0) return { filter: {}, fromCursor: undefined };
  const value: unknown = JSON.parse(decoder.decode(metadata));
  if (typeof value !== "object" || value === null) {
    throw new InvalidDataError("Subscription request must be a JSON object");
  }
  const cursor: unknown = Reflect.get(value, "from_cursor");
  return {
    filter: parseFilter(Reflect.get(value, "filter")),
    fromCursor: typeof cursor === "string" ? cursor : undefined,
  };
}
