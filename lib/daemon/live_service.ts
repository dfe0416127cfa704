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
import { STORE } from "../engine/catalog.ts";
import { EVENT_SCHEMA } from "../events/event_batch_builder.ts";
import { compileRowFilter, pickRows } from "../events/row_filter.ts";
import { type EventFilter, filterCondition, parseFilter } from "../protocol/event_filter.ts";
import type { CallContext, FlightDataMessage, FlightPayload } from "../flight/service.ts";
import { LiveQueue } from "./live_queue.ts";
import { requestMetadata } from "./request_metadata.ts";
import type { Warehouse } from "./warehouse.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** How far before the last event seen a replay after a restart starts: clocks of writers differ. */
const REPLAY_MICROS = 5_000_000;
const RECEIVED_AT = 3;

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
    context: CallContext,
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
      queue.offer({ batch: matching, cursor: firstRow + batch.rows });
    });
    context.signal.addEventListener("abort", () => queue.end(), { once: true });
    try {
      yield { header: encodeSchema(EVENT_SCHEMA).metadata };
      this.#warehouse.takeEvents();
      const seam = this.#warehouse.eventCount;
      queue.clear(); // all of it is history
      yield* this.#history(request, seam);
      yield this.#note({ live: true, cursor: this.#cursor(seam, systemClock.nowMicros()) });
      yield* this.#live(queue);
    } finally {
      stop();
    }
  }

  async *#history(request: SubscribeRequest, seam: number): AsyncGenerator<FlightPayload> {
    const start = this.#start(request.fromCursor);
    if (start === undefined) return;
    const names = EVENT_SCHEMA.fields.map(({ name }) => name).join(", ");
    const { batches } = await this.#warehouse.query(
      `SELECT rowid, ${names} FROM ${STORE}.events WHERE ${start} AND rowid < ${seam}
        AND ${filterCondition(request.filter)} ORDER BY rowid`,
    );
    for await (const { rows, columns: [rowIds, ...columns] } of batches) {
      if (rowIds === undefined || rows === 0) continue;
      const last = Number(valueReader(rowIds)(rows - 1));
      yield this.#payload({ schema: EVENT_SCHEMA, rows, columns }, last + 1, 0);
    }
  }

  /** Condition for the rows to replay; undefined for live only. */
  #start(cursor: string | undefined): string | undefined {
    if (cursor === undefined) return undefined;
    if (cursor === "start") return "true";
    const [epoch, row, micros] = cursor.split(":");
    if (epoch === this.#epoch && Number.isSafeInteger(Number(row))) {
      return `rowid >= ${Number(row)}`;
    }
    // Row ids start anew with each life of the daemon, so time tells where to go on; what comes twice
    // around that moment the client knows by its id.
    const since = Number(micros);
    if (!Number.isSafeInteger(since)) return "true";
    return `received_at >= make_timestamptz(${Math.max(0, since - REPLAY_MICROS)})`;
  }

  async *#live(queue: LiveQueue): AsyncGenerator<FlightPayload> {
    for (let next = await queue.take(); next !== undefined; next = await queue.take()) {
      yield this.#payload(next.item.batch, next.item.cursor, next.missed);
    }
  }

  #cursor(row: number, micros: number): string {
    return `${this.#epoch}:${row}:${micros}`;
  }

  #payload(batch: ArrowBatch, cursor: number, missed: number): FlightPayload {
    const { metadata, body } = encodeBatch({ ...batch, schema: EVENT_SCHEMA });
    const note = { cursor: this.#cursor(cursor, latestMicros(batch)), missed };
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

/** Time of the latest event of a batch; now where it has none. */
function latestMicros(batch: ArrowBatch): number {
  const column = batch.columns[RECEIVED_AT];
  if (column === undefined || batch.rows === 0) return systemClock.nowMicros();
  const read = valueReader({ ...column, field: { ...column.field, format: "l" } });
  return Number(read(batch.rows - 1) ?? systemClock.nowMicros());
}
