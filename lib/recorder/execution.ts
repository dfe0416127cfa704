import type { OpenStep, RunCore } from "./run_core.ts";
import type { Outcome } from "./verdict.ts";
import type { RetryNumbers, VectorClaims } from "./vector_claims.ts";

/** What is fixed about a step before it starts. */
export interface StepPlace {
  readonly name: string;
  readonly index: number;
  readonly path: string;
  readonly parentPath: string;
  readonly description: string | undefined;
}

/** Ready parts of an execution. */
export interface ExecutionParts {
  readonly core: RunCore;
  readonly place: StepPlace;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly claims: VectorClaims;
  /** The execution that this one is a vector of. */
  readonly outer?: Execution;
}

/**
 * One (step_path, vector_index) from `test.step_started` to `test.step_ended`.
 *
 * A step that does nothing but run vectors has no row of its own, as in runs of other writers: it starts
 * late, and where it had to start it yields its index to the first vector, as long as it is blank.
 */
export class Execution implements OpenStep {
  readonly core: RunCore;
  readonly place: StepPlace;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Observations for the end of the step. */
  readonly outputs: Record<string, unknown> = {};
  /** Whether vectors ran in place of the step itself. */
  hasVectors = false;
  readonly #claims: VectorClaims;
  readonly #outer: Execution | undefined;
  #vectorIndex: number | undefined;
  #retryNumbers: RetryNumbers | undefined;
  #isBlank = true;
  #isRefused = false;

  constructor(parts: ExecutionParts) {
    this.core = parts.core;
    this.place = parts.place;
    this.inputs = parts.inputs;
    this.#claims = parts.claims;
    this.#outer = parts.outer;
  }

  /** Path of the step. */
  get path(): string {
    return this.place.path;
  }

  /** Whether the start is recorded and the end is not. */
  get isOpen(): boolean {
    return this.#vectorIndex !== undefined;
  }

  /** Whether the target refused the start, as with inputs that cannot be stored. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** The vector index, undefined before the start. */
  get vectorIndex(): number | undefined {
    return this.#vectorIndex;
  }

  /** Records the start, unless it is recorded. */
  begin(): void {
    if (this.#vectorIndex !== undefined) return;
    const index = this.#claims.claim(this.path, () => this.#outer?.yieldIndex());
    this.#isRefused = true;
    this.core.emit({
      event_type: "test.step_started",
      ...this.#fields(index),
      description: this.place.description,
    });
    this.#isRefused = false;
    this.#vectorIndex = index;
    this.#retryNumbers = this.#claims.retryNumbers(this.path, index);
    this.core.openSteps.add(this);
  }

  /** Records the start for content of the step itself, which then keeps its index. */
  beginContent(): number {
    this.begin();
    this.#isBlank = false;
    return this.#vectorIndex as number;
  }

  /** Gives the index to a vector, where nothing was recorded under it. */
  yieldIndex(): number | undefined {
    const index = this.#vectorIndex;
    if (index === undefined) return this.#outer?.yieldIndex();
    if (!this.#isBlank) return undefined;
    this.#vectorIndex = undefined;
    this.core.openSteps.delete(this);
    return index;
  }

  /** Gives the `retry` of the next measurement of a name; a name measured again counts up. */
  nextRetry(name: string, attempt: number): number {
    const numbers = this.#retryNumbers as RetryNumbers;
    const retry = Math.max(attempt, (numbers.get(name) ?? -1) + 1);
    numbers.set(name, retry);
    return retry;
  }

  /** Records the end. */
  end(outcome: Outcome, vectorOutcome: Outcome): void {
    if (this.#vectorIndex === undefined) return;
    const index = this.#vectorIndex;
    this.#vectorIndex = undefined;
    this.core.openSteps.delete(this);
    this.core.emit({
      event_type: "test.step_ended",
      ...this.#fields(index),
      outcome,
      vector_outcome: vectorOutcome,
      outputs: this.outputs,
    });
  }

  cut(outcome: Outcome): void {
    this.end(outcome, outcome);
  }

  #fields(vectorIndex: number) {
    const { name, index, path, parentPath } = this.place;
    return {
      run_id: this.core.runId,
      step_name: name,
      step_index: index,
      step_path: path,
      parent_path: parentPath,
      vector_index: vectorIndex,
      inputs: this.inputs,
      node_id: this.core.planned.has(path) ? path : null,
    };
  }
}
