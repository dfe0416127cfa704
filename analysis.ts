/**
 * What production asks of its data: yield, capability (Cp, Cpk), Pareto of failures, control charts. Each
 * is one SQL statement over the catalog, to be had as typed rows or as text to build on.
 *
 * The source is whatever runs SQL: a store of `@litmus/sdk`, or the engine of `@litmus/sdk/embedded`. This
 * entry itself needs no permission.
 *
 * @example The measurements that are closest to their limits, without a daemon
 * ```ts
 * import { Session } from "@litmus/sdk";
 * import { capabilityOf } from "@litmus/sdk/analysis";
 * import { EmbeddedEngine } from "@litmus/sdk/embedded";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * const dataDir = await Deno.makeTempDir();
 * {
 *   await using session = await Session.start({ dataDir });
 *   for (const volts of [3.31, 3.36, 3.39]) {
 *     await session.run({ dut_serial: "A", product_id: "psb330" }, (run) =>
 *       run.step("power", (step) => void step.measure("rail_3v3", volts, { low: 3.2, high: 3.4 })));
 *   }
 * }
 * await using engine = await EmbeddedEngine.open({ dataDir });
 * const [worst] = await capabilityOf(engine, { product: "psb330" });
 * equal(worst?.measurement_name, "rail_3v3");
 * ```
 *
 * @module
 */
export {
  type AnalysisGroup,
  type AnalysisQuery,
  type AnalysisScope,
  type SqlSource,
} from "./lib/analysis/sql_source.ts";
export { yieldOf, yieldQuery, type YieldRow } from "./lib/analysis/yield.ts";
export { capabilityOf, capabilityQuery, type CapabilityRow } from "./lib/analysis/capability.ts";
export { paretoOf, paretoQuery, type ParetoRow } from "./lib/analysis/pareto.ts";
export {
  controlChartOf,
  controlChartQuery,
  type ControlChartRow,
} from "./lib/analysis/control_chart.ts";
