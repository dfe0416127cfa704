import { Execution, type StepPlace } from "./execution.ts";
import type { RunCore } from "./run_core.ts";
import { type Scope, stepPath } from "./scope.ts";
import type { StepOptions } from "./step_options.ts";
import type { VectorClaims } from "./vector_claims.ts";
import { type Outcome, Verdict } from "./verdict.ts";

/** Ready parts of a node. */
interface StepNodeParts {
  readonly parent: Scope;
  readonly execution: Execution;
  readonly claims: VectorClaims;
  readonly stopOnFail: boolean;
  readonly continueOnError: boolean;
  readonly kind: "content" | "vector";
}

/** A step, a vector or an attempt while its function runs: collects the verdict and passes it up. */
export class StepNode implements Scope {
  readonly execution: Execution;
  readonly claims: VectorClaims;
  readonly stopOnFail: boolean;
  /** Whether an error of the function ends here. */
  readonly continueOnError: boolean;
  readonly #parent: Scope;
  readonly #kind: "content" | "vector";
  readonly #verdict = new Verdict();
  /** Without vectors: they have verdicts of their own. */
  readonly #own = new Verdict();
  readonly #pending = new Set<Promise<unknown>>();

  constructor(parts: StepNodeParts) {
    this.#parent = parts.parent;
    this.execution = parts.execution;
    this.claims = parts.claims;
    this.stopOnFail = parts.stopOnFail;
    this.continueOnError = parts.continueOnError;
    this.#kind = parts.kind;
  }

  /** Makes a step below a scope. */
  static step(parent: Scope, name: string, options: StepOptions): StepNode {
    const { core, claims } = parent;
    const path = stepPath(parent.path, name);
    const place: StepPlace = {
      name,
      path,
      parentPath: parent.path,
      index: core.stepIndex(parent.path, path),
      description: options.description,
    };
    const inputs = { ...parent.inputs, ...options.inputs };
    const execution = new Execution({ core, place, inputs, claims });
    return new StepNode({ ...flags(parent, options), parent, execution, claims, kind: "content" });
  }

  /** Makes a vector of this step; a vector of a vector joins the conditions of both. */
  vector(inputs: Readonly<Record<string, unknown>>, options: StepOptions): StepNode {
    const { core, place } = this.execution;
    const execution = new Execution({
      core,
      place: { ...place, description: options.description ?? place.description },
      inputs: { ...this.inputs, ...options.inputs, ...inputs },
      claims: this.claims,
      outer: this.execution,
    });
    this.execution.hasVectors = true;
    return new StepNode({
      ...flags(this, options),
      parent: this,
      execution,
      claims: this.claims,
      kind: "vector",
    });
  }

  /** Makes an attempt: the same execution with a verdict of its own. */
  attempt(claims: VectorClaims): StepNode {
    return new StepNode({
      ...flags(this, {}),
      parent: this,
      execution: this.execution,
      claims,
      kind: "content",
    });
  }

  get core(): RunCore {
    return this.execution.core;
  }

  get path(): string {
    return this.execution.path;
  }

  get inputs(): Readonly<Record<string, unknown>> {
    return this.execution.inputs;
  }

  /** The gravest outcome so far. */
  get outcome(): Outcome | null {
    return this.#verdict.outcome;
  }

  beginContent(): void {
    this.execution.beginContent();
  }

  note(outcome: Outcome, from: "content" | "vector"): void {
    this.#verdict.note(outcome);
    if (from === "content") this.#own.note(outcome);
  }

  /** Passes the verdict up. */
  conclude(): void {
    this.#parent.note(this.#verdict.orDone, this.#kind);
  }

  /** Records the end of the execution, if it started, and passes the verdict up. */
  end(): void {
    this.execution.end(this.#verdict.orDone, this.#own.orDone);
    this.conclude();
  }

  /** Keeps the step open for work that the script may not have awaited; its caller sees its error. */
  keepOpenFor(work: Promise<unknown>): void {
    const settled: Promise<unknown> = Promise.allSettled([work]).then(() => {
      this.#pending.delete(settled);
    });
    this.#pending.add(settled);
  }

  /** Waits for all such work. */
  async idle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }
}

function flags(
  parent: Scope,
  options: StepOptions,
): { stopOnFail: boolean; continueOnError: boolean } {
  return {
    stopOnFail: options.stopOnFail ?? parent.stopOnFail,
    continueOnError: options.continueOnError ?? false,
  };
}
