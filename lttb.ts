/**
 * Downsampling of typed arrays: indices of the samples to keep, never new values.
 *
 * Pure functions, no permission needed. {@linkcode decimate} is the one to start with: it keeps
 * every spike within a budget of points and shows gaps. {@linkcode lttb} is exact
 * Largest-Triangle-Three-Buckets, {@linkcode minMaxLttb} its fast approximation,
 * {@linkcode minMaxPerPixel} what a plot of given width can show.
 *
 * @example
 * ```ts
 * import { decimate, lttb } from "@litmus/sdk/lttb";
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 *
 * const x = Float64Array.from({ length: 10_000 }, (_, i) => i * 100);
 * const y = x.map((_, i) => i === 5000 ? 9 : i === 5005 ? -9 : Math.sin(i / 500));
 * const kept = decimate(x, y, 200);
 * strictEqual(kept.length, 200);
 * deepStrictEqual([kept.includes(5000), kept.includes(5005)], [true, true]);
 * strictEqual(lttb(x, y, 200).length, 200);
 * ```
 *
 * @module
 */
export type { NumericArray } from "./lib/channels/_arguments.ts";
export {
  decimate,
  type DecimateMethod,
  type DecimateOptions,
  type GapPolicy,
} from "./lib/channels/decimate.ts";
export { lttb, lttbRegular } from "./lib/channels/lttb.ts";
export {
  displayDecimate,
  minMaxPerPixel,
  type MinMaxPerPixelOptions,
} from "./lib/channels/min_max.ts";
export { minMaxLttb, type MinMaxLttbOptions } from "./lib/channels/min_max_lttb.ts";
