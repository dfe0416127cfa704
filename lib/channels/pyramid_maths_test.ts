import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import fc from "fast-check";
import type { Pyramid, PyramidOptions } from "./_pyramid_types.ts";
import { PyramidBuilder } from "./pyramid_maths.ts";
import { numberSeries, seriesWithNaN } from "./_series_test.ts";

function pyramidOf(y: Float64Array, options: PyramidOptions = {}): Pyramid {
  const builder = new PyramidBuilder(options);
  builder.append(y);
  return builder.build();
}

/** Holds every block of every level against a plain search. */
function checkPyramid({ levels }: Pyramid, y: Float64Array): void {
  for (const { blockSamples, min, max, first, last, minOffset, maxOffset } of levels) {
    equal(min.length, Math.ceil(y.length / blockSamples));
    for (let b = 0; b < min.length; b++) {
      const lo = b * blockSamples, hi = Math.min(y.length, lo + blockSamples);
      let low = lo, high = lo;
      for (let i = lo; i < hi; i++) {
        if (y[i]! < y[low]! || (Number.isNaN(y[low]) && !Number.isNaN(y[i]))) low = i;
        if (y[i]! > y[high]! || (Number.isNaN(y[high]) && !Number.isNaN(y[i]))) high = i;
      }
      deepEqual(
        [min[b], max[b], first[b], last[b], minOffset[b], maxOffset[b]],
        [y[low], y[high], y[lo], y[hi - 1], low - lo, high - lo],
      );
    }
  }
}

Deno.test("PyramidBuilder holds the true extremes of every block of every level", () => {
  for (const { y } of [...numberSeries(30_000), ...seriesWithNaN(30_000)]) {
    const pyramid = pyramidOf(y);
    equal(pyramid.levels.at(-1)!.min.length, 1);
    checkPyramid(pyramid, y);
  }
  const value = fc.oneof(
    fc.constantFrom(NaN, Infinity, -Infinity),
    fc.integer({ min: -50, max: 50 }),
    fc.double({ noNaN: true }),
  );
  const options = fc.record({
    blockSamples: fc.integer({ min: 1, max: 9 }),
    factor: fc.integer({ min: 2, max: 4 }),
  });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), options, (list, sizes) => {
      const y = Float64Array.from(list);
      checkPyramid(pyramidOf(y, sizes), y);
    }),
  );
});

Deno.test("PyramidBuilder.append() in any parts gives the pyramid of the whole", () => {
  const part = fc.array(fc.oneof(fc.constant(NaN), fc.integer({ min: -9, max: 9 })), {
    maxLength: 90,
  });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), fc.integer({ min: 1, max: 6 }), (parts, n) => {
      const options = { blockSamples: n, factor: 3 }, builder = new PyramidBuilder(options);
      for (const values of parts) builder.append(Float64Array.from(values));
      deepEqual(builder.build(), pyramidOf(Float64Array.from(parts.flat()), options));
      equal(builder.samples, parts.flat().length);
    }),
  );
  const [{ y } = { y: new Float64Array(0) }] = seriesWithNaN(100_000),
    builder = new PyramidBuilder();
  for (const [from, to] of [[0, 1], [1, 300], [300, 66_000], [66_000, 100_000]]) {
    builder.append(y.subarray(from, to));
  }
  deepEqual(builder.build(), pyramidOf(y));
});

Deno.test("PyramidBuilder.build() is not changed by what is appended later", () => {
  const builder = new PyramidBuilder({ blockSamples: 4 });
  builder.append(Float64Array.of(1, 2));
  const early = builder.build();
  builder.append(Float64Array.of(99));
  equal(early.levels[0]!.max[0], 2);
  equal(builder.build().levels[0]!.max[0], 99);
});

Deno.test("PyramidBuilder refuses block sizes that make no pyramid", () => {
  for (
    const options of [{ blockSamples: 0 }, { blockSamples: 1.5 }, { blockSamples: 2 ** 32 }, {
      factor: 1,
    }]
  ) {
    throws(() => new PyramidBuilder(options), RangeError);
  }
});
