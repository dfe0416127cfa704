import type { RunCore } from "./run_core.ts";
import type { Scope } from "./scope.ts";
import { type Outcome, Verdict } from "./verdict.ts";

/** Life and verdict of a run: the scope of its outermost steps. */
export class RunRecorder implements Scope {
  readonly core: RunCore;
  readonly path = "";
  readonly inputs: Readonly<Record<string, unknown>> = {};
  readonly stopOnFail: boolean;
  readonly #verdict = new Verdict();
  readonly #onEnd: (outcome: Outcome) => void;
  #isStopped = false;
  #isThrown = false;
  #outcome: Outcome | undefined;
  #ending: Promise<Outcome> | undefined;

  constructor(
    core: RunCore,
    options: { readonly stopOnFail: boolean; readonly onEnd: (outcome: Outcome) => void },
  ) {
    this.core = core;
    this.stopOnFail = options.stopOnFail;
    this.#onEnd = options.onEnd;
  }

  get claims(): RunCore["claims"] {
    return this.core.claims;
  }

  /** Gravest outcome so far, of an ended run its outcome. */
  get outcome(): Outcome | null {
    return this.#outcome ?? this.#verdict.outcome;
  }

  /** Whether the end is recorded. */
  get isEnded(): boolean {
    return this.#outcome !== undefined;
  }

  beginContent(): void {}

  note(outcome: Outcome): void {
    this.#verdict.note(outcome);
  }

  /** Records what a step threw on its way out of the run. */
  noteThrown(error: unknown): void {
    if (this.core.isStop(error)) {
      this.#isStopped = true;
    } else {
      this.#isThrown = true;
      this.note("errored");
    }
  }

  /** Ends the run on request. */
  end(outcome?: Outcome): Promise<Outcome> {
    if (this.#ending === undefined) {
      const [open] = this.core.openSteps;
      if (open !== undefined) {
        return Promise.reject(
          new TypeError(`Step ${open.path} is still open: await it before run.end()`),
        );
      }
      this.#ending = this.#write(outcome ?? this.#verdict.orDone);
    }
    return this.#ending;
  }

  /**
   * Ends a run that its script left without `end()`: who leaves early has not tested everything, so it
   * must not pass.
   */
  async leave(): Promise<void> {
    if (this.#ending !== undefined) return await this.core.settle();
    if (!this.#isStopped) {
      if (!this.#isThrown) {
        this.core.report(new Error("Run was left without end(): it counts as errored"), {
          source: "recorder",
        });
      }
      this.note("errored");
    }
    await this.fail();
  }

  /** Ends the run as it stands, with all steps that are still open. */
  async fail(error?: unknown): Promise<void> {
    if (this.#ending !== undefined) return;
    if (error !== undefined && !this.core.isStop(error)) {
      this.core.report(error, { source: "run" });
      this.note("errored");
    }
    if (this.core.openSteps.size > 0) this.core.cutSteps("errored");
    this.#ending = this.#write(this.#verdict.orDone);
    await this.#ending;
  }

  /** Queues the end at once; nothing is recorded behind it. */
  interrupt(outcome: "terminated" | "aborted"): void {
    if (this.isEnded) return;
    this.core.cutSteps(outcome);
    this.#emitEnd(outcome);
    this.core.close("interrupted");
    this.#ending = this.core.settle().then(() => outcome);
  }

  #emitEnd(outcome: Outcome): void {
    this.core.instruments.disconnectAll();
    this.core.emit({ event_type: "run.ended", run_id: this.core.runId, outcome });
    this.#outcome = outcome;
    this.#onEnd(outcome);
  }

  async #write(outcome: Outcome): Promise<Outcome> {
    this.#emitEnd(outcome);
    this.core.close("ended");
    await this.core.settle();
    await this.core.target.flush();
    await this.core.target.sync();
    return outcome;
  }
}
