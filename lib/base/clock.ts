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
let last = 0;

/**
 * The wall clock in microseconds. `Date.now()` has milliseconds only, so the fraction comes from the
 * monotonic clock; the two are brought together again when they drift apart by more than 2 ms, as after an
 * adjustment of the system clock.
 */
export const systemClock: Clock = {
  nowMicros() {
    const wall = Date.now() * 1000;
    const fine = ORIGIN_MICROS + Math.floor(performance.now() * 1000) + correction;
    if (Math.abs(fine - wall) > 2000) {
      correction += wall - fine;
      return last = wall;
    }
    return last = fine > last || last - fine > 2000 ? fine : last;
  },
};

let correction = 0;
