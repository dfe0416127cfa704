import { type AxisTicks, multiplesOf, niceStep } from "./number_axis.ts";

const SECOND = 1e6;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
// Below this clock times differ in their last digits only, and an offset says more.
const CLOCK_SPAN = 20 * SECOND;

const CLOCK_STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000].map((n) => n * DAY),
];

/**
 * Ticks of a time axis in UTC: offsets from the start with their unit in short ranges, clock
 * times in longer ones, dates from days on.
 *
 * @param low start in microseconds since the epoch
 * @param high end in microseconds since the epoch
 * @param count ticks wanted at most, about
 * @param start zero of the offsets in microseconds since the epoch, such as the first sample
 */
export function timeAxis(low: number, high: number, count: number, start: number): AxisTicks {
  return high - low < CLOCK_SPAN
    ? offsetAxis(low, high, count, start)
    : clockAxis(low, high, count);
}

function offsetAxis(low: number, high: number, count: number, start: number): AxisTicks {
  const span = high - low;
  const step = niceStep(span, count);
  const [unit, micros] = span >= SECOND ? ["s", SECOND] : span >= 1000 ? ["ms", 1000] : ["µs", 1];
  const digits = Math.max(0, -Math.floor(Math.log10(step / Number(micros)) + 1e-9));
  const ticks = multiplesOf(step, low - start, high - start).map((offset) => ({
    value: start + offset,
    label: (offset / Number(micros)).toFixed(digits).replace(/^-(?=[0.]*$)/, ""),
  }));
  return { ticks, note: `${unit} after ${dateTime(start)}` };
}

function clockAxis(low: number, high: number, count: number): AxisTicks {
  const step = CLOCK_STEPS.find((wide) => (high - low) / wide <= count) ??
    niceStep((high - low) / DAY, count) * DAY;
  const [from, to] = step >= DAY ? [0, 10] : step >= MINUTE ? [11, 16] : [11, 19];
  const ticks = multiplesOf(step, low, high).map((value) => ({
    value,
    label: iso(value).slice(from, to),
  }));
  const [first, last] = [iso(low).slice(0, 10), iso(high).slice(0, 10)];
  if (step >= DAY) return { ticks, note: "UTC" };
  return { ticks, note: first === last ? `${first} UTC` : `${first} to ${last} UTC` };
}

/** Date and time in UTC with microseconds, trailing zeros of the fraction left out. */
function dateTime(micros: number): string {
  const whole = Math.round(micros);
  const fraction = ((whole % SECOND) + SECOND) % SECOND;
  const text = iso(whole - fraction).slice(0, 19).replace("T", " ");
  if (fraction === 0) return `${text}Z`;
  return `${text}.${String(fraction).padStart(6, "0").replace(/0+$/, "")}Z`;
}

function iso(micros: number): string {
  const date = new Date(micros / 1000);
  return Number.isNaN(date.getTime()) ? " ".repeat(24) : date.toISOString();
}
