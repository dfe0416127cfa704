/**
 * From what a program hands to `emit()` to a valid and complete event.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import { type EventDefaults, EventHead, type EventRow, headNames } from "./event_base.ts";
import type { NormalizedEvent } from "./event_base.ts";
import { baseFieldNames } from "./event_field.ts";
import { eventSpec } from "./event_fields.ts";
import type { EventInput } from "./event_inputs.ts";
import { EventText, ID_AT, ID_LENGTH } from "./event_text.ts";
import { describeValue, jsonText, jsonValue } from "./json_value.ts";
import { compileRowWriter, type RowWriter } from "./row_compiler.ts";

const writers = new Map<string, RowWriter>();
const baseFields: ReadonlySet<string> = new Set(baseFieldNames);
const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** A writer keeps the text of its last event: one that was longer is let go with it. */
const KEPT_BYTES = 64 * 1024;

/**
 * Checks an event, fills in what it leaves out and writes its JSON text, as {@linkcode normalizeEvent} does
 * for those who want it as a string.
 *
 * @returns The row; valid until the next event of its type.
 * @throws {InvalidDataError} Names the type and the field that is wrong, missing or unknown.
 * @throws {TypeError} When `input` is not an object.
 */
export function writeEvent(
  input: EventInput | Readonly<Record<string, unknown>>,
  defaults: EventDefaults,
): EventRow {
  if (typeof input !== "object" || input === null) {
    throw new TypeError(`Event: wanted an object with event_type, got ${describeValue(input)}`);
  }
  const eventType = input.event_type;
  if (typeof eventType !== "string" || eventType === "") {
    throw new InvalidDataError(
      `Event field event_type: wanted a name such as "test.measurement", got ` +
        describeValue(eventType),
      { path: "event_type" },
    );
  }
  const writer = writers.get(eventType) ?? writerOf(eventType);
  const row = writer(input, defaults);
  if (row.json.byteLength > KEPT_BYTES) writers.delete(eventType);
  return row;
}

/**
 * Checks an event, fills in what it leaves out and writes its JSON text.
 *
 * An event of an unknown type keeps all its fields; only the shared ones are checked. Fields that
 * are undefined count as left out.
 *
 * @param input An event with snake_case names as on disk; it is not changed.
 * @param defaults Session, clock and ids for what the event leaves out.
 * @returns The event as a row on disk; `json` holds every key of the type, nulls included.
 * @throws {InvalidDataError} Names the type and the field that is wrong, missing or unknown.
 * @throws {TypeError} When `input` is not an object.
 *
 * @example
 * ```ts
 * import { strictEqual as equal } from "node:assert/strict";
 * const event = normalizeEvent({
 *   event_type: "test.measurement",
 *   step_name: "power",
 *   step_index: 0,
 *   measurement_name: "rail_3v3",
 *   value: 3.31,
 * }, {
 *   sessionId: "0a1b2c3d-1111-4222-8333-444455556666",
 *   nowMicros: () => Date.now() * 1000,
 *   newId: () => crypto.randomUUID(),
 * });
 * equal(JSON.parse(event.json).limit_low, null);
 * ```
 */
export function normalizeEvent(
  input: EventInput | Readonly<Record<string, unknown>>,
  defaults: EventDefaults,
): NormalizedEvent {
  const { eventType, occurredAtMicros, receivedAtMicros, sessionId, runId, json } = writeEvent(
    input,
    defaults,
  );
  const text = decoder.decode(json);
  const id = text.slice(ID_AT, ID_AT + ID_LENGTH);
  return { id, eventType, occurredAtMicros, receivedAtMicros, sessionId, runId, json: text };
}

/**
 * Tells whether the value of an event belongs into a channel, so that the event carries a claim
 * check in its place.
 *
 * @param input An event as it is handed in.
 * @returns True for `instrument.read` and `instrument.set` with an array, a typed array, a buffer or
 *   an object other than a `Date` or `{ _ref: "channel://..." }`.
 */
export function needsClaimCheck(input: EventInput | Readonly<Record<string, unknown>>): boolean {
  const { event_type: eventType, value } = input as { event_type: unknown; value?: unknown };
  if (eventType !== "instrument.read" && eventType !== "instrument.set") return false;
  if (typeof value !== "object" || value === null || value instanceof Date) return false;
  const ref = (value as { _ref?: unknown })._ref;
  return !(typeof ref === "string" && ref.startsWith("channel://"));
}

function writerOf(eventType: string): RowWriter {
  const spec = eventSpec(eventType);
  if (spec === undefined) return (input, defaults) => unknownEvent(eventType, input, defaults);
  const writer = compileRowWriter(eventType, spec);
  writers.set(eventType, writer);
  return writer;
}

/** An event of which only the shared fields are known. */
function unknownEvent(eventType: string, input: object, defaults: EventDefaults): EventRow {
  const fields = input as Readonly<Record<string, unknown>>;
  const rest: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && !baseFields.has(name)) rest[name] = jsonValue(value, name);
  }
  const text = new EventText(headNames);
  const rule = eventType.startsWith("session.") ? "refused" : "optional";
  const head = new EventHead(eventType, rule, text);
  head.begin({
    id: fields.id,
    occurredAt: fields.occurred_at,
    receivedAt: fields.received_at,
    sessionId: fields.session_id,
    runId: fields.run_id,
  }, defaults);
  head.json = joined(text.bytes, encoder.encode(jsonText(rest)));
  return head;
}

/** The text of an object with the fields of another behind its own. */
function joined(own: Uint8Array, more: Uint8Array): Uint8Array {
  if (more.byteLength === "{}".length) return own;
  const bytes = new Uint8Array(own.byteLength + more.byteLength - 1);
  bytes.set(own);
  bytes[own.byteLength - 1] = ",".charCodeAt(0);
  bytes.set(more.subarray(1), own.byteLength);
  return bytes;
}
