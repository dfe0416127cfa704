/** The fields that all events share: checked, filled in, and stamped with the time. @module */
import { InvalidDataError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { needed } from "./event_field.ts";
import type { EventText } from "./event_text.ts";
import { knownUuidText, microsOfTime, refuseField, uuidText } from "./field_checks.ts";
import { describeValue, UNSET } from "./json_value.ts";

/** Where {@linkcode normalizeEvent} takes what an event leaves out. */
export interface EventDefaults {
  /** UUID of the session for events that name none. */
  readonly sessionId?: string | undefined;
  /** Name of the recording program for `client`. @default {"unknown"} */
  readonly client?: string | undefined;
  /** The present time in whole microseconds since the epoch. */
  readonly nowMicros: () => number;
  /** A new UUID in lower case; not checked again. */
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

/** One event on its way to disk. */
export interface EventRow extends Omit<NormalizedEvent, "id" | "json"> {
  /** Its id, where that does not stand in the JSON text at {@linkcode ID_AT}. */
  readonly id?: string;
  /** The JSON text in UTF-8. */
  readonly json: Uint8Array;
}

/** Whether an event of some type names a run. */
export type RunIdRule = "optional" | "refused" | "required";

const uuidField = needed("uuid");
const timeField = needed("time");
const NOTHING = new Uint8Array(0);

/** The fields that {@linkcode EventHead} sees to, in the text of each event; the id comes before them. */
export const headNames = ["session_id", "run_id", "event_type"] as const;

/** The shared fields of the events of one type: what is as it was the last time is not looked at again. */
export class EventHead implements EventRow {
  readonly eventType: string;
  occurredAtMicros = 0;
  receivedAtMicros = 0;
  sessionId = "";
  runId: string | null = null;
  json: Uint8Array = NOTHING;
  readonly #text: EventText;
  readonly #rule: RunIdRule;
  #givenSession: unknown = UNSET;
  #givenRun: unknown = UNSET;

  constructor(eventType: string, rule: RunIdRule, text: EventText) {
    this.eventType = eventType;
    this.#rule = rule;
    this.#text = text;
    text.value(headNames.indexOf("event_type"), eventType);
  }

  /**
   * Checks the shared fields of the next event and fills in those left out or null.
   *
   * @param raw The fields as they were handed in.
   * @throws {InvalidDataError} Names the field that is wrong or missing.
   */
  begin(raw: RawBase, defaults: EventDefaults): void {
    const { eventType } = this;
    const { id, occurredAt, receivedAt, sessionId, runId } = raw;
    const isNow = occurredAt === undefined || occurredAt === null;
    const occurredAtMicros = isNow
      ? defaults.nowMicros()
      : givenMicros(eventType, "occurred_at", occurredAt);
    const receivedAtMicros = receivedAt !== undefined && receivedAt !== null
      ? givenMicros(eventType, "received_at", receivedAt)
      : isNow
      ? occurredAtMicros
      : defaults.nowMicros();
    this.#session(sessionId ?? defaults.sessionId);
    this.#run(runId ?? null);
    this.#id(id, defaults);
    this.#text.times(occurredAtMicros, receivedAtMicros);
    this.occurredAtMicros = occurredAtMicros;
    this.receivedAtMicros = receivedAtMicros;
  }

  #session(given: unknown): void {
    if (given === this.#givenSession) return;
    this.sessionId = sessionOf(this.eventType, given);
    this.#text.value(headNames.indexOf("session_id"), this.sessionId);
    this.#givenSession = given;
  }

  #run(given: unknown): void {
    if (given === this.#givenRun) return;
    this.runId = runOf(this.eventType, this.#rule, given);
    this.#text.value(headNames.indexOf("run_id"), this.runId);
    this.#givenRun = given;
  }

  #id(given: unknown, defaults: EventDefaults): void {
    if (given !== undefined && given !== null) {
      this.#text.id(uuidText(given) ?? refuseField(this.eventType, "id", uuidField, given));
    } else if (defaults.newId === newId) this.#text.newId(); // no string is made of it
    else this.#text.id(defaults.newId());
  }
}

/** The shared fields as they were handed in. */
export interface RawBase {
  readonly id: unknown;
  readonly occurredAt: unknown;
  readonly receivedAt: unknown;
  readonly sessionId: unknown;
  readonly runId: unknown;
}

function sessionOf(eventType: string, value: unknown): string {
  if (value !== undefined && value !== null) return knownUuid(eventType, "session_id", value);
  throw new InvalidDataError(
    `Event ${eventType}, field session_id: wanted a UUID, got nothing; name it in the event or ` +
      `when opening the log`,
    { path: "session_id" },
  );
}

function runOf(eventType: string, rule: RunIdRule, value: unknown): string | null {
  if (value === null) {
    if (rule === "required") refuseField(eventType, "run_id", uuidField, undefined);
    return null;
  }
  if (rule !== "refused") return knownUuid(eventType, "run_id", value);
  throw new InvalidDataError(
    `Event ${eventType}, field run_id: wanted none, because a session belongs to no run, got ` +
      describeValue(value),
    { path: "run_id" },
  );
}

function knownUuid(eventType: string, name: string, value: unknown): string {
  return knownUuidText(value) ?? refuseField(eventType, name, uuidField, value);
}

function givenMicros(eventType: string, name: string, value: unknown): number {
  return microsOfTime(value, name) ?? refuseField(eventType, name, timeField, value);
}
