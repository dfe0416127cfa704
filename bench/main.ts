// deno-lint-ignore-file no-console -- printing is what it is for
/**
 * The figures of the whole path, side by side in one run:
 *
 *     deno task bench
 *     deno task bench --only PART     one of the parts below
 *     deno task bench --python PATH   also others beside: an interpreter with pyarrow, tsdownsample, litmus-test
 *     deno task bench --large         also views of 1,000M samples, a history of 10M events, 100,000 run files and
 *                                     a run of 1M measurements: minutes, 8 GB of disk
 *
 * Each figure is the median of several rounds on this machine; compare only within one run.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { benchChannels } from "./channels.ts";
import { benchCli } from "./cli.ts";
import { benchDaemon } from "./daemon.ts";
import { benchEmit } from "./emit.ts";
import { benchFlight } from "./flight.ts";
import { type Figure, figureText, printTable } from "./report.ts";
import { benchRuns } from "./runs.ts";
import { benchScale } from "./scale.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    only: { type: "string" },
    python: { type: "string" },
    large: { type: "boolean" },
  },
});
const parts = {
  emit: benchEmit,
  daemon: benchDaemon,
  flight: () => benchFlight(values.python),
  channels: () => benchChannels(values),
  runs: () => benchRuns(values),
  cli: benchCli,
  scale: () => benchScale(values),
};
const figures: Figure[] = [];
for (const [name, bench] of Object.entries(parts)) {
  if (values.only !== undefined && values.only !== name) continue;
  console.error(`... ${name}`);
  // Those that take long give each figure as they have it.
  for await (const figure of await bench()) {
    console.error(`    ${figureText(figure)}`);
    figures.push(figure);
  }
}
printTable(figures);
