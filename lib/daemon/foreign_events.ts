/**
 * Events of clients that have no file of their own: written to event files of the daemon, one log per
 * session, before they are acknowledged.
 * @module
 */
import type { ArrowBatch } from "../arrow/field.ts";
import { valueReader } from "../arrow/column_values.ts";
import { InvalidDataError } from "../base/errors.ts";
import { systemClock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { formatMicros, parseMicros } from "../base/time.ts";
import type { NormalizedEvent } from "../events/event_base.ts";
import { FileEventLog } from "../events/file_event_log.ts";

/** Sessions whose file stays open. */
const OPEN_LOGS = 64;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Appends events of foreign clients. */
export class ForeignEvents {
  readonly #dataDir: string;
  readonly #isTaken: (sessionId: string, eventId: string) => boolean;
  readonly #logs = new Map<string, FileEventLog>();
  #sequence = 0;

  /** @param isTaken whether an event is in the files already */
  constructor(dataDir: string, isTaken: (sessionId: string, eventId: string) => boolean) {
    this.#dataDir = dataDir;
    this.#isTaken = isTaken;
  }

  /**
   * Writes a batch in the columns of the event format; resolves once the operating system has it. Events
   * that are there already are left out: clients put again what they heard no answer to.
   *
   * @returns a number that counts the batches taken
   * @throws {InvalidDataError} for an event that breaks the rules; nothing of the batch is written then
   */
  async append(batch: ArrowBatch): Promise<number> {
    const events = eventsOf(batch);
    const touched = new Set<FileEventLog>();
    const written = new Set<string>();
    for (const event of events) {
      const key = `${event.sessionId} ${event.id.toLowerCase()}`;
      if (written.has(key) || this.#isTaken(event.sessionId, event.id)) continue;
      written.add(key);
      const log = await this.#logOf(event.sessionId);
      await log.append(event);
      touched.add(log);
    }
    for (const log of touched) await log.flush();
    return ++this.#sequence;
  }

  async #logOf(sessionId: string): Promise<FileEventLog> {
    const known = this.#logs.get(sessionId);
    if (known !== undefined) return known;
    for (const [oldest, log] of this.#logs) {
      if (this.#logs.size < OPEN_LOGS) break;
      this.#logs.delete(oldest);
      await log.close();
    }
    const log = await FileEventLog.open({ dataDir: this.#dataDir, sessionId });
    this.#logs.set(sessionId, log);
    return log;
  }

  /** Closes the files. */
  async close(): Promise<void> {
    for (const log of this.#logs.values()) await log.close();
    this.#logs.clear();
  }
}

/** The events of a batch, all of them checked before the first is written. */
function eventsOf(batch: ArrowBatch): NormalizedEvent[] {
  const readers = batch.columns.map(valueReader);
  return Array.from({ length: batch.rows }, (_, row) => {
    const [id, type, occurred, , session, run, json] = readers.map((read) => read(row));
    const fields = parseText(json, row);
    // The columns fill in what the JSON leaves out, and the other way round.
    const sessionId = text(session) ?? text(fields.session_id) ?? "";
    const eventType = text(type) ?? text(fields.event_type) ?? "";
    if (!UUID.test(sessionId)) throw wrong(row, "session_id", "a UUID", sessionId);
    if (eventType === "") throw wrong(row, "event_type", "a name such as test.measurement", "");
    const now = systemClock.nowMicros();
    const base = {
      id: text(id) ?? text(fields.id) ?? newId(),
      occurred_at: text(occurred) ?? text(fields.occurred_at) ?? formatMicros(now),
      received_at: formatMicros(now),
      session_id: sessionId.toLowerCase(),
      run_id: text(run) ?? text(fields.run_id) ?? null,
      event_type: eventType,
    };
    return {
      id: base.id,
      eventType,
      occurredAtMicros: micros(base.occurred_at, row),
      receivedAtMicros: now,
      sessionId: base.session_id,
      runId: base.run_id,
      json: JSON.stringify({ ...base, ...fields, ...base }),
    };
  });
}

function parseText(json: unknown, row: number): Record<string, unknown> {
  if (typeof json !== "string" || json === "") return {};
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw wrong(row, "json", "a JSON object", json.slice(0, 40));
}

function micros(time: string, row: number): number {
  try {
    return parseMicros(time);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw wrong(row, "occurred_at", "an RFC 3339 time", time);
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function wrong(row: number, field: string, wanted: string, got: string): InvalidDataError {
  return new InvalidDataError(
    `Event ${row} of the batch: ${field} must be ${wanted}, got "${got}"`,
    {
      path: field,
    },
  );
}
