/**
 * First index of bucket `i` of `count` buckets over `samples` samples: `floor(i * samples / count)`,
 * by quotient and remainder, because the product may pass 2^53.
 */
export function bucketStart(i: number, samples: number, count: number): number {
  const whole = Math.floor(samples / count);
  return i * whole + Math.floor(i * (samples - whole * count) / count);
}
