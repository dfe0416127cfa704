/**
 * Yield: how many units passed, at the first try and in the end.
 * @module
 */
import {
  type AnalysisGroup,
  type AnalysisQuery,
  type AnalysisScope,
  groupExpression,
  rowsOf,
  scopedQuery,
  type SqlSource,
} from "./sql_source.ts";

/** Yield of one group of units. */
export interface YieldRow {
  /** The station, product, day, ...; null where nothing was to be broken down. */
  readonly group: string | null;
  /** Units tested; a run without a serial number is a unit of its own. */
  readonly units: number;
  /** Runs that have ended. */
  readonly runs: number;
  /** Units whose first run passed. */
  readonly first_passed: number;
  /** Units whose last run passed. */
  readonly passed: number;
  /** Share of units whose first run passed, 0 to 1. */
  readonly first_pass_yield: number;
  /** Share of units whose last run passed, 0 to 1. */
  readonly final_yield: number;
  /** Units that were tested more than once. */
  readonly retested: number;
}

/** The statement behind {@linkcode yieldOf}. */
export function yieldQuery(scope: AnalysisScope = {}, by?: AnalysisGroup): AnalysisQuery {
  return scopedQuery(
    `WITH tests AS (
  SELECT "group", unit, run_outcome,
    row_number() OVER (PARTITION BY "group", unit ORDER BY run_started_at, run_id) AS nth,
    row_number() OVER (PARTITION BY "group", unit ORDER BY run_started_at DESC, run_id DESC) AS nth_last
  FROM (SELECT ${groupExpression(by)} AS "group", coalesce(nullif(dut_serial, ''), run_id) AS unit,
      run_outcome, run_started_at, run_id
    FROM runs WHERE run_outcome <> 'running' AND $where))
SELECT "group", count(DISTINCT unit) AS units, count(*) AS runs,
  count(*) FILTER (run_outcome = 'passed' AND nth = 1) AS first_passed,
  count(*) FILTER (run_outcome = 'passed' AND nth_last = 1) AS passed,
  first_passed / units AS first_pass_yield, passed / units AS final_yield,
  count(*) FILTER (nth = 2) AS retested
FROM tests GROUP BY "group" ORDER BY "group"`,
    scope,
  );
}

/**
 * Yield of the runs of a scope, as one row or broken down.
 *
 * @param source a store, or an embedded engine
 * @param scope which runs count; all by default
 * @param by what to break it down by
 * @returns rows in order of the group; none where nothing was tested
 *
 * @example
 * ```ts
 * import { EventStore, Session } from "@litmus/sdk";
 * import { yieldOf } from "@litmus/sdk/analysis";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const dataDir = await Deno.makeTempDir();
 * {
 *   await using session = await Session.start({ dataDir });
 *   for (const [dut_serial, volts] of [["A", 3.3], ["B", 4], ["B", 3.3]] as const) {
 *     await session.run({ dut_serial }, (run) =>
 *       run.step("rail", (step) => void step.measure("v", volts, { low: 3.2, high: 3.4 })));
 *   }
 * }
 * await using events = await EventStore.open({ dataDir });
 * const [total] = await yieldOf(events);
 * deepStrictEqual([total?.units, total?.first_pass_yield, total?.final_yield], [2, 0.5, 1]);
 * ```
 */
export async function yieldOf(
  source: SqlSource,
  scope: AnalysisScope = {},
  by?: AnalysisGroup,
): Promise<YieldRow[]> {
  return await rowsOf<YieldRow>(source, yieldQuery(scope, by));
}
