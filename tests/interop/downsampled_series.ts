/**
 * Series and what LTTB chooses of them, for another implementation to choose from.
 * @module
 */
import { join } from "@std/path";
import { numberSeries } from "../../lib/channels/_series_test.ts";
import { lttb } from "../../lttb.ts";

/** Writes `cases.json`, and `{i}.x` and `{i}.y` as float64; constants are left out, there all is a tie. */
export async function writeSeries(folder: string): Promise<void> {
  const cases = [];
  for (const [samples, points] of [[1002, 102], [5000, 100], [100_000, 1000]] as const) {
    for (const { name, x, y } of numberSeries(samples)) {
      if (name === "constant") continue;
      const i = cases.length;
      await Deno.writeFile(join(folder, `${i}.x`), new Uint8Array(x.slice().buffer));
      await Deno.writeFile(join(folder, `${i}.y`), new Uint8Array(y.slice().buffer));
      cases.push({ name: `${name}, ${samples}`, points, kept: [...lttb(x, y, points)] });
    }
  }
  await Deno.writeTextFile(join(folder, "cases.json"), JSON.stringify(cases));
}
