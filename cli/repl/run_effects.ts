import { NotFoundError } from "../../lib/base/errors.ts";
import { describeObject } from "../format/describe_object.ts";
import { ask, askRows, showQuery } from "./query_runner.ts";
import type { Shell } from "./shell.ts";

const FIND_SQL = `SELECT run_id FROM runs
  WHERE $1 = 'latest' OR starts_with(run_id, lower($1)) OR dut_serial = $1
  ORDER BY run_id = lower($1) DESC, dut_serial = $1 DESC, run_started_at DESC NULLS LAST, run_id
  LIMIT 1`;

const RUN_SQL = `SELECT run_id, run_outcome AS outcome, dut_serial, dut_part_number, product_id,
    station_id, operator_id, test_phase, session_id, run_started_at AS started,
    date_diff('millisecond', run_started_at, run_ended_at) / 1000 AS duration_seconds
  FROM runs WHERE run_id = $1`;

const STEPS_SQL = `SELECT step_path AS step, vector_index AS vector,
    coalesce(vector_outcome, step_outcome) AS outcome,
    date_diff('millisecond', step_started_at, step_ended_at) / 1000 AS seconds
  FROM steps WHERE run_id = $1
  ORDER BY step_started_at NULLS LAST, step_index, step_path, vector_index`;

const MEASUREMENTS_SQL = `SELECT measurement_name AS measurement, vector_index AS vector,
    measurement_value AS value, measurement_units AS units, limit_low AS low, limit_high AS high,
    measurement_outcome AS outcome, step_path AS step
  FROM measurements WHERE run_id = $1
  ORDER BY measurement_timestamp, step_path, vector_index, vector_retry`;

/**
 * Shows a run with its steps and measurements.
 *
 * @param name an id or its beginning, a serial, or `latest`
 */
export async function showRun(shell: Shell, name: string): Promise<void> {
  const [found] = await askRows(shell, FIND_SQL, [name]);
  if (found === undefined) throw new NotFoundError(`No run ${name}: .runs lists them`);
  const id = String(found[0]);
  const result = await ask(shell, RUN_SQL, [id], new AbortController().signal);
  for await (const row of result.rows()) {
    const known = Object.entries(row).filter(([, value]) => value !== null && value !== "");
    await shell.io.out(describeObject(Object.fromEntries(known), {
      color: shell.io.color,
      ...(shell.io.isTerminal ? { width: shell.io.size().columns } : {}),
    }));
  }
  await showQuery(shell, { sql: STEPS_SQL, parameters: [id], empty: "No steps" });
  await showQuery(shell, { sql: MEASUREMENTS_SQL, parameters: [id], empty: "No measurements" });
}
