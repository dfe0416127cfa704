/**
 * RFC 3339 text to and from microseconds since the epoch, as the `json` column of an event holds
 * them: `2026-11-21T07:03:57.992188Z`.
 *
 * Microseconds are plain numbers and so exact from 1684 to 2255 only (2^53); other times are
 * refused, because a time that is silently rounded is worse than an error.
 * @module
 */

const MICROS_PER_SECOND = 1_000_000;
const SECONDS_PER_DAY = 86_400;
const DAYS_IN_MONTH: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

// Neighbouring times share their day and second, so that these are written once for all of them.
let cachedDay = Number.NaN;
let cachedSeconds = Number.NaN;
const prefix: Uint8Array = new TextEncoder().encode("0000-00-00T00:00:00.");

/**
 * Writes a time as RFC 3339 text in UTC with six fractional digits.
 *
 * @param micros Whole microseconds since the epoch, a safe integer.
 * @returns Text of exactly 27 characters.
 * @throws {RangeError} When `micros` is not a safe integer.
 *
 * @example
 * ```ts
 * import { strictEqual as equal } from "node:assert/strict";
 * equal(formatMicros(1_500_000), "1970-01-01T00:00:01.500000Z");
 * ```
 */
export function formatMicros(micros: number): string {
  writeMicros(scratch, 0, micros);
  return String.fromCharCode.apply(null, scratch as unknown as number[]);
}

/** Characters of a time as {@linkcode formatMicros} writes it. */
export const MICROS_LENGTH = 27;
const scratch = new Uint8Array(MICROS_LENGTH);

/**
 * Writes what {@linkcode formatMicros} returns as bytes.
 *
 * @param target Takes the bytes.
 * @param at Where the first of them goes.
 * @param micros Whole microseconds since the epoch, a safe integer.
 * @throws {RangeError} When `micros` is not a safe integer.
 */
export function writeMicros(target: Uint8Array, at: number, micros: number): void {
  if (!Number.isSafeInteger(micros)) {
    throw new RangeError(`Time in microseconds: wanted a safe integer, got ${micros}`);
  }
  const seconds = Math.floor(micros / MICROS_PER_SECOND);
  if (seconds !== cachedSeconds) cachePrefix(seconds);
  for (let i = 0; i < prefix.length; i++) target[at + i] = prefix[i] ?? 0;
  let fraction = (micros - seconds * MICROS_PER_SECOND) | 0;
  for (let i = at + MICROS_LENGTH - 2; i >= at + prefix.length; i--) {
    const rest = (fraction / 10) | 0;
    target[i] = 48 + fraction - rest * 10;
    fraction = rest;
  }
  target[at + MICROS_LENGTH - 1] = 90;
}

/**
 * Reads RFC 3339 text; digits beyond the microsecond are cut off, a leap second counts as the first
 * second of the next minute.
 *
 * @param text A date and time with `Z` or an offset and 0 to 9 fractional digits.
 * @returns Whole microseconds since the epoch.
 * @throws {SyntaxError} When the text is no such time, or lies outside 1684 to 2255.
 *
 * @example
 * ```ts
 * import { strictEqual as equal } from "node:assert/strict";
 * equal(parseMicros("1970-01-01T01:00:01.5+01:00"), 1_500_000);
 * ```
 */
export function parseMicros(text: string): number {
  const seconds = secondsOfDateTime(text);
  let at = 19;
  let fraction = 0;
  if (text.charCodeAt(at) === 46) {
    const start = ++at;
    for (let scale = 100_000; isDigit(text.charCodeAt(at)); at++) {
      fraction += scale * (text.charCodeAt(at) - 48);
      scale = Math.floor(scale / 10);
    }
    if (at === start || at - start > 9) throw wrongTime(text);
  }
  const micros = (seconds - offsetSeconds(text, at)) * MICROS_PER_SECOND + fraction;
  if (!Number.isSafeInteger(micros)) throw wrongTime(text);
  return micros;
}

/** Tells whether a text that {@linkcode parseMicros} accepts already is what {@linkcode formatMicros} writes. */
export function isCanonicalTime(text: string): boolean {
  return text.length === 27 && text.charCodeAt(10) === 84 && text.charCodeAt(26) === 90 &&
    text.charCodeAt(17) !== 54;
}

function cachePrefix(seconds: number): void {
  const day = Math.floor(seconds / SECONDS_PER_DAY);
  if (day !== cachedDay) cacheDate(day);
  const ofDay = seconds - day * SECONDS_PER_DAY;
  const minutes = Math.floor(ofDay / 60);
  writeTwoDigits(11, Math.floor(minutes / 60));
  writeTwoDigits(14, minutes % 60);
  writeTwoDigits(17, ofDay % 60);
  cachedSeconds = seconds;
}

function cacheDate(day: number): void {
  const date = new Date(day * SECONDS_PER_DAY * 1000);
  const year = date.getUTCFullYear();
  writeTwoDigits(0, Math.floor(year / 100));
  writeTwoDigits(2, year % 100);
  writeTwoDigits(5, date.getUTCMonth() + 1);
  writeTwoDigits(8, date.getUTCDate());
  cachedDay = day;
}

function writeTwoDigits(at: number, value: number): void {
  const tens = Math.floor(value / 10);
  prefix[at] = 48 + tens;
  prefix[at + 1] = 48 + value - tens * 10;
}

function secondsOfDateTime(text: string): number {
  const separator = text.charCodeAt(10);
  const punctuated = text.charCodeAt(4) === 45 && text.charCodeAt(7) === 45 &&
    (separator === 84 || separator === 116 || separator === 32) &&
    text.charCodeAt(13) === 58 && text.charCodeAt(16) === 58;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  // A NaN from twoDigits fails each of these comparisons.
  const inRange = day >= 1 && day <= daysInMonth(year, month) && hour <= 23 && minute <= 59 &&
    second <= 60;
  if (!punctuated || !inRange) throw wrongTime(text);
  return daysSinceEpoch(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
}

function offsetSeconds(text: string, at: number): number {
  const sign = text.charCodeAt(at);
  if ((sign === 90 || sign === 122) && text.length === at + 1) return 0;
  const hours = twoDigits(text, at + 1);
  const minutes = twoDigits(text, at + 4);
  const valid = (sign === 43 || sign === 45) && text.charCodeAt(at + 3) === 58 &&
    text.length === at + 6 && hours <= 23 && minutes <= 59;
  if (!valid) throw wrongTime(text);
  return (sign === 45 ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar; years start in March here, so that a leap day comes last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return 365 * y + leaps + dayOfYear - 719_468;
}

function daysInMonth(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : DAYS_IN_MONTH[month - 1] ?? 0;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at);
  const ones = text.charCodeAt(at + 1);
  return isDigit(tens) && isDigit(ones) ? tens * 10 + ones - 528 : Number.NaN;
}

function wrongTime(text: string): SyntaxError {
  return new SyntaxError(
    `Time ${JSON.stringify(text.slice(0, 64))}: wanted RFC 3339 with Z or an offset between the ` +
      `years 1685 and 2254, for example 2026-11-21T07:03:57.992188Z`,
  );
}
