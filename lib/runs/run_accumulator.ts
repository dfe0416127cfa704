/**
 * Turns the events of one run into the rows of its Parquet file.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import { DYNAMIC_PREFIXES, SCHEMA_VERSION } from "./columns.ts";
import { DynamicColumns, DynamicNames } from "./dynamic_columns.ts";
import { parseEventTime } from "./event_time.ts";
import { IdSet } from "../base/id_set.ts";
import { InstrumentSets } from "./instrument_sets.ts";
import { MeasurementColumns } from "./measurement_columns.ts";
import { RunContext } from "./run_context.ts";
import { recordOf, type RunEventRecord, textOf } from "./run_event.ts";
import { buildRunColumns } from "./run_rows.ts";
import type { RunFileMetadata, RunTable } from "./run_table.ts";
import type { Cell } from "./series.ts";
import { isSessionContext } from "./session_context.ts";
import { rollUpOutcomes } from "./step_outcomes.ts";
import { StepPlan } from "./step_plan.ts";
import { StepRecords } from "./step_records.ts";
import { stepResultsJson, stepRows } from "./step_rows.ts";

/** What to accumulate. */
export interface RunAccumulatorOptions {
  /** The run; events of other runs are ignored. */
  readonly runId: string;
  /** Its session; events of the session without run count where they bear on the run. */
  readonly sessionId: string;
  /** Version of the package that recorded the run. */
  readonly litmusVersion: string;
  /**
   * True where no two events with the same id are added: none is looked for then.
   * @default {false}
   */
  readonly isDistinct?: boolean;
}

/** How a run without `run.ended` is closed. */
export interface FinishOptions {
  /**
   * Outcome of a run without `run.ended`.
   * @default {"aborted"}
   */
  readonly outcome?: string;
  /**
   * End of such a run, microseconds since 1970.
   * @default {the time of its last event}
   */
  readonly endedAtMicros?: number;
}

/**
 * What became of an event: `added`; `ignored`, as it has no place in the rows or is of another
 * run; `duplicate`, as its id was seen; `late`, as the run had ended.
 */
export type AddResult = "added" | "ignored" | "duplicate" | "late";

const ABORTED = "aborted";
const RUNNING = "running";

/**
 * Accumulates one run. Memory grows with measurements and steps (about 150 bytes a measurement),
 * not with the size of their events.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * const ids = { run_id: "r1", session_id: "s1", occurred_at: "2026-11-21T07:04:09Z" };
 * const run = new RunAccumulator({ runId: "r1", sessionId: "s1", litmusVersion: "0.1.0" });
 * run.add({ ...ids, event_type: "run.started", dut_serial: "SN1" });
 * run.add({ ...ids, event_type: "test.measurement", measurement_name: "vout", value: 3.3 });
 * run.add({ ...ids, event_type: "run.ended", outcome: "passed" });
 * strictEqual(run.finish().rowCount, 2);
 * ```
 */
export class RunAccumulator {
  readonly #options: RunAccumulatorOptions;
  readonly #ids = new IdSet();
  readonly #context = new RunContext();
  readonly #instruments = new InstrumentSets();
  readonly #steps = new StepRecords(this.#instruments);
  readonly #plan = new StepPlan();
  readonly #measurements = new MeasurementColumns();
  readonly #names = new DynamicNames();
  readonly #measured = new DynamicColumns(this.#names);
  #ended: RunEventRecord | undefined;
  #afterAbort: RunEventRecord[] = [];
  #eventCount = 0;
  #duplicateCount = 0;
  #lateCount = 0;

  constructor(options: RunAccumulatorOptions) {
    this.#options = options;
  }

  /** The run. */
  get runId(): string {
    return this.#options.runId;
  }

  /** Whether a `run.ended` was seen. */
  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** Measurements so far. */
  get measurementCount(): number {
    return this.#measurements.count;
  }

  /** Events of the run so far, without duplicates and late ones. */
  get eventCount(): number {
    return this.#eventCount;
  }

  /** Events whose id had been seen before. */
  get duplicateCount(): number {
    return this.#duplicateCount;
  }

  /** Events that came after the end of the run. */
  get lateCount(): number {
    return this.#lateCount;
  }

  /**
   * Takes the next event, in order of occurrence.
   *
   * After a `run.ended` nothing changes the run any more, except a real end after an abort: then
   * the events that came in between count as well.
   *
   * @param event An event of the run, or of its session without a run
   * @returns What became of it
   */
  add(event: RunEventRecord): AddResult {
    const runId = event.run_id ?? null;
    if (runId === null ? !this.#bearsOnRun(event) : runId !== this.#options.runId) return "ignored";
    if (this.#isDuplicate(event)) {
      this.#duplicateCount++;
      return "duplicate";
    }
    if (this.#ended !== undefined) return this.#addAfterEnd(event);
    return this.#apply(event);
  }

  #isDuplicate({ id }: RunEventRecord): boolean {
    return this.#options.isDistinct !== true && typeof id === "string" && !this.#ids.add(id);
  }

  #bearsOnRun(event: RunEventRecord): boolean {
    return event.session_id === this.#options.sessionId && isSessionContext(event);
  }

  #addAfterEnd(event: RunEventRecord): AddResult {
    const aborted = this.#ended?.outcome === ABORTED;
    const completes = aborted && event.event_type === "run.ended" && event.outcome !== ABORTED;
    if (!completes) {
      this.#lateCount++;
      if (aborted && event.event_type !== "run.ended") this.#afterAbort.push(event);
      return "late";
    }
    this.#ended = undefined;
    this.#lateCount -= this.#afterAbort.length;
    for (const held of this.#afterAbort) this.#apply(held);
    this.#afterAbort = [];
    return this.#apply(event);
  }

  #apply(event: RunEventRecord): AddResult {
    if (event.run_id) {
      this.#context.noteTime(event);
      this.#eventCount++;
    }
    switch (event.event_type) {
      case "test.measurement":
        this.#addMeasurement(event);
        break;
      case "test.step_started":
        this.#steps.start(event);
        this.#reserve(DYNAMIC_PREFIXES.inputs, event.inputs);
        break;
      case "test.step_ended":
        this.#steps.end(event);
        this.#reserve(DYNAMIC_PREFIXES.inputs, event.inputs);
        this.#reserve(DYNAMIC_PREFIXES.outputs, event.outputs);
        break;
      case "test.steps_discovered":
        this.#plan.set(event);
        break;
      case "run.started":
        this.#context.setRun(event);
        this.#reserve(DYNAMIC_PREFIXES.custom, event.custom_metadata);
        break;
      case "run.ended":
        this.#ended = event;
        break;
      default:
        return this.#applyFixture(event);
    }
    return "added";
  }

  #applyFixture(event: RunEventRecord): AddResult {
    switch (event.event_type) {
      case "fixture.instrument_connected":
        this.#instruments.connect(event);
        this.#steps.noteConnection();
        break;
      case "fixture.instrument_disconnected":
        this.#instruments.disconnect(event);
        break;
      case "fixture.dut_scanned":
      case "slot.started":
        this.#context.setScan(event);
        break;
      case "session.started":
        this.#context.setSession(event);
        break;
      default:
        return "ignored";
    }
    return "added";
  }

  #addMeasurement(event: RunEventRecord): void {
    const row = this.#measurements.add(event, this.#instruments.current);
    this.#measured.setAll(row, DYNAMIC_PREFIXES.inputs, recordOf(event.inputs));
    this.#measured.setAll(row, DYNAMIC_PREFIXES.outputs, recordOf(event.outputs));
    this.#measured.setAll(row, DYNAMIC_PREFIXES.custom, recordOf(event.custom));
  }

  /** Fixes column names in order of events, so that a suffix never depends on row order. */
  #reserve(prefix: string, values: unknown): void {
    for (const key in recordOf(values)) this.#names.nameOf(prefix, key);
  }

  /**
   * Gives the run as it will stay: with its own end, else closed as the options say.
   *
   * @param options How to close a run without `run.ended`
   * @returns The table, which later events do not change
   * @throws {InvalidDataError} where no event of the run was added
   */
  finish(options: FinishOptions = {}): RunTable {
    const ended = this.#ended;
    if (ended === undefined) {
      const endedAt = options.endedAtMicros ?? this.#context.lastMicros;
      return this.#table(options.outcome ?? ABORTED, endedAt);
    }
    const endedAt = parseEventTime(ended.occurred_at) ?? this.#context.lastMicros;
    return this.#table(textOf(ended.outcome), endedAt);
  }

  /**
   * Gives the run as it is: `running`, or finished where it has ended.
   *
   * @returns The table, which later events do not change
   * @throws {InvalidDataError} where no event of the run was added
   */
  snapshot(): RunTable {
    return this.isEnded ? this.finish() : this.#table(RUNNING, null);
  }

  #table(givenOutcome: string | null, endedAtMicros: number | null): RunTable {
    const startedAtMicros = this.#context.startedAtMicros;
    if (startedAtMicros === null) {
      throw new InvalidDataError(`Run ${this.runId} has no events: add at least one before`);
    }
    const measurements = this.#measurements;
    const sorted = this.#steps.sorted();
    const outcomes = rollUpOutcomes(sorted, measurements, givenOutcome === null);
    const outcome = givenOutcome ?? outcomes.rolledUp;
    const [steps, plan] = [this.#steps, this.#plan];
    const rows = stepRows({ steps, plan, measurements, outcomes });
    const columns = buildRunColumns({
      context: this.#contextCells(startedAtMicros, endedAtMicros, outcome),
      customMetadata: this.#context.customMetadata,
      measurements,
      measured: this.#measured,
      names: this.#names,
      instruments: this.#instruments,
      steps,
      plan,
      stepRows: rows,
    });
    return {
      columns,
      rowCount: 1 + measurements.count + rows.length,
      measurementCount: measurements.count,
      stepCount: rows.length,
      metadata: this.#metadata(stepResultsJson(rows)),
      runId: this.runId,
      sessionId: this.#options.sessionId,
      startedAtMicros,
      endedAtMicros,
      dutSerial: this.#context.dutSerial,
      outcome,
    };
  }

  #contextCells(start: number, end: number | null, outcome: string): Map<string, Cell> {
    const { runId, sessionId, litmusVersion } = this.#options;
    return new Map<string, Cell>([
      ...this.#context.columns(),
      ["session_id", sessionId],
      ["run_id", runId],
      ["run_started_at", start],
      ["run_ended_at", end],
      ["run_outcome", outcome],
      ["litmus_version", litmusVersion],
    ]);
  }

  #metadata(stepResults: string): RunFileMetadata {
    const environment = this.#context.environmentJson;
    return {
      schema_version: SCHEMA_VERSION,
      litmus_version: this.#options.litmusVersion,
      ...(environment ? { environment_json: environment } : {}),
      step_results: stepResults,
    };
  }
}
