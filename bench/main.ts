// deno-lint-ignore-file no-console -- printing is what it is for
/**
 * The figures of the whole path, side by side in one run:
 *
 *     deno task bench
 *     deno task bench --only PART     one of the parts below
 *     deno task bench --python PATH   also Flight beside others: an interpreter with pyarrow, and litmus-test
 *
 * Each figure is the median of several rounds on this machine; compare only within one run.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { benchCli } from "./cli.ts";
import { benchDaemon } from "./daemon.ts";
import { benchEmit } from "./emit.ts";
import { benchFlight } from "./flight.ts";
import { benchKernel } from "./kernel.ts";
import { printTable } from "./report.ts";
import { benchRuns } from "./runs.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: { only: { type: "string" }, python: { type: "string" } },
});
const parts = {
  emit: benchEmit,
  daemon: benchDaemon,
  flight: () => benchFlight(values.python),
  kernel: benchKernel,
  runs: benchRuns,
  cli: benchCli,
};
const figures = [];
for (const [name, bench] of Object.entries(parts)) {
  if (values.only !== undefined && values.only !== name) continue;
  console.error(`... ${name}`);
  figures.push(...await bench());
}
printTable(figures);
