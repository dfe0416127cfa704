import type { ConnectedInstrument, InstrumentOptions } from "./instrument_book.ts";
import type { PlannedStepInput } from "./run_options.ts";
import type { RunRecorder } from "./run_recorder.ts";
import { performStep, skipStep, type Step } from "./step.ts";
import type { StepOptions } from "./step_options.ts";
import type { Outcome } from "./verdict.ts";

/**
 * The test of one unit. Call {@linkcode Run.end} when everything was done: a run that is left without it,
 * as by an exception, is recorded as `errored`.
 *
 * @example
 * ```ts
 * import { strictEqual as equal } from "node:assert/strict";
 * import { MemoryTarget } from "./memory_target.ts";
 * import { Session } from "./session.ts";
 *
 * await using session = await Session.startOn(new MemoryTarget(), { operator_id: "alice" });
 * await using run = await session.startRun({ dut_serial: "SN42", test_phase: "production" });
 * const vout = await run.step("output voltage", (step) => {
 *   step.measure("vout", 3.31, { low: 3.2, high: 3.4, units: "V" });
 *   return 3.31;
 * });
 * equal(vout, 3.31);
 * equal(await run.end(), "passed");
 * ```
 */
export class Run implements AsyncDisposable {
  readonly #recorder: RunRecorder;

  /** @internal Runs are made by `session.startRun()`. */
  constructor(recorder: RunRecorder) {
    this.#recorder = recorder;
  }

  /** UUID of the run. */
  get runId(): string {
    return this.#recorder.core.runId;
  }

  /** Gravest outcome so far, null while nothing was judged; of an ended run its outcome. */
  get outcome(): Outcome | null {
    return this.#recorder.outcome;
  }

  /** Whether the end of the run is recorded. */
  get isEnded(): boolean {
    return this.#recorder.isEnded;
  }

  /**
   * Runs a step. Its outcome is the gravest of its measurements and of the steps within; `done` where
   * nothing was judged. A failed limit does not throw.
   *
   * @param name Name of the step; the same name again is the next vector of the same step
   * @param fn What the step does, recording into the step that it is given
   * @returns What `fn` returns; undefined where it threw under `continueOnError`
   * @throws What `fn` throws, after it is recorded as a diagnostic and the step is `errored`
   */
  step<T>(
    name: string,
    fn: (step: Step) => T | Promise<T>,
    options: StepOptions & { readonly continueOnError: true },
  ): Promise<T | undefined>;
  /** Runs a step. */
  step<T>(name: string, fn: (step: Step) => T | Promise<T>, options?: StepOptions): Promise<T>;
  async step<T>(
    name: string,
    fn: (step: Step) => T | Promise<T>,
    options: StepOptions = {},
  ): Promise<T | undefined> {
    try {
      return await performStep(this.#recorder, name, fn, options);
    } catch (error) {
      this.#recorder.noteThrown(error);
      throw error;
    }
  }

  /**
   * Records a step that is left out on purpose, as `skipped`.
   *
   * @param name Name of the step
   * @param reason Why, as its description
   */
  async skip(name: string, reason?: string): Promise<void> {
    await skipStep(this.#recorder, name, reason);
  }

  /**
   * Announces the steps that the run intends, so that those never reached show in its rows.
   *
   * @param steps Paths, in order
   */
  discover(steps: readonly PlannedStepInput[]): void {
    const { core } = this.#recorder;
    for (const { path } of steps) core.planned.add(path);
    core.emit({
      event_type: "test.steps_discovered",
      run_id: core.runId,
      items: steps.flatMap(plannedItems),
    });
  }

  /**
   * Records an instrument that is connected for this run only.
   *
   * @param options Role, identity, address and calibration
   * @returns The instrument; the end of the run records its release
   */
  instrument(options: InstrumentOptions): ConnectedInstrument {
    return this.#recorder.core.instruments.connect(options);
  }

  /**
   * Saves large data that concerns the whole run beside the events and records its reference, as a
   * `test.record` event with an empty step name.
   *
   * @param key Name for people
   * @param data Bytes, a typed array, or the path of a file to copy
   * @returns The `file://_ref/...` reference
   */
  async attach(key: string, data: Uint8Array | ArrayBufferView | string): Promise<string> {
    const { core } = this.#recorder;
    if (core.isEnded) throw core.endedError();
    const value = await core.target.saveRef(key, data);
    const place = { run_id: core.runId, step_name: "", step_index: 0 };
    core.emit({ event_type: "test.record", ...place, key, value });
    await core.settle();
    return value;
  }

  /**
   * Ends the run; calling it again does nothing more.
   *
   * @param outcome Outcome to record @default the gravest of all steps, `done` where nothing was judged
   * @returns The outcome, once the record of the run is synced: it survives a power cut where the disk
   *   keeps its word
   * @throws {TypeError} while a step is open, as it was not awaited
   */
  end(outcome?: Outcome): Promise<Outcome> {
    return this.#recorder.end(outcome);
  }

  /**
   * Leaves the run. Without {@linkcode end} before, its outcome is `errored`, or `failed` where
   * `stopOnFail` left it.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#recorder.leave();
  }
}

type PlannedItem = Record<string, string | number | null>;

function plannedItems(
  { path, vectors = 1, markers }: PlannedStepInput,
  index: number,
): PlannedItem[] {
  const cut = path.lastIndexOf("/");
  return Array.from({ length: Math.max(1, vectors) }, (_, vectorIndex) => ({
    node_id: path,
    function: path.slice(cut + 1),
    markers: markers ?? null,
    step_path: path,
    parent_path: path.slice(0, Math.max(0, cut)),
    step_index: index,
    vector_index: vectorIndex,
    vector_count_planned: Math.max(1, vectors),
  }));
}
