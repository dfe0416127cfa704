/**
 * Collects events as Arrow columns and closes them into stamped record batches.
 * @module
 */
import { writeInt64 } from "../arrow/column_builder.ts";
import { type ArrowColumn, type ArrowField, type ArrowSchema, field } from "../arrow/field.ts";
import { encodeBatch, encodeSchema, frameAround, frameBytes } from "../arrow/message_writer.ts";
import { EVENT_LIMITS } from "../base/limits.ts";
import { StretchColumn, TextColumn } from "./_event_text_columns.ts";
import type { BatchMemory } from "./batch_memory.ts";
import type { EventRow } from "./event_base.ts";
import { ID_AT, ID_LENGTH } from "./event_text.ts";

const ID = field("id", "u");
const TYPE = field("event_type", "u");
const OCCURRED = field("occurred_at", "tsu:UTC");
const RECEIVED = field("received_at", "tsu:UTC");
const SESSION = field("session_id", "u");
const RUN = field("run_id", "u");
const JSON_TEXT = field("json", "u");

/** The columns of an event file, as the format prescribes them. */
export const EVENT_SCHEMA: ArrowSchema = {
  fields: [ID, TYPE, OCCURRED, RECEIVED, SESSION, RUN, JSON_TEXT],
};

const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();
const IN_PLACE_BYTES = EVENT_LIMITS.batchBytes / 2;

/** A growing column of timestamps. */
class MicrosBuilder {
  #data = new BigInt64Array(256);
  #words = new Uint32Array(this.#data.buffer);
  #rows = 0;

  append(micros: number): void {
    if (this.#rows === this.#data.length) {
      const grown = new BigInt64Array(this.#rows * 2);
      grown.set(this.#data);
      this.#data = grown;
      this.#words = new Uint32Array(grown.buffer);
    }
    writeInt64(this.#words, this.#rows++, micros);
  }

  finish(field: ArrowField): ArrowColumn {
    const data = new Uint8Array(this.#data.buffer, 0, this.#rows * 8);
    return { field, length: this.#rows, nullCount: 0, buffers: [NOTHING, data], children: [] };
  }

  reset(): void {
    this.#rows = 0;
  }
}

/** Builds the record batches of one session. */
export class EventBatchBuilder {
  readonly #sessionId: string;
  readonly #id = new TextColumn();
  readonly #type = new StretchColumn();
  readonly #session = new StretchColumn();
  readonly #run = new StretchColumn();
  readonly #json: TextColumn;
  readonly #occurred = new MicrosBuilder();
  readonly #received = new MicrosBuilder();

  /** @param memory lends what large batches take; their bytes are to be given back to it */
  constructor(sessionId: string, memory?: BatchMemory) {
    this.#sessionId = sessionId;
    this.#json = new TextColumn(memory);
  }

  /** Events collected so far. */
  get rows(): number {
    return this.#json.length;
  }

  /** Bytes collected so far, the JSON text only. */
  get byteLength(): number {
    return this.#json.byteLength;
  }

  /** Adds an event. */
  append({ id, eventType, occurredAtMicros, receivedAtMicros, runId, json }: EventRow): void {
    this.#json.append(json);
    if (id === undefined) this.#id.appendRange(json, ID_AT, ID_LENGTH);
    else this.#id.append(encoder.encode(id));
    this.#type.append(eventType);
    this.#occurred.append(occurredAtMicros);
    this.#received.append(receivedAtMicros);
    this.#run.append(runId);
  }

  /** Closes the batch into one run of bytes and starts the next. */
  finish(writer: string, sequence: number): Uint8Array {
    const { rows } = this;
    this.#session.append(this.#sessionId, rows);
    const columns = [
      this.#id.finish(ID),
      this.#type.finish(TYPE),
      this.#occurred.finish(OCCURRED),
      this.#received.finish(RECEIVED),
      this.#session.finish(SESSION),
      this.#run.finish(RUN),
      this.#json.finish(JSON_TEXT),
    ];
    const stamp = { kind: "batch", writer, sequence, rows } as const;
    const message = encodeBatch({ schema: EVENT_SCHEMA, rows, columns }, stamp);
    // A short text is copied, so that it does not keep large memory until it is synced.
    const around = this.byteLength < IN_PLACE_BYTES ? undefined : frameAround(message);
    const bytes = around ?? frameBytes(message);
    if (around === undefined) this.#json.reset();
    else this.#json.handOver();
    for (const column of [this.#id, this.#type, this.#session, this.#run]) column.reset();
    this.#occurred.reset();
    this.#received.reset();
    return bytes;
  }
}

/** The schema message that opens each file of a writer. */
export function eventSchemaFrame(writer: string, sequence: number): Uint8Array {
  return frameBytes(encodeSchema(EVENT_SCHEMA, { kind: "schema", writer, sequence, rows: 0 }));
}

/** The schema message without its frame, as it opens a put. */
export function eventSchemaMetadata(): Uint8Array {
  return encodeSchema(EVENT_SCHEMA).metadata;
}
