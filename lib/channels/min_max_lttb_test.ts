import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { referenceLttb } from "./_lttb_reference_test.ts";
import { numberSeries, seriesWithNaN } from "./_series_test.ts";
import { lttb } from "./lttb.ts";
import { minMaxLttb } from "./min_max_lttb.ts";

/** Preselection straight from the paper: the lowest and highest of each bucket. */
function preselect(y: Float64Array, buckets: number): number[] {
  const out = new Set([0, y.length - 1]);
  for (let b = 0; b < buckets; b++) {
    const lo = Math.floor(b * (y.length - 2) / buckets) + 1;
    const hi = Math.floor((b + 1) * (y.length - 2) / buckets) + 1;
    const bucket = Array.from({ length: hi - lo }, (_, i) => lo + i);
    out.add(bucket.reduce((low, i) => y[i]! < y[low]! ? i : low));
    out.add(bucket.reduce((high, i) => y[i]! > y[high]! ? i : high));
  }
  return [...out].sort((a, b) => a - b);
}

Deno.test("minMaxLttb() is LTTB among the extremes of its buckets", () => {
  for (const { name, x, y } of numberSeries(30_000)) {
    if (name === "constant") continue;
    for (const [points, ratio] of [[3, 4], [50, 4], [50, 2], [333, 8]] as const) {
      const some = preselect(y, Math.ceil(points * ratio / 2));
      const xs = Float64Array.from(some, (i) => x[i]!), ys = Float64Array.from(some, (i) => y[i]!);
      const wanted = referenceLttb(xs, ys, points).map((i) => some[i]!);
      deepStrictEqual([...minMaxLttb(x, y, points, { ratio })], wanted, name);
    }
  }
});

Deno.test("minMaxLttb() gives exactly the points wanted, ascending, for every kind of series", () => {
  for (const samples of [5, 90, 8000]) {
    for (const { name, x, y } of [...numberSeries(samples), ...seriesWithNaN(samples)]) {
      for (const points of [2, 3, 4, 20, 21, 8001]) {
        for (const ratio of [1, 1.5, 4]) {
          const kept = minMaxLttb(x, y, points, { ratio });
          strictEqual(kept.length, Math.min(samples, points), name);
          deepStrictEqual([kept[0], kept.at(-1)], [0, samples - 1]);
          ok(kept.every((index, i) => i === 0 || index > kept[i - 1]!));
        }
      }
    }
  }
});

Deno.test("minMaxLttb() is lttb() for few samples, and shows a long gap", () => {
  const x = Float64Array.from({ length: 80 }, (_, i) => i), y = x.map((i) => Math.sin(i));
  deepStrictEqual(minMaxLttb(x, y, 20), lttb(x, y, 20));
  const long = new Float64Array(10_000);
  long.fill(NaN, 4000, 6000);
  ok(minMaxLttb(long.map((_, i) => i), long, 30).some((i) => Number.isNaN(long[i])));
});

Deno.test("minMaxLttb() refuses bad arguments", () => {
  const x = new Float64Array(9);
  for (const ratio of [0, 0.5, NaN, Infinity]) {
    throws(() => minMaxLttb(x, x, 4, { ratio }), RangeError);
  }
  throws(() => minMaxLttb(x, x, 1), RangeError);
  throws(() => minMaxLttb(x, new Float64Array(8), 4), RangeError);
});
