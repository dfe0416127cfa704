/** The fields that all events share: checked, filled in, and stamped with the time. @module */
import { InvalidDataError } from "../base/errors.ts";
import { needed } from "./event_field.ts";
import { microsOfTime, refuseField, sharedUuidText, uuidText } from "./field_checks.ts";
import { describeValue } from "./json_value.ts";

/** Where {@linkcode normalizeEvent} takes what an event leaves out. */
export interface EventDefaults {
  /** UUID of the session for events that name none. */
  readonly sessionId?: string | undefined;
  /** Name of the recording program for `client`. @default {"unknown"} */
  readonly client?: string | undefined;
  /** The present time in whole microseconds since the epoch. */
  readonly nowMicros: () => number;
  /**
   * A new UUID in lower case; not checked again. A string made by one `String.fromCharCode` keeps
   * JSON.stringify on its fast path; one of `crypto.randomUUID()` costs the event 0.6 us more.
   */
  readonly newId: () => string;
}

/** One event that is valid and complete, in the form of a row on disk. */
export interface NormalizedEvent {
  /** UUID, lower case. */
  readonly id: string;
  /** Such as `test.measurement`. */
  readonly eventType: string;
  /** When it happened, in microseconds since the epoch. */
  readonly occurredAtMicros: number;
  /** When it was recorded, in microseconds since the epoch. */
  readonly receivedAtMicros: number;
  /** UUID of the session, lower case. */
  readonly sessionId: string;
  /** UUID of the run, lower case. */
  readonly runId: string | null;
  /** The whole event as JSON with all keys of its type. */
  readonly json: string;
}

/** Whether an event of some type names a run. */
export type RunIdRule = "optional" | "refused" | "required";

const uuidField = needed("uuid");
const timeField = needed("time");

/**
 * Checks the shared fields of an event and fills in those left out or null.
 *
 * @param raw The fields as they were handed in.
 * @returns The event without its JSON text, which the caller adds.
 * @throws {InvalidDataError} Names the field that is wrong or missing.
 */
export function startEvent(
  eventType: string,
  rule: RunIdRule,
  raw: RawBase,
  defaults: EventDefaults,
): EventDraft {
  const { id, occurredAt, receivedAt } = raw;
  const occurredAtMicros = occurredAt === undefined || occurredAt === null
    ? defaults.nowMicros()
    : givenMicros(eventType, "occurred_at", occurredAt);
  return {
    id: id === undefined || id === null
      ? defaults.newId()
      : uuidText(id) ?? refuseField(eventType, "id", uuidField, id),
    eventType,
    occurredAtMicros,
    receivedAtMicros: receivedAt !== undefined && receivedAt !== null
      ? givenMicros(eventType, "received_at", receivedAt)
      : occurredAt === undefined || occurredAt === null
      ? occurredAtMicros
      : defaults.nowMicros(),
    sessionId: sessionOf(eventType, raw.sessionId ?? defaults.sessionId),
    runId: runOf(eventType, rule, raw.runId),
    json: "",
  };
}

/** The shared fields as they were handed in. */
export interface RawBase {
  readonly id: unknown;
  readonly occurredAt: unknown;
  readonly receivedAt: unknown;
  readonly sessionId: unknown;
  readonly runId: unknown;
}

/** An event whose JSON text is still to come. */
export type EventDraft = { -readonly [K in keyof NormalizedEvent]: NormalizedEvent[K] };

function sessionOf(eventType: string, value: unknown): string {
  if (value !== undefined && value !== null) return sharedUuid(eventType, "session_id", value);
  throw new InvalidDataError(
    `Event ${eventType}, field session_id: wanted a UUID, got nothing; name it in the event or ` +
      `when opening the log`,
    { path: "session_id" },
  );
}

function runOf(eventType: string, rule: RunIdRule, value: unknown): string | null {
  if (value === undefined || value === null) {
    if (rule === "required") refuseField(eventType, "run_id", uuidField, undefined);
    return null;
  }
  if (rule !== "refused") return sharedUuid(eventType, "run_id", value);
  throw new InvalidDataError(
    `Event ${eventType}, field run_id: wanted none, because a session belongs to no run, got ` +
      describeValue(value),
    { path: "run_id" },
  );
}

function sharedUuid(eventType: string, name: string, value: unknown): string {
  return sharedUuidText(value) ?? refuseField(eventType, name, uuidField, value);
}

function givenMicros(eventType: string, name: string, value: unknown): number {
  return microsOfTime(value, name) ?? refuseField(eventType, name, timeField, value);
}
