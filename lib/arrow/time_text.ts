/**
 * Text of Arrow's temporal values, exact to their unit.
 * @module
 */

const PER_SECOND: Readonly<Record<string, bigint>> = {
  s: 1n,
  m: 1_000n,
  u: 1_000_000n,
  n: 1_000_000_000n,
};
const DIGITS: Readonly<Record<string, number>> = { s: 0, m: 3, u: 6, n: 9 };
const SECONDS_PER_DAY = 86_400;
/** What DuckDB writes for an infinite time; the negative is its own, not the smallest number. */
const INFINITE = 2n ** 63n - 1n;
const INFINITE_DAYS = 2 ** 31 - 1;

// Rows of one burst share their second: its text is made once.
let cachedSecond: bigint | undefined;
let cachedText = "";

/**
 * RFC 3339 text of a timestamp.
 *
 * @param value the count of units since the epoch
 * @param unit `s`, `m`, `u` or `n`
 * @param zoned whether the value is an instant; a local time gets no `Z`
 */
export function timestampText(value: bigint, unit: string, zoned: boolean): string {
  if (value === INFINITE) return "infinity";
  if (value === -INFINITE) return "-infinity";
  const per = PER_SECOND[unit] ?? 1n;
  let seconds = value / per;
  let fraction = value - seconds * per;
  if (fraction < 0n) {
    seconds -= 1n;
    fraction += per;
  }
  // At least microseconds, so that all texts of one column compare as strings.
  const digits = Math.max(6, DIGITS[unit] ?? 6);
  const padded = fraction.toString().padStart(DIGITS[unit] ?? 0, "0").padEnd(digits, "0");
  if (seconds !== cachedSecond) {
    cachedText = secondText(Number(seconds));
    cachedSecond = seconds;
  }
  return `${cachedText}.${padded}${zoned ? "Z" : ""}`;
}

/** ISO 8601 date of a day number. */
export function dateText(days: number): string {
  if (Math.abs(days) === INFINITE_DAYS) return days > 0 ? "infinity" : "-infinity";
  return civilText(days);
}

function secondText(seconds: number): string {
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  return `${civilText(days)}T${clock(BigInt(seconds - days * SECONDS_PER_DAY))}`;
}

/**
 * Proleptic Gregorian date of a day number. Arrow and DuckDB reach far beyond the last Date of
 * JavaScript. Eras of 400 years and years that start in March, as in Howard Hinnant's "chrono-Compatible
 * Low-Level Date Algorithms".
 */
function civilText(days: number): string {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra -
    (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return `${yearText(yearOfEra + era * 400 + (month <= 2 ? 1 : 0))}-${two(month)}-${two(day)}`;
}

/** Four digits, or the signed six of ISO 8601's expanded years. */
function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, "0");
  return `${year < 0 ? "-" : "+"}${String(Math.abs(year)).padStart(6, "0")}`;
}

/** ISO 8601 time of day. */
export function timeText(value: bigint, unit: string): string {
  if (value < 0n) return `-${timeText(-value, unit)}`;
  const per = PER_SECOND[unit] ?? 1n;
  const fraction = (value % per).toString().padStart(DIGITS[unit] ?? 0, "0");
  return `${clock(value / per)}${unit === "s" ? "" : `.${fraction}`}`;
}

/** Duration as hours, minutes and seconds. */
export function durationText(value: bigint, unit: string): string {
  return timeText(value, unit);
}

/** Interval of months, days and nanoseconds, as DuckDB writes it. */
export function intervalText(months: number, days: number, nanos: bigint): string {
  const parts: string[] = [];
  const years = Math.trunc(months / 12);
  const rest = months % 12;
  if (years !== 0) parts.push(`${years} ${Math.abs(years) === 1 ? "year" : "years"}`);
  if (rest !== 0) parts.push(`${rest} ${Math.abs(rest) === 1 ? "month" : "months"}`);
  if (days !== 0) parts.push(`${days} ${Math.abs(days) === 1 ? "day" : "days"}`);
  if (nanos !== 0n || parts.length === 0) {
    const positive = nanos < 0n ? -nanos : nanos;
    const fraction = fractionText(positive % 1_000_000_000n);
    parts.push(`${nanos < 0n ? "-" : ""}${clock(positive / 1_000_000_000n)}${fraction}`);
  }
  return parts.join(" ");
}

function fractionText(nanos: bigint): string {
  if (nanos === 0n) return "";
  return nanos % 1000n === 0n
    ? `.${(nanos / 1000n).toString().padStart(6, "0")}`
    : `.${nanos.toString().padStart(9, "0")}`;
}

function two(value: bigint | number): string {
  return String(value).padStart(2, "0");
}

function clock(seconds: bigint): string {
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
}
