/**
 * The few events of a session that every run of it needs, for runs that start later.
 * @module
 */
import { type RunEventRecord, textOf } from "./run_event.ts";

const CONNECTED = "fixture.instrument_connected";
const DISCONNECTED = "fixture.instrument_disconnected";
const STARTED = "session.started";

/** Tells whether an event without a run bears on the rows of its session's runs. */
export function isSessionContext(event: Pick<RunEventRecord, "event_type">): boolean {
  const type = event.event_type;
  return type === STARTED || type === CONNECTED || type === DISCONNECTED;
}

/**
 * Keeps what a new run of a session has to be told: how the session started and which instruments
 * are connected. Memory is bounded by the number of roles.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * const session = new SessionContext();
 * session.add({ event_type: "session.started", occurred_at: "2026-11-21T07:04:09Z", session_id: "s1" });
 * strictEqual(session.events().length, 1);
 * ```
 */
export class SessionContext {
  #started: RunEventRecord | undefined;
  readonly #connected = new Map<string, RunEventRecord>();

  /**
   * Takes an event of the session; those with a run or of other types are ignored.
   *
   * @param event Any event of the session
   */
  add(event: RunEventRecord): void {
    if ((event.run_id ?? null) !== null) return;
    const role = textOf(event.role) ?? "";
    if (event.event_type === STARTED) this.#started ??= event;
    if (event.event_type === CONNECTED) this.#connected.set(role, event);
    if (event.event_type === DISCONNECTED) this.#connected.delete(role);
  }

  /**
   * Gives the events to replay into the accumulator of a run that starts now.
   *
   * @returns `session.started` if seen, then one event per connected instrument
   */
  events(): RunEventRecord[] {
    const started = this.#started === undefined ? [] : [this.#started];
    return [...started, ...this.#connected.values()];
  }
}
