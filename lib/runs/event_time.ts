/**
 * RFC 3339 texts as microseconds since the epoch, which `Date` would cut to milliseconds.
 * @module
 */

const DAY_SECONDS = 86_400;
const OFFSET = /^([+-])(\d\d):?(\d\d)$/;

function digits(text: string, start: number, end: number): number {
  let number = 0;
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    number = number * 10 + digit;
  }
  return number;
}

/** Days since 1970-01-01 of a Gregorian date (H. Hinnant, days_from_civil). */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) +
    dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function fractionMicros(text: string, start: number, end: number): number {
  if (end === start) return NaN;
  const used = Math.min(end, start + 6);
  return digits(text, used, end) * 0 + digits(text, start, used) * 10 ** (6 - (used - start));
}

function zoneSeconds(zone: string): number {
  if (zone === "Z" || zone === "z" || zone === "") return 0;
  const match = OFFSET.exec(zone);
  if (match === null) return NaN;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60;
  return match[1] === "-" ? -seconds : seconds;
}

/**
 * Reads an RFC 3339 date-time; without a zone it counts as UTC.
 *
 * @param text As `2026-11-21T07:04:09.201613Z`
 * @returns Microseconds since 1970 (digits beyond are cut), or null where it is no such text
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(parseEventTime("1970-01-01T00:00:01.000002Z"), 1_000_002);
 * ```
 */
export function parseEventTime(text: unknown): number | null {
  if (typeof text !== "string" || text.length < 19) return null;
  const separators = text[4] === "-" && text[7] === "-" && text[13] === ":" && text[16] === ":";
  if (!separators || (text[10] !== "T" && text[10] !== " ")) return null;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return null;
  let end = 19;
  let micros = 0;
  if (text[19] === ".") {
    for (end = 20; text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57;) end++;
    micros = fractionMicros(text, 20, end);
  }
  const seconds = daysSinceEpoch(year, month, day) * DAY_SECONDS + digits(text, 11, 13) * 3600 +
    digits(text, 14, 16) * 60 + digits(text, 17, 19) - zoneSeconds(text.slice(end));
  const total = seconds * 1e6 + micros;
  return Number.isFinite(total) ? total : null;
}

/**
 * Writes a time as RFC 3339 in UTC with microseconds.
 *
 * @param timestampMicros Microseconds since 1970
 * @param zone `Z`, or `+00:00` where Python before 3.11 reads it
 * @returns As `2026-11-21T07:04:09.201613Z`
 */
export function formatEventTime(timestampMicros: number, zone: "Z" | "+00:00" = "Z"): string {
  const millis = Math.floor(timestampMicros / 1000);
  const micros = String(timestampMicros - millis * 1000).padStart(3, "0");
  return `${new Date(millis).toISOString().slice(0, -1)}${micros}${zone}`;
}
