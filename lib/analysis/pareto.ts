/**
 * Pareto of failures: the few measurements behind most of them.
 * @module
 */
import {
  type AnalysisQuery,
  type AnalysisScope,
  rowsOf,
  scopedQuery,
  type SqlSource,
} from "./sql_source.ts";

/** Failures of one measurement. */
export interface ParetoRow {
  /** Name of the measurement. */
  readonly measurement_name: string;
  /** The step that took it. */
  readonly step_path: string;
  /** Runs in which it failed. */
  readonly runs: number;
  /** Units of which it failed. */
  readonly units: number;
  /** Share of all such failures, 0 to 1. */
  readonly share: number;
  /** Share of this row and all rows before it. */
  readonly cumulative_share: number;
}

/** The statement behind {@linkcode paretoOf}. */
export function paretoQuery(scope: AnalysisScope = {}): AnalysisQuery {
  return scopedQuery(
    `WITH failures AS (
  SELECT measurement_name, step_path, count(DISTINCT run_id) AS runs,
    count(DISTINCT coalesce(nullif(dut_serial, ''), run_id)) AS units
  FROM measurements WHERE measurement_outcome = 'failed' AND $where
  GROUP BY measurement_name, step_path)
SELECT *, runs / sum(runs) OVER () AS share,
  sum(runs) OVER (ORDER BY runs DESC, measurement_name, step_path
    ROWS UNBOUNDED PRECEDING) / sum(runs) OVER () AS cumulative_share
FROM failures ORDER BY runs DESC, measurement_name, step_path`,
    scope,
  );
}

/**
 * Failed measurements by the number of runs in which they failed, the most frequent first. A measurement
 * that failed and passed when it was tried again counts: it is work all the same.
 *
 * @param source a store, or an embedded engine
 * @param scope which runs count; all by default
 *
 * @example
 * ```ts
 * import { EventStore, Session } from "@litmus/sdk";
 * import { paretoOf } from "@litmus/sdk/analysis";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const dataDir = await Deno.makeTempDir();
 * {
 *   await using session = await Session.start({ dataDir });
 *   for (const [hot, cold] of [[1, 0], [1, 0], [1, 1], [0, 0]] as const) {
 *     await session.run({ dut_serial: "A" }, (run) =>
 *       run.step("climate", (step) => {
 *         step.measure("hot", hot, { high: 0.5 });
 *         step.measure("cold", cold, { high: 0.5 });
 *       }));
 *   }
 * }
 * await using events = await EventStore.open({ dataDir });
 * const found = await paretoOf(events);
 * deepStrictEqual(found.map((row) => [row.measurement_name, row.runs, row.cumulative_share]),
 *   [["hot", 3, 0.75], ["cold", 1, 1]]);
 * ```
 */
export async function paretoOf(
  source: SqlSource,
  scope: AnalysisScope = {},
): Promise<ParetoRow[]> {
  return await rowsOf<ParetoRow>(source, paretoQuery(scope));
}
