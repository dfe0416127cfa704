/**
 * Downsampling: the kernels alone, and a channel query from files.
 * @module
 */
import { FileChannelStore } from "../mod.ts";
import { lttb, minMaxLttb } from "../lttb.ts";
import { withDirectory } from "./directory.ts";
import { type Figure, millis, rounds } from "./report.ts";

const SAMPLES = 10_000_000;

/** Measures. */
export async function benchKernel(): Promise<Figure[]> {
  const x = Float64Array.from({ length: SAMPLES }, (_, i) => i);
  const y = Float64Array.from({ length: SAMPLES }, (_, i) => Math.sin(i / 5000) + (i % 97) / 500);
  return [
    {
      work: "LTTB, 10M samples to 1,000 points",
      value: await rounds(7, () => millis(() => lttb(x, y, 1000))),
      unit: "ms",
      original: "",
      aim: "<= 15.7",
    },
    {
      work: "MinMaxLTTB, 10M to 1,000",
      value: await rounds(7, () => millis(() => minMaxLttb(x, y, 1000))),
      unit: "ms",
      original: "",
      aim: "<= 7.8",
    },
    {
      work: "channel query, 10M samples to 1,000, cold",
      value: await coldQuery(y),
      unit: "ms",
      original: "3,750 / 3,160",
      aim: "<= 60",
    },
  ];
}

async function coldQuery(y: Float64Array): Promise<number> {
  return await withDirectory(async (dataDir) => {
    {
      await using store = await FileChannelStore.open({ dataDir });
      for (let at = 0; at < y.length; at += 1_000_000) {
        store.write("scope.ch1", y.slice(at, at + 1_000_000), { sampleInterval: 1e-6, start: at });
        await store.flush();
      }
    }
    return await rounds(5, async () => {
      await using store = await FileChannelStore.open({ dataDir });
      return await millis(async () => {
        const result = await store.query("scope.ch1", { maxPoints: 1000 });
        await result.toColumns();
      });
    });
  });
}
