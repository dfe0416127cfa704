/**
 * The clock, handed in where time matters, so that tests can hold it still.
 * @module
 */

/** Tells the time. */
export interface Clock {
  /** Microseconds since the epoch, UTC. */
  nowMicros(): number;
}

const ORIGIN_MICROS = Math.round(performance.timeOrigin * 1000);
/** How often the two clocks are compared: reading the wall clock costs as much as the rest. */
const COMPARE_MICROS = 10_000;
const DRIFT_MICROS = 2000;
let correction = 0;
let comparedAt = -Infinity;

/**
 * The wall clock in microseconds. `Date.now()` has milliseconds only, so the time comes from the
 * monotonic clock; the two are brought together again when they drift apart by more than 2 ms, as after an
 * adjustment of the system clock.
 */
export const systemClock: Clock = {
  nowMicros() {
    const fine = ORIGIN_MICROS + Math.floor(performance.now() * 1000) + correction;
    if (fine < comparedAt + COMPARE_MICROS) return fine;
    const wall = Date.now() * 1000;
    const now = Math.abs(fine - wall) > DRIFT_MICROS ? wall : fine;
    correction += now - fine;
    return comparedAt = now;
  },
};
