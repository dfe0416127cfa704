/**
 * Which events are wanted: as a condition in SQL and on the wire.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import { formatMicros, parseMicros } from "../base/time.ts";

/** Selects events; what is absent selects all. */
export interface EventFilter {
  /** Events of one session. */
  readonly sessionId?: string;
  /** Events of one run. */
  readonly runId?: string;
  /** Events of one type or of several, such as `test.measurement`. */
  readonly eventType?: string | readonly string[];
  /** Events that occurred at this time or later, RFC 3339. */
  readonly since?: string | Date;
  /** Events that occurred before this time, RFC 3339. */
  readonly until?: string | Date;
  /** At most this many events. */
  readonly limit?: number;
}

const FIELDS = ["sessionId", "runId", "eventType", "since", "until", "limit"];

/** Time of a bound as canonical text. */
function bound(value: string | Date): string {
  return formatMicros(value instanceof Date ? value.getTime() * 1000 : parseMicros(value));
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function typesOf(filter: EventFilter): readonly string[] | undefined {
  const { eventType } = filter;
  return typeof eventType === "string" ? [eventType] : eventType;
}

/** A SQL condition over the columns of the events view. */
export function filterCondition(filter: EventFilter): string {
  const parts: string[] = [];
  if (filter.sessionId !== undefined) parts.push(`session_id = ${literal(filter.sessionId)}`);
  if (filter.runId !== undefined) parts.push(`run_id = ${literal(filter.runId)}`);
  const types = typesOf(filter);
  if (types !== undefined) {
    parts.push(types.length === 0 ? "false" : `event_type IN (${types.map(literal).join(", ")})`);
  }
  if (filter.since !== undefined) parts.push(`occurred_at >= ${literal(bound(filter.since))}`);
  if (filter.until !== undefined) parts.push(`occurred_at < ${literal(bound(filter.until))}`);
  return parts.length === 0 ? "true" : parts.join(" AND ");
}

/** A filter as it travels. */
export function formatFilter(filter: EventFilter): Record<string, unknown> {
  return {
    ...filter,
    ...(filter.since === undefined ? {} : { since: bound(filter.since) }),
    ...(filter.until === undefined ? {} : { until: bound(filter.until) }),
  };
}

/**
 * Reads a filter that came by network.
 *
 * @throws {InvalidDataError} naming the field that cannot be understood
 */
export function parseFilter(value: unknown): EventFilter {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object") throw new InvalidDataError("Event filter must be an object");
  for (const [name, field] of Object.entries(value)) {
    const valid = name === "limit"
      ? Number.isSafeInteger(field)
      : name === "eventType"
      ? isText(field) || Array.isArray(field) && field.every(isText)
      : FIELDS.includes(name) && isText(field);
    if (!valid) throw new InvalidDataError(`Event filter: cannot use ${name}`, { path: name });
  }
  return value as EventFilter;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
