/**
 * What all parts of one recorded run share: the way out for events, the open steps, and which errors
 * were seen.
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { LitmusError } from "../base/errors.ts";
import { formatMicros } from "../base/time.ts";
import type { EventInput } from "../events/event_inputs.ts";
import { diagnosticOf, type ErrorPlace } from "./diagnostic.ts";
import type { InstrumentBook } from "./instrument_book.ts";
import type { RecorderTarget } from "./recorder_target.ts";
import { RunClaims } from "./vector_claims.ts";

/** A step that was started and not yet ended. */
export interface OpenStep {
  /** Path of the step, for messages. */
  readonly path: string;
  /** Ends the step from outside, as the whole run ends. */
  cut(outcome: "errored" | "terminated" | "aborted"): void;
}

/** Ready parts of a core. */
export interface RunCoreParts {
  readonly target: RecorderTarget;
  readonly runId: string;
  readonly clock: Clock;
  readonly instruments: InstrumentBook;
}

/** One run on its way into a target. */
export class RunCore {
  readonly target: RecorderTarget;
  readonly runId: string;
  readonly instruments: InstrumentBook;
  readonly claims: RunClaims = new RunClaims();
  /** In order of their start. */
  readonly openSteps: Set<OpenStep> = new Set();
  /** Paths for which the plan of the run was announced. */
  readonly planned: Set<string> = new Set();
  readonly #clock: Clock;
  readonly #stepIndexes = new Map<string, Map<string, number>>();
  readonly #reported = new WeakSet<object>();
  readonly #stops = new WeakSet<object>();
  #reportedPrimitive: { readonly value: unknown } | undefined;
  #waiting: Promise<void>[] = [];
  #failure: { readonly error: unknown } | undefined;
  #state: "open" | "ended" | "interrupted" = "open";

  constructor(parts: RunCoreParts) {
    this.target = parts.target;
    this.runId = parts.runId;
    this.instruments = parts.instruments;
    this.#clock = parts.clock;
  }

  /** Whether the run takes no more events. */
  get isEnded(): boolean {
    return this.#state === "ended";
  }

  /** The present time as events hold it. */
  now(): string {
    return formatMicros(this.nowMicros());
  }

  /** The present time, microseconds since the epoch. */
  nowMicros(): number {
    return this.#clock.nowMicros();
  }

  /** Gives the position of a step among its siblings, the same each time that its name comes back. */
  stepIndex(parentPath: string, path: string): number {
    let siblings = this.#stepIndexes.get(parentPath);
    if (siblings === undefined) this.#stepIndexes.set(parentPath, siblings = new Map());
    let index = siblings.get(path);
    if (index === undefined) siblings.set(path, index = siblings.size);
    return index;
  }

  /** Queues an event of the run; one that is interrupted takes no more, as the process is ending. */
  emit(event: EventInput): void {
    if (this.#state === "interrupted") return;
    if (this.#state === "ended") throw this.endedError();
    const pressure = this.target.emit(event);
    if (pressure === undefined) return;
    this.#waiting.push(pressure.catch((error) => {
      this.#failure ??= { error };
    }));
  }

  /** Waits for the target's back-pressure and passes its failure on. */
  async settle(): Promise<void> {
    while (this.#waiting.length > 0) await Promise.all(this.#waiting.splice(0));
    const failure = this.#failure;
    this.#failure = undefined;
    // The process exits as soon as the end is written; the script must not run on until then.
    if (this.#state === "interrupted") await new Promise(() => {});
    if (failure !== undefined) throw failure.error;
  }

  /** Records an error once, however many steps it passes through. */
  report(error: unknown, place: ErrorPlace): void {
    if (this.isReported(error)) return;
    if (typeof error === "object" && error !== null) this.#reported.add(error);
    else this.#reportedPrimitive = { value: error };
    this.emit(diagnosticOf("diagnostic.error", error, place, this.runId));
  }

  /** Records an error that a further attempt may heal; should it come back, it is recorded as error. */
  warn(error: unknown, place: ErrorPlace): void {
    if (this.isReported(error)) return;
    this.emit(diagnosticOf("diagnostic.warning", error, place, this.runId));
  }

  /** Whether an error was recorded. */
  isReported(error: unknown): boolean {
    if (typeof error === "object" && error !== null) return this.#reported.has(error);
    return this.#reportedPrimitive !== undefined &&
      Object.is(this.#reportedPrimitive.value, error);
  }

  /** Lets go of an error that passes no further, as an equal text may be thrown anew. */
  forget(error: unknown): void {
    if (this.isReported(error)) this.#reportedPrimitive = undefined;
  }

  /** Makes the error by which `stopOnFail` leaves a run: no error of the test, so never `errored`. */
  stopAt(path: string): LitmusError {
    const stop = new LitmusError(`Step ${path} failed: the run stops here, as stopOnFail asks`);
    this.#stops.add(stop);
    return stop;
  }

  /** Whether an error comes from {@linkcode stopAt}. */
  isStop(error: unknown): boolean {
    return typeof error === "object" && error !== null && this.#stops.has(error);
  }

  /** Ends all open steps, the innermost first. */
  cutSteps(outcome: "errored" | "terminated" | "aborted"): void {
    for (const step of [...this.openSteps].reverse()) step.cut(outcome);
  }

  /** Refuses further events. */
  close(state: "ended" | "interrupted"): void {
    this.#state = state;
  }

  /** The error for whoever goes on after the end. */
  endedError(): TypeError {
    return new TypeError(
      `Run ${this.runId} has ended: await every step before run.end(), or start another run`,
    );
  }
}
