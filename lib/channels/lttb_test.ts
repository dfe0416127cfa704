import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { LTTB } from "npm:downsample@1.4.0";
import { exactLttb, referenceLttb } from "./_lttb_reference_test.ts";
import { numberSeries, seriesWithNaN } from "./_series_test.ts";
import { chooseTriangles } from "./_triangles.ts";
import { lttb, lttbRegular } from "./lttb.ts";

function range(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => i);
}

function checkShape(kept: Uint32Array, samples: number, points: number): void {
  strictEqual(kept.length, Math.min(samples, points));
  strictEqual(kept[0], 0);
  strictEqual(kept.at(-1), samples - 1);
  ok(kept.every((index, i) => i === 0 || index > kept[i - 1]!), "not strictly increasing");
}

const SIZES = [[10, 3], [10, 9], [11, 4], [1000, 37], [1001, 500], [4099, 3], [9001, 9], [5000, 5]];
/** Two SIMD slots and a rest: buckets that are copied in parts. */
const LARGE = [[150_001, 4], [99_990, 3]];

Deno.test("lttb() chooses what the definition chooses, for numbers, NaN and huge x", () => {
  for (const [samples, points] of [...SIZES, ...LARGE] as [number, number][]) {
    for (const { name, x, y } of [...numberSeries(samples), ...seriesWithNaN(samples)]) {
      if (name.startsWith("constant")) continue; // averages of 0.1 round in the reference
      const kept = lttb(x, y, points);
      checkShape(kept, samples, points);
      deepStrictEqual([...kept], referenceLttb(x, y, points), `${name} ${samples} ${points}`);
    }
  }
});

Deno.test("lttb() chooses what the npm package downsample chooses", () => {
  for (const [samples, points] of SIZES as [number, number][]) {
    for (const { name, x, y } of numberSeries(samples, 7)) {
      if (name === "constant") continue;
      const shifted = Array.from(x, (value, i) => ({ x: value - x[0]!, y: y[i]!, i }));
      const wanted = LTTB(shifted, points) as unknown as typeof shifted;
      deepStrictEqual([...lttb(x, y, points)], wanted.map(({ i }) => i), `${name} ${samples}`);
    }
  }
});

Deno.test("lttb() is exact for integers, so that ties go to the lowest index", () => {
  const sample = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: -3, max: 3 }));
  fc.assert(fc.property(
    fc.array(sample, { minLength: 4, maxLength: 200 }),
    fc.integer({ min: 3, max: 60 }),
    fc.constantFrom(0n, 1_767_225_600_000_000n),
    (steps, wanted, origin) => {
      const points = Math.min(wanted, steps.length - 1);
      let at = origin;
      const x = steps.map(([step]) => at += BigInt(step)), y = steps.map(([, v]) => BigInt(v));
      const xs = Float64Array.from(x, Number), ys = Float64Array.from(y, Number);
      deepStrictEqual([...lttb(xs, ys, points)], exactLttb(x, y, points));
    },
  ));
});

Deno.test("lttb() by SIMD and by plain loops gives the same", () => {
  for (const samples of [20_000, 70_003]) {
    const series = [...numberSeries(samples, 3), ...seriesWithNaN(samples, 3)];
    for (const { name, x, y } of series) {
      if (name.startsWith("huge y")) continue; // sums in another order
      for (const points of [3, 5, 30]) {
        deepStrictEqual(chooseTriangles(x, y, points), chooseTriangles(x, y, points, false), name);
      }
    }
  }
});

Deno.test("lttbRegular() equals lttb() on a regular axis", () => {
  for (const [samples, points] of [...SIZES, ...LARGE] as [number, number][]) {
    for (const { name, y } of [...numberSeries(samples, 5), ...seriesWithNaN(samples, 5)]) {
      const x = range(samples);
      deepStrictEqual(lttbRegular(y, points), lttb(x, y, points), name);
      deepStrictEqual(lttbRegular(y, points), lttb(x.map((i) => 1e15 + 4096 * i), y, points), name);
    }
  }
});

Deno.test("lttb() keeps the first of a constant series' buckets, whatever the constant", () => {
  for (const value of [0, 1, 0.1, -1 / 3, 1e300]) {
    const kept = lttb(range(20_000), new Float64Array(20_000).fill(value), 12);
    deepStrictEqual([...kept].slice(0, 3), [0, 1, 2000]);
  }
});

Deno.test("lttb() gives the last bucket its point (ClickHouse issue 56762)", () => {
  for (let samples = 5; samples < 60; samples++) {
    for (let points = 3; points < samples; points++) {
      const y = new Float64Array(samples);
      y[samples - 2] = 5;
      const kept = lttb(range(samples), y, points);
      checkShape(kept, samples, points);
      strictEqual(kept.at(-2), samples - 2);
    }
  }
});

Deno.test("lttb() goes by the real x axis, not by index", () => {
  const y = Float64Array.of(0, 2, 3.5, 3, 4), x = Float64Array.of(0, 1, 10, 11, 12);
  deepStrictEqual([...lttb(x, y, 3)], [0, 1, 4]);
  deepStrictEqual([...lttbRegular(y, 3)], [0, 2, 4]);
});

Deno.test("lttb() keeps numbers beside NaN and shows a bucket of NaN (ECharts issue 19383)", () => {
  const y = new Float64Array(102);
  y[20] = 3;
  y.fill(NaN, 21, 29);
  y.fill(NaN, 50, 65);
  y[77] = -4;
  y[78] = NaN;
  const kept = [...lttb(range(102), y, 12)];
  strictEqual(kept.length, 12);
  ok(kept.includes(20) && kept.includes(77));
  deepStrictEqual(kept.filter((i) => Number.isNaN(y[i])), [51]);
});

Deno.test("lttb() gives the first index of every bucket of a series of NaN", () => {
  for (const samples of [12, 20_000]) {
    const kept = lttb(range(samples), new Float64Array(samples).fill(NaN), 7);
    checkShape(kept, samples, 7);
    strictEqual(kept[1], 1);
  }
});

Deno.test("lttb() chooses an infinity and lets it spoil no other bucket", () => {
  for (const samples of [100, 20_000]) {
    const y = Float64Array.from({ length: samples }, (_, i) => Math.sin(i));
    y[samples / 2] = -Infinity;
    y[samples / 5] = 1e3;
    y[samples - 10] = -1e3;
    const kept = lttb(range(samples), y, 12);
    ok([samples / 2, samples / 5, samples - 10].every((i) => kept.includes(i)));
  }
});

Deno.test("lttb() gives everything when there is no more than wanted, and first and last for 2", () => {
  deepStrictEqual([...lttb(range(0), range(0), 2)], []);
  deepStrictEqual([...lttb(range(1), range(1), 2)], [0]);
  deepStrictEqual([...lttb(range(5), range(5), 5)], [0, 1, 2, 3, 4]);
  deepStrictEqual([...lttb(range(5), range(5), 50)], [0, 1, 2, 3, 4]);
  deepStrictEqual([...lttb(range(5), range(5), 2)], [0, 4]);
});

Deno.test("lttb() takes other typed arrays and leaves its arguments alone", () => {
  const y = Int16Array.of(0, 0, 9, 0, 0, 0, -9, 0), before = y.slice();
  deepStrictEqual([...lttb(Uint32Array.from(range(8)), y, 4)], [0, 2, 6, 7]);
  deepStrictEqual(y, before);
});

Deno.test("lttb() refuses bad arguments", () => {
  for (const points of [0, 1, -3, 2.5, NaN, Infinity]) {
    throws(() => lttb(range(9), range(9), points), RangeError);
    throws(() => lttbRegular(range(9), points), RangeError);
  }
  throws(() => lttb(range(9), range(8), 4), RangeError);
  throws(() => lttb([1, 2, 3] as unknown as Float64Array, range(3), 2), TypeError);
  throws(() => lttb(new BigInt64Array(3) as unknown as Float64Array, range(3), 2), TypeError);
});
