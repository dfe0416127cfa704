/**
 * Outcomes of steps and runs, from the writer or rolled up from what lies below.
 * @module
 */
import type { MeasurementColumns } from "./measurement_columns.ts";
import { worseOutcome } from "./outcome.ts";
import type { StepRecord } from "./step_records.ts";

/** Gives, per (path, vector), the gravest outcome of the last attempts of its measurements. */
function measuredOutcomes(measurements: MeasurementColumns): Map<string, string | null> {
  const lastRow = new Map<string, number>();
  const names = [...measurements.texts()][0]?.codes;
  for (let row = 0; row < measurements.count; row++) {
    const site = measurements.sites[measurements.siteCodes.codeAt(row) - 1];
    if (site === undefined) continue;
    lastRow.set(`${names?.codeAt(row)} ${site.vector} ${site.path}`, row);
  }
  const worst = new Map<string, string | null>();
  for (const [key, row] of lastRow) {
    const step = key.slice(key.indexOf(" ") + 1);
    const outcome = measurements.outcomes.dictionary[measurements.outcomes.codeAt(row)] ?? null;
    worst.set(step, worseOutcome(worst.get(step) ?? null, outcome as string | null));
  }
  return worst;
}

/** Outcomes of all steps and of the run. */
export interface Outcomes {
  /** Outcome of a step row; null where it never ended. */
  readonly ofStep: ReadonlyMap<StepRecord, string | null>;
  /** Gravest outcome of the run, `done` where nothing was judged. */
  readonly rolledUp: string;
}

/**
 * Decides every step's outcome: the writer's; else that of its vector; else the gravest of its
 * measurements (last attempt of each) and of the steps below it; else `done`.
 *
 * @param steps All steps
 * @param measurements All measurements
 * @param needRunOutcome Whether the writer gave the run no outcome
 * @returns Outcomes of the steps and of the run
 */
export function rollUpOutcomes(
  steps: readonly StepRecord[],
  measurements: MeasurementColumns,
  needRunOutcome: boolean,
): Outcomes {
  const given = (step: StepRecord): string | null => step.outcome ?? step.vectorOutcome;
  const incomplete = needRunOutcome || steps.some((step) => step.ended && given(step) === null);
  const measured = incomplete ? measuredOutcomes(measurements) : new Map<string, string | null>();
  const ofStep = new Map<StepRecord, string | null>();
  const below = new Map<string, string | null>();
  let rolledUp: string | null = null;
  for (const step of [...steps].sort((a, b) => a.endOrder - b.endOrder)) {
    const key = `${step.vector} ${step.path}`;
    const inner = worseOutcome(measured.get(key) ?? null, below.get(step.path) ?? null);
    const outcome = step.ended ? given(step) ?? inner ?? "done" : null;
    ofStep.set(step, outcome);
    measured.delete(key);
    below.set(step.parentPath, worseOutcome(below.get(step.parentPath) ?? null, outcome));
    rolledUp = worseOutcome(rolledUp, outcome ?? inner);
  }
  for (const outcome of measured.values()) rolledUp = worseOutcome(rolledUp, outcome);
  return { ofStep, rolledUp: rolledUp ?? "done" };
}
