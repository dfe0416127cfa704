import { perform, performAttempts } from "./perform.ts";
import { recordRead, recordSet } from "./record_exchange.ts";
import { recordMeasured } from "./record_measured.ts";
import type { SampleArray } from "./samples.ts";
import type { Scope } from "./scope.ts";
import { StepNode } from "./step_node.ts";
import type {
  MatchOptions,
  MeasureOptions,
  MeasureSamplesOptions,
  ReadOptions,
  SetOptions,
  StepOptions,
} from "./step_options.ts";
import type { Outcome } from "./verdict.ts";

/**
 * One step of a run while its function runs: what the function records here belongs to the step.
 *
 * Measurements and steps within are recorded at once, in order; `await` whatever returns a promise.
 * What the same step records when it runs again, in a loop or as a vector, gets the next
 * `vector_index`; what it measures again under one name gets the next `retry`.
 *
 * @example A sweep over vectors, with a retry and a nested step
 * ```ts
 * import { strictEqual as equal } from "node:assert/strict";
 * import { MemoryTarget } from "./memory_target.ts";
 * import { Session } from "./session.ts";
 *
 * const target = new MemoryTarget();
 * await using session = await Session.startOn(target, { station_id: "bench-1" });
 * const run = await session.startRun({ dut_serial: "SN42" });
 * await run.step("load regulation", async (step) => {
 *   for (const load of [0.1, 0.5, 1]) {
 *     await step.vector({ load }, (vector) => {
 *       vector.measure("vout", 3.3 - 0.02 * load, { low: 3.2, high: 3.4, units: "V" });
 *     });
 *   }
 * });
 * await run.step("wake up", async (step) => {
 *   await step.retry(3, (attempt) => attempt.measure("awake", true, { nominal: true }));
 *   await step.step("current", (inner) => inner.measure("idd", 0.012, { high: 0.05, units: "A" }));
 * });
 * equal(await run.end(), "passed");
 * equal(target.events.filter((event) => event.event_type === "test.measurement").length, 5);
 * ```
 */
export class Step {
  readonly #node: StepNode;

  /** @internal Steps are made by `run.step()`. */
  constructor(node: StepNode) {
    this.#node = node;
  }

  /** Name of the step. */
  get name(): string {
    return this.#node.execution.place.name;
  }

  /** Names of the enclosing steps and this one, joined by `/`. */
  get path(): string {
    return this.#node.path;
  }

  /** Conditions of this vector and of all around it. */
  get inputs(): Readonly<Record<string, unknown>> {
    return this.#node.inputs;
  }

  /** Zero-based number of the attempt within `retry`. */
  get attempt(): number {
    return this.#node.claims.attempt;
  }

  /** Gravest outcome so far, of an attempt only its own; null while nothing was judged. */
  get outcome(): Outcome | null {
    return this.#node.outcome;
  }

  /**
   * Runs a step within this one.
   *
   * @param name Name among its siblings; the same name again is the next vector of the same step
   * @param fn What the step does
   * @returns What `fn` returns; undefined where it threw under `continueOnError`
   * @throws What `fn` throws, after it is recorded as a diagnostic and the step is `errored`
   */
  step<T>(
    name: string,
    fn: (step: Step) => T | Promise<T>,
    options: StepOptions & { readonly continueOnError: true },
  ): Promise<T | undefined>;
  /** Runs a step within this one. */
  step<T>(name: string, fn: (step: Step) => T | Promise<T>, options?: StepOptions): Promise<T>;
  step<T>(
    name: string,
    fn: (step: Step) => T | Promise<T>,
    options: StepOptions = {},
  ): Promise<T | undefined> {
    return performStep(this.#node, name, fn, options);
  }

  /**
   * Runs this step under one set of conditions. Vectors are counted by `vector_index`; a vector within
   * a vector joins the conditions of both.
   *
   * @param inputs Conditions by name; columns `in_*` of the run file
   * @param fn What is done under these conditions; records into the vector, not into the step
   * @returns What `fn` returns; undefined where it threw under `continueOnError`
   * @throws What `fn` throws, after it is recorded
   */
  vector<I extends Readonly<Record<string, unknown>>, T>(
    inputs: I,
    fn: (vector: Step, inputs: I) => T | Promise<T>,
    options: StepOptions & { readonly continueOnError: true },
  ): Promise<T | undefined>;
  /** Runs this step under one set of conditions. */
  vector<I extends Readonly<Record<string, unknown>>, T>(
    inputs: I,
    fn: (vector: Step, inputs: I) => T | Promise<T>,
    options?: StepOptions,
  ): Promise<T>;
  vector<I extends Readonly<Record<string, unknown>>, T>(
    inputs: I,
    fn: (vector: Step, inputs: I) => T | Promise<T>,
    options: StepOptions = {},
  ): Promise<T | undefined> {
    const node = this.#node.vector(inputs, options);
    return perform(node, () => fn(new Step(node), inputs));
  }

  /**
   * Runs this step under several sets of conditions, one after the other.
   *
   * @param list Conditions of each vector
   * @param fn What is done under each of them
   * @returns What `fn` returned for each; undefined where it threw under `continueOnError`
   * @throws What `fn` throws; vectors behind it do not run
   */
  vectors<I extends Readonly<Record<string, unknown>>, T>(
    list: Iterable<I>,
    fn: (vector: Step, inputs: I) => T | Promise<T>,
    options: StepOptions & { readonly continueOnError: true },
  ): Promise<(T | undefined)[]>;
  /** Runs this step under several sets of conditions. */
  vectors<I extends Readonly<Record<string, unknown>>, T>(
    list: Iterable<I>,
    fn: (vector: Step, inputs: I) => T | Promise<T>,
    options?: StepOptions,
  ): Promise<T[]>;
  async vectors<I extends Readonly<Record<string, unknown>>, T>(
    list: Iterable<I>,
    fn: (vector: Step, inputs: I) => T | Promise<T>,
    options: StepOptions = {},
  ): Promise<(T | undefined)[]> {
    const results: (T | undefined)[] = [];
    for (const inputs of list) results.push(await this.vector(inputs, fn, options));
    return results;
  }

  /**
   * Tries until an attempt passes: one that neither throws nor judges anything worse than `passed`. The
   * last attempt decides; measurements of all of them are recorded, told apart by `retry`. Steps and
   * vectors within an attempt are those of the attempt before it, tried again.
   *
   * @param attempts Attempts in all, at least 1
   * @param fn What an attempt does; record into the step that it is given
   * @returns What the last attempt returned
   * @throws What the last attempt threw; errors of attempts before it are recorded as warnings
   * @throws {RangeError} for a number of attempts below 1
   */
  retry<T>(attempts: number, fn: (attempt: Step) => T | Promise<T>): Promise<T> {
    return performAttempts(this.#node, attempts, (node) => fn(new Step(node)));
  }

  /**
   * Records a step that is left out on purpose, as `skipped`.
   *
   * @param name Name of the step
   * @param reason Why, as its description
   */
  async skip(name: string, reason?: string): Promise<void> {
    await skipStep(this.#node, name, reason);
  }

  /**
   * Records a measurement and judges it. A failed limit does not throw.
   *
   * Numbers are judged by limits, booleans and texts by a nominal value, samples by limits that each of
   * them has to hold. Without limit or nominal value the outcome is `done`. Booleans are stored as 1
   * and 0 and as `custom.value_bool`, texts as `custom.value_text`; arrays go to a channel first, and
   * the measurement carries the claim check under its name in `outputs`. Null is a value that could not
   * be taken: with limits it is `errored`.
   *
   * @param name Name of the measurement
   * @param value What was measured, in the unit of the limits
   * @param options Limits and context
   * @returns The outcome; for an array a promise of it
   * @throws {RangeError} for limits that contradict each other
   * @throws {TypeError} for a comparator without its limit
   */
  measure(name: string, value: number | bigint | null, options?: MeasureOptions): Outcome;
  /** Records a boolean. */
  measure(name: string, value: boolean, options?: MatchOptions<boolean>): Outcome;
  /** Records a text. */
  measure(name: string, value: string, options?: MatchOptions<string>): Outcome;
  /** Records samples. */
  measure(name: string, value: SampleArray, options?: MeasureSamplesOptions): Promise<Outcome>;
  measure(
    name: string,
    value: number | bigint | boolean | string | null | SampleArray,
    options: MeasureSamplesOptions | MatchOptions<boolean> | MatchOptions<string> = {},
  ): Outcome | Promise<Outcome> {
    return recordMeasured(this.#node, name, value, options);
  }

  /**
   * Records that a value was read from an instrument. Arrays and structures go to the channel first.
   *
   * @param channelId Channel of the value, such as `scope.ch1`
   * @param value A number, boolean or text; an array or typed array of numbers; an object of one value
   *   per key
   * @returns The `channel://...` URI of an array or structure, null for other values
   * @throws {InvalidDataError} for data that no channel can hold
   */
  read(channelId: string, value: unknown, options: ReadOptions = {}): Promise<string | null> {
    return recordRead(this.#node, channelId, value, options);
  }

  /**
   * Records that a value was set on an instrument. Arrays and structures go to the channel first.
   *
   * @param channelId Channel of the value, such as `psu.voltage`
   * @param value As for {@linkcode read}
   * @returns The `channel://...` URI of an array or structure, null for other values
   * @throws {InvalidDataError} for data that no channel can hold
   */
  set(channelId: string, value: unknown, options: SetOptions = {}): Promise<string | null> {
    return recordSet(this.#node, channelId, value, options);
  }

  /**
   * Notes a key and a value, as a `test.record` event.
   *
   * @param key Name of the record
   * @param value Any JSON value
   */
  record(key: string, value: unknown): void {
    const { core, execution } = this.#node;
    execution.beginContent();
    core.emit({
      event_type: "test.record",
      run_id: core.runId,
      step_name: execution.place.name,
      step_index: execution.place.index,
      key,
      value,
    });
  }

  /**
   * Notes an observation of this vector: a column `out_<key>` in the row of the step.
   *
   * @param key Name of the observation
   * @param value Any JSON value
   */
  observe(key: string, value: unknown): void {
    this.#node.execution.beginContent();
    this.#node.execution.outputs[key] = value;
  }

  /**
   * Saves large data, such as a photo or a log, beside the events and records its reference.
   *
   * @param key Name for people
   * @param data Bytes, a typed array, or the path of a file to copy
   * @returns The `file://_ref/...` reference
   */
  attach(key: string, data: Uint8Array | ArrayBufferView | string): Promise<string> {
    this.#node.execution.beginContent();
    const work = (async () => {
      const reference = await this.#node.core.target.saveRef(key, data);
      this.record(key, reference);
      await this.drain();
      return reference;
    })();
    this.#node.keepOpenFor(work);
    return work;
  }

  /** Waits under back-pressure; worth a call in loops that measure thousands of values in one step. */
  async drain(): Promise<void> {
    await this.#node.core.settle();
  }
}

/** Runs a step below a scope. */
export async function performStep<T>(
  scope: Scope,
  name: string,
  fn: (step: Step) => T | Promise<T>,
  options: StepOptions,
): Promise<T | undefined> {
  const node = StepNode.step(scope, name, options);
  scope.beginContent();
  return await perform(node, () => fn(new Step(node)));
}

/** Records a skipped step below a scope. */
export async function skipStep(scope: Scope, name: string, reason?: string): Promise<void> {
  const node = StepNode.step(scope, name, { description: reason, stopOnFail: false });
  scope.beginContent();
  await perform(node, () => node.note("skipped", "content"));
}
