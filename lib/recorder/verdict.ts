import { worseOutcome } from "../runs/outcome.ts";

/** Verdict on a measurement, vector, step, run or session; each hides those before it. */
export type Outcome =
  | "skipped"
  | "done"
  | "passed"
  | "failed"
  | "errored"
  | "terminated"
  | "aborted";

/** Outcomes after which an attempt is worth repeating, or a step worth stopping for. */
const BAD: ReadonlySet<Outcome | null> = new Set(
  [
    "failed",
    "errored",
    "terminated",
    "aborted",
  ] as const,
);

/** Whether a verdict is worse than `passed`. */
export function isBad(outcome: Outcome | null): boolean {
  return BAD.has(outcome);
}

/** The gravest of the outcomes noted so far. */
export class Verdict {
  #outcome: Outcome | null = null;

  /** The gravest outcome, null before the first. */
  get outcome(): Outcome | null {
    return this.#outcome;
  }

  /** The gravest outcome; `done` where nothing was judged. */
  get orDone(): Outcome {
    return this.#outcome ?? "done";
  }

  /** Notes one more outcome. */
  note(outcome: Outcome): void {
    this.#outcome = worseOutcome(this.#outcome, outcome) as Outcome;
  }
}
