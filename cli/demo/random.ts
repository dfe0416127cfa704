/**
 * Numbers that look random and are the same each time, so that a demo can be compared with itself.
 * @module
 */

/** A source of random numbers. */
export interface RandomSource {
  /** Evenly distributed from 0 to 1. */
  next(): number;
  /** Normally distributed. */
  normal(mean: number, deviation: number): number;
}

/** A source that is determined by its seed (mulberry32). */
export function randomSource(seed: number): RandomSource {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  // Box and Muller (1958); of the pair one is enough.
  const normal = (mean: number, deviation: number): number =>
    mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return { next, normal };
}
