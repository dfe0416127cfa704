/**
 * From what a program hands to `emit()` to a valid and complete event.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import { formatMicros } from "../base/time.ts";
import { type EventDefaults, type NormalizedEvent, startEvent } from "./event_base.ts";
import { baseFieldNames } from "./event_field.ts";
import { eventSpec } from "./event_fields.ts";
import type { EventInput } from "./event_inputs.ts";
import { describeValue, jsonText, jsonValue } from "./json_value.ts";
import { compileNormalizer, type Normalizer } from "./normalize_compiler.ts";

const normalizers = new Map<string, Normalizer>();
const baseFields: ReadonlySet<string> = new Set(baseFieldNames);

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
  const normalizer = normalizers.get(eventType) ?? normalizerOf(eventType);
  return normalizer(input, defaults);
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

function normalizerOf(eventType: string): Normalizer {
  const spec = eventSpec(eventType);
  if (spec === undefined) return (input, defaults) => unknownEvent(eventType, input, defaults);
  const normalizer = compileNormalizer(eventType, spec);
  normalizers.set(eventType, normalizer);
  return normalizer;
}

function unknownEvent(eventType: string, input: object, defaults: EventDefaults): NormalizedEvent {
  const fields = input as Readonly<Record<string, unknown>>;
  const event = startEvent(eventType, eventType.startsWith("session.") ? "refused" : "optional", {
    id: fields.id,
    occurredAt: fields.occurred_at,
    receivedAt: fields.received_at,
    sessionId: fields.session_id,
    runId: fields.run_id,
  }, defaults);
  const record: Record<string, unknown> = Object.create(null);
  record.id = event.id;
  record.occurred_at = formatMicros(event.occurredAtMicros);
  record.received_at = formatMicros(event.receivedAtMicros);
  record.session_id = event.sessionId;
  record.run_id = event.runId;
  record.event_type = eventType;
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && !baseFields.has(name)) record[name] = jsonValue(value, name);
  }
  event.json = jsonText(record);
  return event;
}
