// Downsamples numbers that are anybody's: no permission at all.
//
//   deno run examples/downsample.ts
import { decimate, lttb } from "@litmus/sdk/lttb";

const x = Float64Array.from({ length: 1_000_000 }, (_, i) => i / 1e6);
const y = x.map((time, i) => Math.sin(40 * time) + (i === 123_456 ? 5 : 0));

const kept = decimate(x, y, 500);
console.log("for the eye:", kept.length, "points, spike kept:", kept.includes(123_456));
console.log("largest triangles:", lttb(x, y, 500).length, "points");
