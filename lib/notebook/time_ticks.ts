/**
 * Times along an axis, with no more digits than tell them apart.
 * @module
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** How the times of an axis are written. */
export interface TimeTicks {
  /** The day of all of them, where it is one. */
  readonly day: string | undefined;
  readonly format: (time: Date | number) => string;
}

/**
 * Chooses how times are written.
 *
 * @param times milliseconds since the epoch
 */
export function timeTicks(times: readonly number[]): TimeTicks {
  let first = Infinity, last = -Infinity;
  for (const time of times) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  if (!(first <= last)) return { day: undefined, format: (time) => new Date(time).toISOString() };
  const isOneDay = Math.floor(first / DAY) === Math.floor(last / DAY);
  const [from, to] = digitsOf(last - first, isOneDay);
  return {
    day: isOneDay ? new Date(first).toISOString().slice(0, 10) : undefined,
    format: (time) => new Date(time).toISOString().slice(from, to).replace("T", " "),
  };
}

/** Where in `2026-11-21T08:00:00.000Z` the digits that matter start and end. */
function digitsOf(span: number, isOneDay: boolean): readonly [number, number] {
  const start = isOneDay ? 11 : 5;
  if (span > 20 * DAY) return [0, 10];
  if (span > 5 * DAY) return [5, 10];
  if (span > 10 * MINUTE) return [start, 16];
  return span > 10 * SECOND ? [start, 19] : [start, 23];
}
