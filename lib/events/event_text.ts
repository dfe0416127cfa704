/**
 * The JSON text of one event type as bytes. Most of an event is what the event before it said, so the text
 * of the last one stays and only the values that differ are written anew, in place:
 *
 *     {"id":"...","occurred_at":"...","received_at":"...","session_id":"...","run_id":null, ... }
 *           ^            ^ fixed places                                        ^ found by field number
 *
 * @module
 */
import { newIdInto } from "../base/ids.ts";
import { MICROS_LENGTH, writeMicros } from "../base/time.ts";
import { jsonText } from "./json_value.ts";

const encoder = new TextEncoder();
const BYTES_AT_FIRST = 1024;
/** Longer texts are encoded by the engine, which has more to start up and less to do for each character. */
const LOOP_CHARACTERS = 128;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LAST_ASCII = 0x7e;

/** Where the id stands in each text. */
export const ID_AT: number = '{"id":"'.length;
/** Length of an id, bytes. */
export const ID_LENGTH = 36;
const OCCURRED_AT = ID_AT + ID_LENGTH + '","occurred_at":"'.length;
const RECEIVED_AT = OCCURRED_AT + MICROS_LENGTH + '","received_at":"'.length;

/** A text whose values are replaced one by one. */
export class EventText {
  #bytes = new Uint8Array(BYTES_AT_FIRST);
  #length = 0;
  /** The text at each length that it had: a view for each event would be the most garbage of all. */
  #views: Uint8Array[] = [];
  /** Where the value of each field begins, and how long it is. */
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;

  /**
   * Starts with null for all values.
   *
   * @param names the fields behind id and times, in order; the place of a name is the number of its field
   */
  constructor(names: readonly string[]) {
    this.#starts = new Int32Array(names.length);
    this.#lengths = new Int32Array(names.length).fill("null".length);
    const id = "0".repeat(ID_LENGTH);
    const time = "0".repeat(MICROS_LENGTH);
    this.#add(`{"id":"${id}","occurred_at":"${time}","received_at":"${time}"`);
    names.forEach((name, field) => {
      this.#add(`,${JSON.stringify(name)}:`);
      this.#starts[field] = this.#length;
      this.#add("null");
    });
    this.#add("}");
  }

  #add(text: string): void {
    const bytes = encoder.encode(text);
    this.#reserve(this.#length + bytes.byteLength);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#bytes.byteLength) return;
    const grown = new Uint8Array(Math.max(bytes, this.#bytes.byteLength * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#views = [];
  }

  /** The text as it stands; valid until the next change. */
  get bytes(): Uint8Array {
    return this.#views[this.#length] ??= this.#bytes.subarray(0, this.#length);
  }

  /** Gives the text a new random id. */
  newId(): void {
    newIdInto(this.#bytes, ID_AT);
  }

  /** Sets an id of 36 ASCII characters. */
  id(id: string): void {
    for (let i = 0; i < ID_LENGTH; i++) this.#bytes[ID_AT + i] = id.charCodeAt(i);
  }

  /** Sets both times, microseconds since the epoch. */
  times(occurredAtMicros: number, receivedAtMicros: number): void {
    writeMicros(this.#bytes, OCCURRED_AT, occurredAtMicros);
    writeMicros(this.#bytes, RECEIVED_AT, receivedAtMicros);
  }

  /** Sets a field to a plain value. */
  value(field: number, value: string | number | boolean | null): void {
    if (typeof value === "string") this.#text(field, value);
    // As JSON.stringify writes it; -0 becomes 0 either way.
    else this.json(field, String(value));
  }

  /** Sets a field to what is JSON already. */
  json(field: number, json: string): void {
    const { length } = json;
    if (length > LOOP_CHARACTERS) return this.#encoded(field, json);
    const start = this.#resize(field, length);
    const bytes = this.#bytes;
    for (let i = 0; i < length; i++) {
      const code = json.charCodeAt(i);
      if (code > LAST_ASCII) return this.#encoded(field, json);
      bytes[start + i] = code;
    }
  }

  #text(field: number, text: string): void {
    const { length } = text;
    if (length > LOOP_CHARACTERS) return this.#encoded(field, jsonText(text));
    const start = this.#resize(field, length + 2);
    const bytes = this.#bytes;
    bytes[start] = QUOTE;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code < SPACE || code > LAST_ASCII || code === QUOTE || code === BACKSLASH) {
        return this.#encoded(field, jsonText(text));
      }
      bytes[start + 1 + i] = code;
    }
    bytes[start + 1 + length] = QUOTE;
  }

  #encoded(field: number, json: string): void {
    const value = encoder.encode(json);
    const start = this.#resize(field, value.byteLength);
    this.#bytes.set(value, start);
  }

  /** Makes room for a value of another length; what follows moves. */
  #resize(field: number, length: number): number {
    const start = this.#starts[field]!;
    const old = this.#lengths[field]!;
    if (length === old) return start;
    const by = length - old;
    this.#reserve(this.#length + by);
    this.#bytes.copyWithin(start + length, start + old, this.#length);
    this.#length += by;
    this.#lengths[field] = length;
    for (let later = field + 1; later < this.#starts.length; later++) this.#starts[later]! += by;
    return start;
  }
}
