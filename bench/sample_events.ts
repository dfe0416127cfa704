/**
 * Events as a test program emits them, with all usual fields.
 * @module
 */
import type { EventInput } from "../mod.ts";

/** A measurement of a run. */
export function measurement(runId: string, i: number): EventInput {
  return {
    event_type: "test.measurement",
    run_id: runId,
    step_name: "output_voltage",
    step_index: i % 10,
    step_path: "power/output_voltage",
    vector_index: i % 3,
    retry: 0,
    measurement_name: `rail_${i % 50}`,
    measurement_timestamp: "2026-11-21T07:03:57.991695Z",
    value: 5 + (i % 1000) / 1e4,
    units: "V",
    outcome: "passed",
    limit_low: 4.75,
    limit_high: 5.25,
    limit_nominal: 5,
    limit_comparator: "GELE",
  };
}
