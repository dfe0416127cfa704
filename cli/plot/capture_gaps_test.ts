import { deepStrictEqual as deepEqual } from "node:assert/strict";
import { withCaptureGaps } from "./capture_gaps.ts";

Deno.test("withCaptureGaps() breaks the line where the offset starts anew", () => {
  const series = { name: "ch1", x: Float64Array.of(0, 1, 10, 11), y: Float64Array.of(1, 2, 3, 4) };
  deepEqual(withCaptureGaps(series, [0, 1, 0, 1]), {
    name: "ch1",
    x: Float64Array.of(0, 1, 10, 10, 11),
    y: Float64Array.of(1, 2, NaN, 3, 4),
  });
  deepEqual(withCaptureGaps(series, [0, 1, 10, 11]), series);
});
