/**
 * Points in time from the command line.
 * @module
 */
import { formatMicros, parseMicros } from "../../lib/base/time.ts";
import { usageError } from "../failure.ts";

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
};
const HOW =
  "a time such as 2026-11-21, 2026-11-21T07:04:00Z, or how long ago, such as 30m, 12h, 7d";

/**
 * Reads a time: RFC 3339, a date in UTC, or how long ago.
 *
 * @param option name of the option, for the message
 * @param nowMicros microseconds since the epoch that relative times count from
 * @returns RFC 3339 in UTC with microseconds
 * @throws {CommandError} for what is no time
 */
export function parseTime(
  option: string,
  text: string,
  nowMicros: number = Date.now() * 1000,
): string {
  const ago = /^(\d+(?:\.\d+)?)\s*(s|min|m|h|d|w)$/i.exec(text.trim());
  if (ago !== null) {
    const seconds = Number(ago[1]) * (UNIT_SECONDS[(ago[2] ?? "").toLowerCase()] ?? 0);
    return formatMicros(Math.round(nowMicros - seconds * 1e6));
  }
  try {
    return formatMicros(parseMicros(complete(text.trim())));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw usageError(`${option} "${text}" is not a time`, `Give ${HOW}`);
  }
}

/** A date stands for its midnight, a time without offset for UTC, as everywhere in the data. */
function complete(text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return `${text}T00:00:00Z`;
  const minutes = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(Z|[-+]\d\d:\d\d)?$/i.exec(text);
  if (minutes !== null) return `${minutes[1]}T${minutes[2]}:00${minutes[3] ?? "Z"}`;
  return /(?:Z|[-+]\d\d:\d\d)$/i.test(text) ? text : `${text}Z`;
}
