/**
 * Process capability: how far measurements stay from their limits, in units of their spread.
 * @module
 */
import {
  type AnalysisQuery,
  type AnalysisScope,
  rowsOf,
  scopedQuery,
  type SqlSource,
} from "./sql_source.ts";

/** Capability of one measurement under one pair of limits. */
export interface CapabilityRow {
  /** Name of the measurement. */
  readonly measurement_name: string;
  /** Unit of values and limits. */
  readonly units: string | null;
  /** Values that count. */
  readonly n: number;
  /** Mean of the values. */
  readonly mean: number;
  /** Standard deviation of the sample. */
  readonly sigma: number;
  /** Lower limit. */
  readonly limit_low: number | null;
  /** Upper limit. */
  readonly limit_high: number | null;
  /** Values outside of their limits. */
  readonly failed: number;
  /** (high - low) / 6 sigma; null with one limit only. */
  readonly cp: number | null;
  /** Distance of the mean from the nearer limit / 3 sigma; null where all values are the same. */
  readonly cpk: number | null;
}

/** The statement behind {@linkcode capabilityOf}. */
export function capabilityQuery(scope: AnalysisScope = {}): AnalysisQuery {
  return scopedQuery(
    `WITH stats AS (
  SELECT measurement_name, any_value(measurement_units) AS units, count(*) AS n,
    avg(measurement_value) AS mean, stddev_samp(measurement_value) AS sigma, limit_low, limit_high,
    count(*) FILTER (measurement_outcome = 'failed') AS failed
  FROM measurements
  WHERE isfinite(measurement_value) AND (limit_low IS NOT NULL OR limit_high IS NOT NULL) AND $where
  GROUP BY measurement_name, limit_low, limit_high HAVING count(*) > 1)
SELECT *, (limit_high - limit_low) / (6 * nullif(sigma, 0)) AS cp,
  least((mean - limit_low) / (3 * nullif(sigma, 0)), (limit_high - mean) / (3 * nullif(sigma, 0))) AS cpk
FROM stats ORDER BY cpk NULLS LAST, measurement_name, limit_low, limit_high`,
    scope,
  );
}

/**
 * Capability of all measurements with limits and at least two values, the worst Cpk first. Values count
 * by name and limits: a limit that was changed starts a row of its own.
 *
 * @param source a store, or an embedded engine
 * @param scope which runs count; all by default
 *
 * @example
 * ```ts
 * import { EventStore, Session } from "@litmus/sdk";
 * import { capabilityOf } from "@litmus/sdk/analysis";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const dataDir = await Deno.makeTempDir();
 * {
 *   await using session = await Session.start({ dataDir });
 *   for (const volts of [9, 10, 11]) {
 *     await session.run({ dut_serial: "A" }, (run) =>
 *       run.step("rail", (step) => void step.measure("v", volts, { low: 7, high: 16 })));
 *   }
 * }
 * await using events = await EventStore.open({ dataDir });
 * const [worst] = await capabilityOf(events);
 * deepStrictEqual([worst?.n, worst?.cp, worst?.cpk], [3, 1.5, 1]);
 * ```
 */
export async function capabilityOf(
  source: SqlSource,
  scope: AnalysisScope = {},
): Promise<CapabilityRow[]> {
  return await rowsOf<CapabilityRow>(source, capabilityQuery(scope));
}
