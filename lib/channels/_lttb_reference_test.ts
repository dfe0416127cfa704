/** LTTB straight from its definition, slow and without regard to anything but clarity. */

/** Buckets of indices: the first, `points - 2` of equal count, the last. */
function bucketsOf(samples: number, points: number): number[][] {
  const start = (i: number): number =>
    Number(BigInt(i) * BigInt(samples - 2) / BigInt(points - 2)) + 1;
  const inner = Array.from({ length: points - 2 }, (_, i) => {
    const lo = start(i);
    return Array.from({ length: start(i + 1) - lo }, (_, j) => lo + j);
  });
  return [[0], ...inner, [samples - 1]];
}

/** Chosen indices by doubles, by the three corners of the thesis; NaN as `lttb` documents it. */
export function referenceLttb(x: Float64Array, y: Float64Array, points: number): number[] {
  const buckets = bucketsOf(x.length, points), out = [0];
  const at = (i: number): number => x[i]! - x[0]!;
  let anchor = Number.isFinite(y[0]) ? 0 : -1;
  for (let b = 1; b < points - 1; b++) {
    const next = buckets[b + 1]!.filter((i) => Number.isFinite(y[i]));
    const mean = (of: (i: number) => number) => next.reduce((s, i) => s + of(i), 0) / next.length;
    const cx = mean(at), cy = mean((i) => y[i]!);
    const own = buckets[b]!.find((i) => Number.isFinite(y[i]));
    const area = (i: number): number => {
      if (anchor >= 0 && next.length > 0) {
        const ax = at(anchor), ay = y[anchor]!;
        return Math.abs((ax - cx) * (y[i]! - ay) - (ax - at(i)) * (cy - ay));
      }
      const level = anchor >= 0
        ? y[anchor]!
        : next.length > 0
        ? cy
        : own === undefined
        ? 0
        : y[own]!;
      return Math.abs(y[i]! - level);
    };
    let chosen = buckets[b]![0]!, largest = -1;
    for (const i of buckets[b]!) if (area(i) > largest) largest = area(i), chosen = i;
    if (Number.isFinite(y[chosen])) anchor = chosen;
    out.push(chosen);
  }
  return [...out, x.length - 1];
}

/** The same for integers, exact: true ties go to the lowest index. */
export function exactLttb(
  x: readonly bigint[],
  y: readonly bigint[],
  points: number,
): number[] {
  const buckets = bucketsOf(x.length, points), out = [0];
  for (let b = 1, a = 0; b < points - 1; b++) {
    const next = buckets[b + 1]!, count = BigInt(next.length);
    const dx = next.reduce((sum, i) => sum + x[i]!, 0n) - count * x[a]!;
    const dy = next.reduce((sum, i) => sum + y[i]!, 0n) - count * y[a]!;
    let chosen = -1, largest = -1n;
    for (const i of buckets[b]!) {
      const twice = dx * (y[i]! - y[a]!) - dy * (x[i]! - x[a]!);
      const area = twice < 0n ? -twice : twice;
      if (area > largest) largest = area, chosen = i;
    }
    out.push(a = chosen);
  }
  return [...out, x.length - 1];
}
