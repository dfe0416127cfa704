/**
 * Control chart of single values (individuals and moving range): is a measurement still what it was.
 * @module
 */
import {
  type AnalysisQuery,
  type AnalysisScope,
  rowsOf,
  scopedQuery,
  type SqlSource,
} from "./sql_source.ts";

/** A measured value with the control limits of its series. */
export interface ControlChartRow {
  /** The run that took it. */
  readonly run_id: string;
  /** Serial number of the unit. */
  readonly dut_serial: string | null;
  /** When it was measured. */
  readonly measured_at: string;
  /** Measured value. */
  readonly value: number;
  /** Distance from the value before it; null for the first. */
  readonly moving_range: number | null;
  /** Mean of all values. */
  readonly center: number;
  /** Center less three sigma; null for a single value. */
  readonly control_low: number | null;
  /** Center and three sigma. */
  readonly control_high: number | null;
  /** True where the value lies outside of the control limits. */
  readonly is_outside: boolean;
}

/** Expected range of two values of a normal distribution, in sigma (d2 for n = 2). */
const D2 = 1.128;

/** The statement behind {@linkcode controlChartOf}. */
export function controlChartQuery(
  measurement: string,
  scope: AnalysisScope = {},
): AnalysisQuery {
  const { text, values } = scopedQuery(
    `WITH series AS (
  SELECT run_id, dut_serial, measurement_timestamp AS measured_at, measurement_value AS value,
    abs(measurement_value - lag(measurement_value) OVER taken) AS moving_range,
    row_number() OVER taken AS place
  FROM measurements
  WHERE measurement_name = $measurement AND isfinite(measurement_value) AND $where
  WINDOW taken AS (ORDER BY measurement_timestamp, run_id, step_path, vector_index, vector_retry)),
spread AS (SELECT avg(value) AS center, 3 * avg(moving_range) / ${D2} AS reach FROM series)
SELECT run_id, dut_serial, measured_at, value, moving_range, center,
  center - reach AS control_low, center + reach AS control_high,
  coalesce(abs(value - center) > reach, false) AS is_outside
FROM series CROSS JOIN spread ORDER BY place`,
    scope,
  );
  const list = Array.isArray(values) ? values : [];
  return {
    text: text.replace("$measurement", `$${list.length + 1}`),
    values: [...list, measurement],
  };
}

/**
 * The values of a measurement in the order in which they were taken, with the control limits that their
 * own moving range gives. These are limits of the process, not of the specification.
 *
 * @param source a store, or an embedded engine
 * @param measurement name of the measurement
 * @param scope which runs count; all by default
 *
 * @example
 * ```ts
 * import { EventStore, Session } from "@litmus/sdk";
 * import { controlChartOf } from "@litmus/sdk/analysis";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const dataDir = await Deno.makeTempDir();
 * {
 *   await using session = await Session.start({ dataDir });
 *   for (const volts of [5, 5.1, 5, 5.1, 5, 5.1, 5, 7]) {
 *     await session.run({ dut_serial: "A" }, (run) => run.step("rail", (step) => void step.measure("v", volts)));
 *   }
 * }
 * await using events = await EventStore.open({ dataDir });
 * const chart = await controlChartOf(events, "v");
 * deepStrictEqual(chart.filter((row) => row.is_outside).map((row) => row.value), [7]);
 * ```
 */
export async function controlChartOf(
  source: SqlSource,
  measurement: string,
  scope: AnalysisScope = {},
): Promise<ControlChartRow[]> {
  return await rowsOf<ControlChartRow>(source, controlChartQuery(measurement, scope));
}
