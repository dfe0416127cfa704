/**
 * The events of a run as the accumulator sees them, and tolerant readers of their fields: other
 * programs wrote them too, and a run must never be lost for one odd value.
 * @module
 */

/** Least shape of an event, as parsed from its JSON. */
export interface RunEventRecord {
  /** Type name as on disk, as `test.measurement`. */
  readonly event_type: string;
  /** RFC 3339 time. */
  readonly occurred_at: string;
  /** The session. */
  readonly session_id: string;
  /** The run, null or absent for events of the whole session. */
  readonly run_id?: string | null;
  /** All other fields of the type. */
  readonly [field: string]: unknown;
}

/** Reads the JSON of an event; undefined for damaged text: its run just stays without what it says. */
export function parseRunEvent(json: unknown): RunEventRecord | undefined {
  if (typeof json !== "string") return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? value as RunEventRecord : undefined;
  } catch {
    return undefined;
  }
}

/** The texts by which JSON carries the numbers that it cannot write. */
export const NUMBER_TEXTS: ReadonlyMap<string, number> = new Map([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
]);

/** Reads a field as text; other values become their JSON text. */
export function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return null;
  return JSON.stringify(value) ?? null;
}

/** Reads a field as number: JSON numbers, their three text forms, true and false. */
export function numberOf(value: unknown): number | null {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" ? NUMBER_TEXTS.get(value) ?? null : null;
}

/** Reads a field as whole number. */
export function integerOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? Math.trunc(value) : null;
}

/** Reads a field as a dictionary; anything else is an empty one. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return EMPTY;
  return value as Record<string, unknown>;
}

const EMPTY: Readonly<Record<string, unknown>> = Object.freeze({});
