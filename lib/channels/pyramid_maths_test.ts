import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { numberSeries, seriesWithNaN } from "./_series_test.ts";
import {
  buildPyramid,
  type Pyramid,
  PyramidBuilder,
  type PyramidView,
  samplesForView,
  viewFromPyramid,
  viewPoints,
} from "./pyramid_maths.ts";

/** Holds every column of a view against a plain search of exactly its samples. */
function checkView(view: PyramidView, y: Float64Array, start: number, end: number): void {
  const columns = view.min.length;
  deepStrictEqual([view.bounds[0] ?? start, view.bounds[columns]], [start, end]);
  for (let i = 0; i < columns; i++) {
    const lo = view.bounds[i]!, hi = view.bounds[i + 1]!;
    ok(lo < hi);
    let low = lo, high = lo;
    for (let j = lo; j < hi; j++) {
      if (y[j]! < y[low]! || (Number.isNaN(y[low]) && !Number.isNaN(y[j]))) low = j;
      if (y[j]! > y[high]! || (Number.isNaN(y[high]) && !Number.isNaN(y[j]))) high = j;
    }
    deepStrictEqual(
      [view.minIndex[i], view.maxIndex[i], view.min[i], view.max[i], view.first[i], view.last[i]],
      [low, high, y[low], y[high], y[lo], y[hi - 1]],
    );
  }
}

/** A reader that notes what it was asked for. */
function noting(y: Float64Array): {
  ranges: [number, number][];
  read: (lo: number, hi: number) => Float64Array;
} {
  const ranges: [number, number][] = [];
  const read = (lo: number, hi: number): Float64Array => {
    ranges.push([lo, hi]);
    return y.subarray(lo, hi);
  };
  return { ranges, read };
}

Deno.test("viewFromPyramid() shows the true extremes at every zoom, place and width", () => {
  const value = fc.oneof(
    fc.constant(NaN),
    fc.constantFrom(Infinity, -Infinity),
    fc.integer({ min: -50, max: 50 }),
    fc.double({ noNaN: true }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(value, fc.integer({ min: 1, max: 7 })), { minLength: 1, maxLength: 150 }),
      fc.record({
        blockSamples: fc.integer({ min: 1, max: 9 }),
        factor: fc.integer({ min: 2, max: 4 }),
      }),
      fc.nat(),
      fc.nat(),
      fc.integer({ min: 1, max: 40 }),
      (list, options, a, b, width) => {
        const y = Float64Array.from(list.flatMap(([v, n]) => new Array<number>(n).fill(v)));
        const ends = [a % (y.length + 1), b % (y.length + 1)].sort((p, q) => p - q);
        const [start, end] = ends as [number, number];
        const pyramid = buildPyramid(y, options), { ranges, read } = noting(y);
        const view = viewFromPyramid(pyramid, start, end, width, read);
        strictEqual(view.min.length, Math.min(width, end - start));
        checkView(view, y, start, end);
        deepStrictEqual(ranges, samplesForView(pyramid, start, end, width));
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("viewFromPyramid() reads next to nothing of the samples of a wide view", () => {
  for (const { y } of [...numberSeries(300_000), ...seriesWithNaN(300_000)].slice(0, 12)) {
    const pyramid = buildPyramid(y, { blockSamples: 64, factor: 4 });
    for (let span = 300_000, start = 0; span > 1; span = Math.floor(span / 3), start += 517) {
      const { ranges, read } = noting(y), end = Math.min(y.length, start + span);
      const view = viewFromPyramid(pyramid, start, end, 200, read);
      checkView(view, y, start, end);
      const samples = ranges.reduce((sum, [lo, hi]) => sum + hi - lo, 0);
      ok(samples <= 200 * 2 * 64, `${samples} samples read`);
      const width = (end - start) / view.min.length;
      view.bounds.forEach((bound, i) => ok(Math.abs(bound - start - i * width) <= width / 4 + 1));
    }
  }
});

Deno.test("PyramidBuilder.append() in any parts gives the pyramid of the whole", () => {
  const part = fc.array(fc.oneof(fc.constant(NaN), fc.integer({ min: -9, max: 9 })), {
    maxLength: 90,
  });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), fc.integer({ min: 1, max: 6 }), (parts, n) => {
      const options = { blockSamples: n, factor: 3 };
      const whole = buildPyramid(Float64Array.from(parts.flat()), options);
      let builder = new PyramidBuilder(options), earlier: Pyramid | undefined;
      for (const values of parts) {
        builder.append(Float64Array.from(values));
        const before = builder.build();
        if (earlier) strictEqual(earlier.levels[0]!.min.length, Math.ceil(earlier.samples / n));
        builder = PyramidBuilder.from(earlier = before);
      }
      deepStrictEqual(builder.build(), whole);
      strictEqual(builder.samples, parts.flat().length);
    }),
  );
});

Deno.test("PyramidBuilder.build() is not changed by what is appended later", () => {
  const builder = new PyramidBuilder({ blockSamples: 4 });
  builder.append(Float64Array.of(1, 2));
  const early = builder.build();
  builder.append(Float64Array.of(99));
  strictEqual(early.levels[0]!.max[0], 2);
  strictEqual(builder.build().levels[0]!.max[0], 99);
});

Deno.test("viewPoints() gives first, extremes and last of every column, ascending", () => {
  for (const { y } of [...numberSeries(5000), ...seriesWithNaN(5000)]) {
    const view = viewFromPyramid(
      buildPyramid(y, { blockSamples: 16 }),
      3,
      4990,
      50,
      (lo, hi) => y.subarray(lo, hi),
    );
    const { index, value } = viewPoints(view);
    ok(index.every((at, i) => i === 0 || at > index[i - 1]!));
    index.forEach((at, i) => deepStrictEqual(value[i], y[at]));
    const kept = new Set(index);
    ok(view.minIndex.every((at) => kept.has(at)) && view.maxIndex.every((at) => kept.has(at)));
    ok(view.bounds.every((at) => at === 4990 || kept.has(at)) && kept.has(4989));
  }
});

Deno.test("viewFromPyramid() takes an empty stretch and refuses one outside of the series", () => {
  const y = Float64Array.of(1, 2, 3), pyramid = buildPyramid(y);
  const read = (lo: number, hi: number) => y.subarray(lo, hi);
  strictEqual(viewFromPyramid(pyramid, 2, 2, 10, read).min.length, 0);
  strictEqual(viewFromPyramid(buildPyramid(new Float64Array(0)), 0, 0, 10, read).min.length, 0);
  throws(() => viewFromPyramid(pyramid, 0, 4, 10, read), RangeError);
  throws(() => viewFromPyramid(pyramid, -1, 2, 10, read), RangeError);
  throws(() => viewFromPyramid(pyramid, 2, 1, 10, read), RangeError);
  throws(() => viewFromPyramid(pyramid, 0.5, 2, 10, read), RangeError);
  throws(() => viewFromPyramid(pyramid, 0, 2, 0, read), RangeError);
  throws(() => viewFromPyramid(pyramid, 0, 3, 2, () => y.subarray(0, 1)), RangeError);
});

Deno.test("PyramidBuilder refuses block sizes that make no pyramid", () => {
  throws(() => new PyramidBuilder({ blockSamples: 0 }), RangeError);
  throws(() => new PyramidBuilder({ blockSamples: 2 ** 32 }), RangeError);
  throws(() => new PyramidBuilder({ factor: 1 }), RangeError);
});
