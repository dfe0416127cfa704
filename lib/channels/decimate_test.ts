import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { numberSeries, seriesWithNaN } from "./_series_test.ts";
import { decimate, type DecimateMethod, type GapPolicy } from "./decimate.ts";
import { lttb } from "./lttb.ts";
import { displayDecimate } from "./min_max.ts";
import { minMaxLttb } from "./min_max_lttb.ts";

const METHODS: DecimateMethod[] = ["display", "lttb", "minmaxlttb", "minmax"];
const POLICIES: GapPolicy[] = ["break", "omit", "keep"];

Deno.test("decimate() is the method named where there are no gaps", () => {
  for (const { x, y } of numberSeries(3000)) {
    for (const gaps of POLICIES) {
      deepStrictEqual(decimate(x, y, 60, { gaps }), displayDecimate(x, y, 60));
      deepStrictEqual(decimate(x, y, 60, { gaps, method: "lttb" }), lttb(x, y, 60));
      const wanted = minMaxLttb(x, y, 60, { ratio: 2 });
      deepStrictEqual(decimate(x, y, 60, { gaps, method: "minmaxlttb", ratio: 2 }), wanted);
    }
  }
});

Deno.test("decimate() gives exactly the points wanted under every policy", () => {
  const value = fc.constantFrom(NaN, NaN, Infinity, -Infinity, 1, 2, 3, -4, 0.5);
  const runs = fc.array(fc.tuple(value, fc.integer({ min: 1, max: 9 })), { maxLength: 60 });
  fc.assert(
    fc.property(
      runs,
      fc.integer({ min: 2, max: 90 }),
      fc.constantFrom(...METHODS),
      fc.constantFrom(...POLICIES),
      (list, points, method, gaps) => {
        const y = Float64Array.from(list.flatMap(([v, n]) => new Array<number>(n).fill(v)));
        const x = y.map((_, i) => 1e15 + i * i), kept = decimate(x, y, points, { method, gaps });
        const numbers = y.filter((v) => !Number.isNaN(v)).length;
        const most = Math.min(points, gaps === "omit" ? numbers : y.length);
        if (method === "minmax") ok(kept.length <= most);
        else strictEqual(kept.length, most);
        ok(kept.every((index, i) => index < y.length && (i === 0 || index > kept[i - 1]!)));
        if (gaps === "omit") ok(kept.every((i) => !Number.isNaN(y[i])));
        else if (y.length > 0) deepStrictEqual([kept[0], kept.at(-1)], [0, y.length - 1]);
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("decimate() breaks the line at every gap and keeps the spikes beside it", () => {
  const y = Float64Array.from({ length: 50_000 }, (_, i) => Math.sin(i / 700));
  const gaps = [100, 9000, 9100, 33_333];
  for (const start of gaps) y.fill(NaN, start, start + 3);
  y[9003] = 8;
  y[9098] = -8;
  const x = y.map((_, i) => i);
  for (const method of METHODS) {
    const kept = decimate(x, y, 400, { method });
    deepStrictEqual([...kept].filter((i) => Number.isNaN(y[i])), gaps, method);
    if (method === "display" || method === "minmax") ok(kept.includes(9003) && kept.includes(9098));
  }
});

Deno.test("decimate() marks the longest gaps where there are too many", () => {
  const y = Float64Array.from({ length: 1000 }, (_, i) => i % 2 === 0 ? 1 : NaN);
  y.fill(NaN, 500, 600);
  const kept = decimate(y.map((_, i) => i), y, 40);
  strictEqual(kept.length, 40);
  ok(kept.includes(499));
  ok([...kept].filter((i) => Number.isNaN(y[i])).length <= 11);
});

Deno.test("decimate() takes every kind of series with NaN", () => {
  for (const { name, x, y } of seriesWithNaN(20_000)) {
    for (const method of METHODS) {
      const kept = decimate(x, y, 300, { method });
      if (method !== "minmax") strictEqual(kept.length, 300, name);
      const inGap = (i: number): boolean => i > 7900 && i < 12_000 && Number.isNaN(y[i]);
      ok(kept.some(inGap), `${name} ${method}`);
    }
  }
});

Deno.test("decimate() refuses bad arguments", () => {
  const x = new Float64Array(5);
  throws(() => decimate(x, x, 1), RangeError);
  throws(() => decimate(x, new Float64Array(4), 3), RangeError);
  throws(() => decimate(x, x, 3, { method: "stride" as DecimateMethod }), RangeError);
  throws(() => decimate(x, x, 3, { gaps: "hide" as GapPolicy }), RangeError);
});
