import type { BaseEvent } from "./base_event.ts";

/** The steps that a run plans, so that those never reached are known. */
export interface StepsDiscovered extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "test.steps_discovered";
  /** One entry per planned step and vector: names, paths and indexes. */
  items: Record<string, string | number | null>[];
}

/** One execution of a step, for one vector, begins. */
export interface StepStarted extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "test.step_started";
  /** Name of the step. */
  step_name: string;
  /** Zero-based position of the step among its siblings. */
  step_index: number;
  /** Names of the enclosing steps and the step itself, joined by `/`. */
  step_path: string;
  /** The `step_path` of the enclosing step, empty at the top. */
  parent_path: string;
  /** What the step is for. */
  description: string | null;
  /** Zero-based index of the vector: one set of sweep conditions. */
  vector_index: number;
  /** Conditions set for the vector; columns `in_*` of the run file. */
  inputs: Record<string, unknown>;
  /** Identity of the test in its framework. */
  node_id: string | null;
  /** Source file of the test. */
  file: string | null;
  /** Module of the test. */
  module: string | null;
  /** Class of the test. */
  class_name: string | null;
  /** Function of the test. */
  function: string | null;
}

/** One execution of a step, for one vector, is over. */
export interface StepEnded extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "test.step_ended";
  /** Name of the step. */
  step_name: string;
  /** Zero-based position of the step among its siblings. */
  step_index: number;
  /** Names of the enclosing steps and the step itself, joined by `/`. */
  step_path: string;
  /** The `step_path` of the enclosing step, empty at the top. */
  parent_path: string;
  /** Verdict of the step over all its vectors. */
  outcome: string | null;
  /** Zero-based index of the vector: one set of sweep conditions. */
  vector_index: number;
  /** Verdict of this vector alone. */
  vector_outcome: string | null;
  /** Conditions set for the vector; columns `in_*` of the run file. */
  inputs: Record<string, unknown>;
  /** Observations of the vector; columns `out_*` of the run file. */
  outputs: Record<string, unknown>;
  /** Identity of the test in its framework. */
  node_id: string | null;
  /** Source file of the test. */
  file: string | null;
  /** Module of the test. */
  module: string | null;
  /** Class of the test. */
  class_name: string | null;
  /** Function of the test. */
  function: string | null;
}

/** One measured value with its limits and verdict. */
export interface MeasurementRecorded extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "test.measurement";
  /** Name of the step. */
  step_name: string;
  /** Zero-based position of the step among its siblings. */
  step_index: number;
  /** Names of the enclosing steps and the step itself, joined by `/`. */
  step_path: string;
  /** Zero-based index of the vector: one set of sweep conditions. */
  vector_index: number;
  /** 0 for the first try, n for the nth repetition. */
  retry: number;
  /** Name of the measurement. */
  measurement_name: string;
  /** When the value was taken. */
  measurement_timestamp: string | null;
  /** The measured number. */
  value: number | null;
  /** Unit of the value, such as `V`. */
  units: string | null;
  /** Verdict: passed, failed, skipped, errored, terminated, aborted or done. */
  outcome: string | null;
  /** Lower limit. */
  limit_low: number | null;
  /** Upper limit. */
  limit_high: number | null;
  /** Nominal value. */
  limit_nominal: number | null;
  /** EQ, NE, GT, GE, LT, LE, GELE, GTLT, GELT or GTLE. */
  limit_comparator: string | null;
  /** Characteristic of the product that is measured. */
  characteristic_id: string | null;
  /** Clause of the specification behind the limits. */
  spec_ref: string | null;
  /** Pin of the unit. */
  dut_pin: string | null;
  /** Connection of the fixture. */
  fixture_connection: string | null;
  /** Instrument that measured. */
  instrument_name: string | null;
  /** Address of that instrument. */
  instrument_resource: string | null;
  /** Channel of that instrument. */
  instrument_channel: string | null;
  /** Conditions set for the vector; columns `in_*` of the run file. */
  inputs: Record<string, unknown>;
  /** Observations of the vector; columns `out_*` of the run file. */
  outputs: Record<string, unknown>;
  /** Further facts, freely named; columns `custom_*` of the run file. */
  custom: Record<string, unknown>;
}

/** One key and value noted during a step. */
export interface RecordEvent extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "test.record";
  /** Name of the step. */
  step_name: string;
  /** Zero-based position of the step among its siblings. */
  step_index: number;
  /** Name of the record. */
  key: string;
  /** Any JSON value. */
  value: unknown;
}

/** The operator is asked something. */
export interface DialogOpened extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "dialog.opened";
  /** UUID that pairs the question with its answer. */
  dialog_id: string;
  /** The form of the dialog: confirm, choice, input or image. */
  dialog_type: string;
  /** Heading of the dialog. */
  title: string;
  /** The question. */
  message: string;
  /** Step that asks. */
  step_name: string | null;
  /** Whether the test waits for the answer. */
  blocking: boolean;
}

/** The operator answered, cancelled or let the time run out. */
export interface DialogResponded extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "dialog.responded";
  /** UUID that pairs the question with its answer. */
  dialog_id: string;
  /** The form of the dialog: confirm, choice, input or image. */
  dialog_type: string;
  /** How it ended: answered, cancelled or timed_out. */
  response_type: string;
  /** Seconds between question and answer. */
  duration_seconds: number;
  /** Text that the operator entered. */
  value: string | null;
  /** Index of the option chosen. */
  choice: number | null;
}

/** Something looks suspicious beside the test itself. */
export interface DiagnosticWarning extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "diagnostic.warning";
  /** The part of the program that speaks. */
  source: string;
  /** The text for the reader. */
  message: string;
  /** Further facts, freely named. */
  details: Record<string, unknown>;
}

/** Something went wrong beside the test itself. */
export interface DiagnosticError extends BaseEvent {
  /** Tells the event types apart. */
  event_type: "diagnostic.error";
  /** The part of the program that speaks. */
  source: string;
  /** The text for the reader. */
  message: string;
  /** Further facts, freely named. */
  details: Record<string, unknown>;
}
