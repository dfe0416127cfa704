/**
 * Reading the `json` column: tolerant, because older and newer programs write to the same folder.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import type { UnknownEvent } from "./base_event.ts";
import type { EventField } from "./event_field.ts";
import { eventSpec, eventSpecs } from "./event_fields.ts";
import type { EventByType, EventType, LitmusEvent } from "./event_types.ts";

/** The columns of an event file, in order; further ones may stand to their right. */
export const eventColumns: readonly [
  "id",
  "event_type",
  "occurred_at",
  "received_at",
  "session_id",
  "run_id",
  "json",
] = ["id", "event_type", "occurred_at", "received_at", "session_id", "run_id", "json"];

/** The names of the 31 known event types. */
export const eventTypes: readonly EventType[] = Object.keys(eventSpecs) as EventType[];

const numberByName: ReadonlyMap<unknown, number> = new Map([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
]);

/**
 * Reads one event from its JSON text. Fields that a writer left out get their defaults where these
 * are fixed, fields of newer writers stay, and the names NaN, Infinity and -Infinity become numbers
 * in number fields and in `value`. Nothing else is checked: what another program wrote is shown.
 *
 * @param json The text of the `json` column.
 * @returns The event; of an unknown type, just as it was written.
 * @throws {InvalidDataError} When the text is not a JSON object with an event_type.
 *
 * @example
 * ```ts
 * import { strictEqual as equal } from "node:assert/strict";
 * const event = parseEvent('{"event_type":"test.measurement","value":"NaN"}');
 * equal(isEvent(event, "test.measurement") && event.value, NaN);
 * ```
 */
export function parseEvent(json: string): LitmusEvent | UnknownEvent {
  const event = parseObject(json);
  const eventType = event.event_type;
  if (typeof eventType !== "string" || eventType === "") {
    throw new InvalidDataError("Event JSON: wanted an object with an event_type, got none", {
      path: "event_type",
    });
  }
  const spec = eventSpec(eventType);
  if (spec !== undefined) {
    fillBase(event);
    for (const name in spec.fields) fillField(event, name, spec.fields[name]!);
  }
  return event as unknown as LitmusEvent | UnknownEvent;
}

/**
 * Narrows an event to one known type, which a comparison of `event_type` alone cannot do while
 * unknown types are possible.
 *
 * @param event What {@linkcode parseEvent} returned.
 * @param eventType One of the known types.
 */
export function isEvent<T extends EventType>(
  event: LitmusEvent | UnknownEvent,
  eventType: T,
): event is EventByType[T] {
  return event.event_type === eventType;
}

/**
 * Tells whether this version knows the type of an event.
 *
 * @param event What {@linkcode parseEvent} returned.
 */
export function isKnownEvent(event: LitmusEvent | UnknownEvent): event is LitmusEvent {
  return eventSpec(event.event_type) !== undefined;
}

function parseObject(json: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new InvalidDataError(`Event JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new InvalidDataError("Event JSON: wanted an object with an event_type, got another value");
}

function fillBase(event: Record<string, unknown>): void {
  if (event.received_at === undefined) event.received_at = null;
  if (event.run_id === undefined) event.run_id = null;
}

function fillField(event: Record<string, unknown>, name: string, field: EventField): void {
  const value = event[name];
  if (value === undefined) {
    const { initial } = field;
    if (initial.from === "value") event[name] = structuredClone(initial.value);
    if (initial.from === "client") event[name] = "unknown";
  } else if (typeof value === "string" && (field.kind === "float" || field.kind === "any")) {
    event[name] = numberByName.get(value) ?? value;
  }
}
