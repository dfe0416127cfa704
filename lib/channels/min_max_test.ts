import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { type Extremes, findExtremes } from "./_extremes.ts";
import { numberSeries, seriesWithNaN } from "./_series_test.ts";
import { displayDecimate, minMaxPerPixel } from "./min_max.ts";

function range(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => i);
}

function bruteExtremes(y: Float64Array, lo: number, hi: number): Extremes {
  let low = -1, high = -1;
  for (let i = lo; i < hi; i++) {
    if (Number.isNaN(y[i])) continue;
    if (low < 0 || y[i]! < y[low]!) low = i;
    if (high < 0 || y[i]! > y[high]!) high = i;
  }
  return { low, high };
}

const VALUE = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noDefaultInfinity: false }),
  fc.constant(NaN),
);

Deno.test("findExtremes() finds what a plain search finds, by SIMD and without", () => {
  const found: Extremes = { low: 0, high: 0 };
  fc.assert(fc.property(fc.array(VALUE, { maxLength: 40 }), fc.nat(2000), (values, pad) => {
    const fill = values[0] ?? NaN;
    const y = Float64Array.of(...values, ...Array.from({ length: pad }, () => fill), ...values);
    for (const lo of [0, Math.min(3, y.length)]) {
      for (const simd of [true, false]) {
        findExtremes(y, lo, y.length, found, simd);
        deepStrictEqual(found, bruteExtremes(y, lo, y.length));
      }
    }
  }));
  for (const { y } of [...numberSeries(20_000), ...seriesWithNaN(20_000)]) {
    findExtremes(y, 5, y.length, found);
    deepStrictEqual(found, bruteExtremes(y, 5, y.length));
  }
});

Deno.test("displayDecimate() keeps two opposite spikes five samples apart", () => {
  const y = Float64Array.from({ length: 100_000 }, (_, i) => Math.sin(i / 9000));
  y[50_010] = 40;
  y[50_015] = -40;
  for (const points of [4, 5, 100, 1000, 1001]) {
    const kept = displayDecimate(range(y.length), y, points);
    ok(kept.includes(50_010) && kept.includes(50_015), `${points} points`);
    const pixels = minMaxPerPixel(range(y.length), y, points);
    ok(pixels.includes(50_010) && pixels.includes(50_015), `${points} pixels`);
  }
});

Deno.test("displayDecimate() gives exactly the points wanted with every bucket's extremes", () => {
  const values = fc.array(VALUE, { minLength: 1, maxLength: 300 });
  fc.assert(fc.property(values, fc.integer({ min: 2, max: 80 }), (list, points) => {
    const y = Float64Array.from(list), samples = y.length;
    const kept = displayDecimate(range(samples), y, points);
    strictEqual(kept.length, Math.min(points, samples));
    deepStrictEqual([kept[0], kept.at(-1)], [0, samples - 1]);
    ok(kept.every((index, i) => i === 0 || index > kept[i - 1]!));
    const buckets = Math.floor((points - 2) / 2);
    for (let i = 0; samples > points && i < buckets; i++) {
      const lo = Math.floor(i * (samples - 2) / buckets) + 1;
      const hi = Math.floor((i + 1) * (samples - 2) / buckets) + 1;
      const { low, high } = bruteExtremes(y, lo, hi);
      ok(low < 0 ? kept.includes(lo) : kept.includes(low) && kept.includes(high));
    }
  }));
});

Deno.test("minMaxPerPixel() keeps first, lowest, highest and last of every column", () => {
  for (const samples of [1, 2, 50, 7001]) {
    for (const { name, x, y } of [...numberSeries(samples), ...seriesWithNaN(samples)]) {
      for (const width of [1, 3, 50, 640]) {
        const wanted = new Set<number>(), span = x.at(-1)! - x[0]!;
        const column = (i: number): number => {
          let c = Math.floor((x[i]! - x[0]!) / span * width) || 0;
          while (c > 0 && x[i]! - x[0]! < c / width * span) c--;
          while (c < width - 1 && x[i]! - x[0]! >= (c + 1) / width * span) c++;
          return Math.min(c, width - 1);
        };
        for (let lo = 0, hi = 0; lo < samples; lo = hi) {
          while (hi < samples && column(hi) === column(lo)) hi++;
          const { low, high } = bruteExtremes(y, lo, hi);
          for (const i of [lo, low, high, hi - 1]) if (i >= 0) wanted.add(i);
        }
        const kept = [...minMaxPerPixel(x, y, width)];
        deepStrictEqual(kept, [...wanted].sort((a, b) => a - b), `${name} ${samples} ${width}`);
      }
    }
  }
});

Deno.test("minMaxPerPixel() shows the part of the axis asked for, edges included", () => {
  const x = range(100), y = x.map((i) => i % 7);
  const kept = minMaxPerPixel(x, y, 1, { xMin: 10, xMax: 20 });
  deepStrictEqual([...kept], [10, 13, 14, 20]);
  deepStrictEqual([...minMaxPerPixel(x, y, 5, { xMin: 200, xMax: 300 })], []);
  deepStrictEqual([...minMaxPerPixel(x, y, 5, { xMin: -10, xMax: -5 })], []);
  deepStrictEqual([...minMaxPerPixel(x, y, 5, { xMin: 4, xMax: 4 })], [4]);
});

Deno.test("minMaxPerPixel() and displayDecimate() take empty series and refuse bad arguments", () => {
  deepStrictEqual([...minMaxPerPixel(range(0), range(0), 3)], []);
  deepStrictEqual([...displayDecimate(range(0), range(0), 3)], []);
  throws(() => minMaxPerPixel(range(3), range(2), 3), RangeError);
  throws(() => minMaxPerPixel(range(3), range(3), 0), RangeError);
  throws(() => minMaxPerPixel(range(3), range(3), 3, { xMin: 2, xMax: 1 }), RangeError);
  throws(() => minMaxPerPixel(range(3), range(3), 3, { xMin: NaN }), RangeError);
  throws(() => displayDecimate(range(3), range(3), 1), RangeError);
  throws(() => displayDecimate(range(3), range(2), 3), RangeError);
});
