/**
 * The step rows of a run: steps that started, then announced ones that never did.
 * @module
 */
import { formatEventTime } from "./event_time.ts";
import type { MeasurementColumns } from "./measurement_columns.ts";
import type { Outcomes } from "./step_outcomes.ts";
import type { PlannedStep, StepPlan } from "./step_plan.ts";
import type { StepRecord, StepRecords } from "./step_records.ts";

/** One step row before it is split into columns. */
export interface StepRow extends Readonly<Omit<StepRecord, "ended" | "endOrder">> {
  readonly markers: string | null;
  readonly vectorCount: number;
  readonly measurementCount: number;
}

function countMeasurements(measurements: MeasurementColumns): Map<string, number> {
  const bySite = new Float64Array(measurements.sites.length);
  for (let row = 0; row < measurements.count; row++) {
    const site = measurements.siteCodes.codeAt(row) - 1;
    bySite[site] = (bySite[site] ?? 0) + 1;
  }
  const counts = new Map<string, number>();
  measurements.sites.forEach(({ path, vector }, site) => {
    const key = `${vector} ${path}`;
    counts.set(key, (counts.get(key) ?? 0) + (bySite[site] ?? 0));
  });
  return counts;
}

/** The row of an announced step; its index is its place among all rows, as the original has it. */
function neverStarted(step: PlannedStep, index: number, measurementCount: number): StepRow {
  return {
    ...step,
    index,
    description: null,
    markers: null,
    startedAtMicros: null,
    endedAtMicros: null,
    outcome: null,
    vectorOutcome: null,
    inputs: {},
    outputs: {},
    instrumentSet: 0,
    vectorCount: 0,
    measurementCount,
  };
}

/**
 * Gives planned vectors of a step, or the number seen where nothing was announced.
 *
 * @param steps All steps
 * @param plan What was announced
 * @param step Path and node of the step
 */
export function vectorCountOf(
  steps: StepRecords,
  plan: StepPlan,
  step: { readonly path: string; readonly nodeId: string | null },
): number {
  return plan.byNode(step.nodeId)?.vectorCount ?? Math.max(steps.vectorsSeen(step.path), 1);
}

/** Builds the step rows in file order. */
export function stepRows(
  parts: {
    readonly steps: StepRecords;
    readonly plan: StepPlan;
    readonly measurements: MeasurementColumns;
    readonly outcomes: Outcomes;
  },
): StepRow[] {
  const { steps, plan, outcomes } = parts;
  const counts = countMeasurements(parts.measurements);
  const rows: StepRow[] = [];
  for (const step of steps.sorted()) {
    rows.push({
      ...step,
      outcome: outcomes.ofStep.get(step) ?? null,
      markers: plan.byNode(step.nodeId)?.markers ?? null,
      vectorCount: vectorCountOf(steps, plan, step),
      measurementCount: counts.get(`${step.vector} ${step.path}`) ?? 0,
    });
  }
  const listed = new Set<string>();
  for (const planned of plan.steps) {
    const key = `${planned.vector} ${planned.path}`;
    if (listed.has(key) || steps.get(planned.path, planned.vector) !== undefined) continue;
    listed.add(key);
    rows.push(neverStarted(planned, rows.length, counts.get(key) ?? 0));
  }
  return rows;
}

function timeText(micros: number | null): string | null {
  return micros === null ? null : formatEventTime(micros, "+00:00");
}

function stepResult(row: StepRow): Readonly<Record<string, unknown>> {
  const { startedAtMicros: start, endedAtMicros: end } = row;
  return {
    index: row.index,
    name: row.name,
    node_id: row.nodeId,
    file: row.file,
    function: row.functionName,
    class_name: row.className,
    module: row.module,
    step_path: row.path,
    parent_path: row.parentPath,
    description: row.description,
    markers: row.markers,
    outcome: row.outcome,
    started_at: timeText(start),
    ended_at: timeText(end),
    duration_s: start === null || end === null ? null : (end - start) / 1e6,
    vector_index: row.vector,
    inputs: row.inputs,
    outputs: row.outputs,
    has_measurements: row.measurementCount > 0,
    measurement_count: row.measurementCount,
    vector_count: row.vectorCount,
  };
}

/** Writes the file metadata value `step_results`. */
export function stepResultsJson(rows: readonly StepRow[]): string {
  return JSON.stringify(rows.map(stepResult));
}
