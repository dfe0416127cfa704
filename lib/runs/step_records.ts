/**
 * The steps of a run by (step_path, vector_index): the last attempt counts.
 * @module
 */
import { parseEventTime } from "./event_time.ts";
import type { InstrumentSets } from "./instrument_sets.ts";
import { integerOf, recordOf, type RunEventRecord, textOf } from "./run_event.ts";

/** What is known of one step and vector. */
export interface StepRecord {
  /** Step path, or the name where the writer gave no path. */
  readonly path: string;
  /** Vector index. */
  readonly vector: number;
  /** Times the step was started or ended, as order of the last end. */
  endOrder: number;
  name: string;
  index: number;
  parentPath: string;
  nodeId: string | null;
  module: string | null;
  file: string | null;
  className: string | null;
  functionName: string | null;
  description: string | null;
  startedAtMicros: number | null;
  endedAtMicros: number | null;
  ended: boolean;
  outcome: string | null;
  vectorOutcome: string | null;
  inputs: Readonly<Record<string, unknown>>;
  outputs: Readonly<Record<string, unknown>>;
  /** Set of instruments connected at any time of the last attempt. */
  instrumentSet: number;
}

/** Gives the path of the step that an event speaks of. */
export function stepPathOf(event: RunEventRecord): string {
  return textOf(event.step_path) || textOf(event.step_name) || "";
}

function newRecord(path: string, vector: number): StepRecord {
  return {
    path,
    vector,
    endOrder: 0,
    name: "",
    index: 0,
    parentPath: "",
    nodeId: null,
    module: null,
    file: null,
    className: null,
    functionName: null,
    description: null,
    startedAtMicros: null,
    endedAtMicros: null,
    ended: false,
    outcome: null,
    vectorOutcome: null,
    inputs: {},
    outputs: {},
    instrumentSet: 0,
  };
}

/** Takes the fields that `test.step_started` and `test.step_ended` share. */
function describe(step: StepRecord, event: RunEventRecord): void {
  step.name = textOf(event.step_name) ?? "";
  step.index = integerOf(event.step_index) ?? 0;
  step.parentPath = textOf(event.parent_path) ?? "";
  step.nodeId = textOf(event.node_id);
  step.module = textOf(event.module);
  step.file = textOf(event.file);
  step.className = textOf(event.class_name);
  step.functionName = textOf(event.function);
  step.inputs = recordOf(event.inputs);
}

/** Order of the step rows: as the original writes them. */
function compareSteps(a: StepRecord, b: StepRecord): number {
  if (a.index !== b.index) return a.index - b.index;
  if (a.vector !== b.vector) return a.vector - b.vector;
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** All steps that started or ended. */
export class StepRecords {
  readonly #steps = new Map<string, StepRecord>();
  readonly #open = new Set<StepRecord>();
  readonly #vectorCounts = new Map<string, number>();
  readonly #instruments: InstrumentSets;
  #ends = 0;

  constructor(instruments: InstrumentSets) {
    this.#instruments = instruments;
  }

  /** Takes a `test.step_started`; a step that starts again forgets how it ended before. */
  start(event: RunEventRecord): void {
    const step = this.#stepOf(event);
    describe(step, event);
    step.description = textOf(event.description);
    step.startedAtMicros = parseEventTime(event.occurred_at);
    step.endedAtMicros = null;
    step.ended = false;
    step.outcome = null;
    step.vectorOutcome = null;
    step.outputs = {};
    step.instrumentSet = this.#instruments.current;
    this.#open.add(step);
  }

  /** Takes a `test.step_ended`. */
  end(event: RunEventRecord): void {
    const step = this.#stepOf(event);
    if (step.startedAtMicros === null) {
      describe(step, event);
      step.instrumentSet = this.#instruments.current;
    }
    step.endedAtMicros = parseEventTime(event.occurred_at);
    step.ended = true;
    step.endOrder = ++this.#ends;
    step.outcome = textOf(event.outcome);
    step.vectorOutcome = textOf(event.vector_outcome);
    step.outputs = recordOf(event.outputs);
    this.#open.delete(step);
  }

  /** Adds the instrument that was connected last to all steps going on. */
  noteConnection(): void {
    for (const step of this.#open) {
      step.instrumentSet = this.#instruments.withLast(step.instrumentSet);
    }
  }

  #stepOf(event: RunEventRecord): StepRecord {
    const path = stepPathOf(event);
    const vector = integerOf(event.vector_index) ?? 0;
    const key = `${vector} ${path}`;
    let step = this.#steps.get(key);
    if (step === undefined) {
      step = newRecord(path, vector);
      this.#steps.set(key, step);
      this.#vectorCounts.set(path, (this.#vectorCounts.get(path) ?? 0) + 1);
    }
    return step;
  }

  /** Gives a step, or undefined where it neither started nor ended. */
  get(path: string, vector: number): StepRecord | undefined {
    return this.#steps.get(`${vector} ${path}`);
  }

  /** Gives how many vectors of a step started. */
  vectorsSeen(path: string): number {
    return this.#vectorCounts.get(path) ?? 0;
  }

  /** All steps in row order. */
  sorted(): StepRecord[] {
    return [...this.#steps.values()].sort(compareSteps);
  }
}
