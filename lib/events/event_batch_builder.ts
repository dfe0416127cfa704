/**
 * Collects events as Arrow columns and closes them into stamped record batches.
 * @module
 */
import { constantUtf8Column, writeInt64 } from "../arrow/column_builder.ts";
import { type ArrowColumn, type ArrowField, type ArrowSchema, field } from "../arrow/field.ts";
import { encodeBatch, encodeSchema, frameBytes } from "../arrow/message_writer.ts";
import { StretchColumn, TextColumn } from "./_event_text_columns.ts";
import type { NormalizedEvent } from "./event_base.ts";

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

/** `{"id":"`, which opens the JSON text of each event of this package. */
const ID_OFFSET = 7;
const ID_LENGTH = 36;
const QUOTE = 34;

/** Builds the record batches of one session. */
export class EventBatchBuilder {
  readonly #sessionId: string;
  readonly #id = new TextColumn();
  readonly #type = new StretchColumn();
  readonly #run = new StretchColumn();
  readonly #json = new TextColumn();
  readonly #occurred = new MicrosBuilder();
  readonly #received = new MicrosBuilder();

  constructor(sessionId: string) {
    this.#sessionId = sessionId;
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
  append(event: NormalizedEvent): void {
    const start = this.#json.byteLength;
    this.#json.append(event.json);
    this.#appendId(event, start + ID_OFFSET);
    this.#type.append(event.eventType);
    this.#occurred.append(event.occurredAtMicros);
    this.#received.append(event.receivedAtMicros);
    this.#run.append(event.runId);
  }

  /** The id stands in the JSON text already, where it was encoded a moment ago. */
  #appendId({ id, json }: NormalizedEvent, at: number): void {
    const bytes = this.#json.bytes;
    const isThere = id.length === ID_LENGTH && json.startsWith(id, ID_OFFSET) &&
      bytes[at + ID_LENGTH] === QUOTE;
    if (isThere) this.#id.appendBytes(bytes, at, ID_LENGTH);
    else this.#id.append(id);
  }

  /** Closes the batch into one run of bytes and starts the next. */
  finish(writer: string, sequence: number): Uint8Array {
    const rows = this.rows;
    const columns = [
      this.#id.finish(ID),
      this.#type.finish(TYPE),
      this.#occurred.finish(OCCURRED),
      this.#received.finish(RECEIVED),
      constantUtf8Column(SESSION, this.#sessionId, rows),
      this.#run.finish(RUN),
      this.#json.finish(JSON_TEXT),
    ];
    const stamp = { kind: "batch", writer, sequence, rows } as const;
    const bytes = frameBytes(encodeBatch({ schema: EVENT_SCHEMA, rows, columns }, stamp));
    for (const builder of [this.#id, this.#type, this.#run, this.#json]) builder.reset();
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
