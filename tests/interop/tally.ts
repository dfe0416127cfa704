/**
 * What a data directory has to answer, counted from the events that went in and by nothing else: no SQL,
 * no file, no code of the product.
 * @module
 */

/** An event on its way in. */
export type Emitted = Readonly<Record<string, unknown>>;

/** One run as its events tell it. */
export interface ExpectedRun {
  readonly run_id: string;
  readonly session_id: string;
  readonly dut_serial: string;
  readonly outcome: string | null;
  readonly measurements: number;
  readonly steps: number;
}

/** Values of one step path over all runs. */
export interface ExpectedValues {
  /** Measurements with a number. */
  readonly count: number;
  readonly sum: number;
}

/** What readers have to find. */
export interface Expected {
  readonly events: number;
  readonly eventsByType: Readonly<Record<string, number>>;
  readonly sessions: readonly string[];
  readonly runs: readonly ExpectedRun[];
  readonly steps: number;
  readonly measurements: number;
  readonly measurementsByOutcome: Readonly<Record<string, number>>;
  readonly passedRuns: number;
  readonly valuesByStep: Readonly<Record<string, ExpectedValues>>;
  /** Samples by channel. */
  readonly channels: Readonly<Record<string, number>>;
}

interface RunTally {
  session: string;
  serial: string;
  outcome: string | null;
  measurements: number;
  readonly steps: Set<string>;
}

/** Counts events as they are emitted. */
export class Tally {
  readonly #types = new Map<string, number>();
  readonly #outcomes = new Map<string, number>();
  readonly #sessions = new Set<string>();
  readonly #runs = new Map<string, RunTally>();
  readonly #values = new Map<string, { count: number; sum: number }>();
  readonly #channels = new Map<string, number>();

  /** Counts an event of a session. */
  note(event: Emitted, sessionId: string): void {
    const type = String(event.event_type);
    add(this.#types, type);
    this.#sessions.add(sessionId);
    if (type === "run.started") {
      this.#runs.set(String(event.run_id), {
        session: sessionId,
        serial: String(event.dut_serial ?? ""),
        outcome: null,
        measurements: 0,
        steps: new Set(),
      });
    }
    const run = this.#runs.get(String(event.run_id));
    if (run !== undefined) this.#noteOfRun(type, event, run);
  }

  #noteOfRun(type: string, event: Emitted, run: RunTally): void {
    if (type === "run.ended") run.outcome = String(event.outcome);
    if (type === "test.step_started" || type === "test.step_ended") run.steps.add(stepKey(event));
    if (type === "test.steps_discovered") {
      for (const item of event.items as readonly Emitted[]) run.steps.add(stepKey(item));
    }
    if (type === "test.measurement") this.#noteMeasurement(event, run);
  }

  #noteMeasurement(event: Emitted, run: RunTally): void {
    run.measurements++;
    add(this.#outcomes, String(event.outcome));
    if (typeof event.value !== "number") return;
    const path = String(event.step_path);
    const values = this.#values.get(path) ?? { count: 0, sum: 0 };
    this.#values.set(path, { count: values.count + 1, sum: values.sum + event.value });
  }

  /** Counts samples of a channel. */
  noteSamples(channelId: string, samples: number): void {
    add(this.#channels, channelId, samples);
  }

  /** What was counted so far. */
  expected(): Expected {
    const runs = [...this.#runs].map(([run_id, { session, serial, steps, ...rest }]) => ({
      run_id,
      session_id: session,
      dut_serial: serial,
      steps: steps.size,
      ...rest,
    }));
    return {
      events: sum(this.#types.values()),
      eventsByType: Object.fromEntries(this.#types),
      sessions: [...this.#sessions],
      runs,
      steps: sum(runs.map(({ steps }) => steps)),
      measurements: sum(runs.map(({ measurements }) => measurements)),
      measurementsByOutcome: Object.fromEntries(this.#outcomes),
      passedRuns: runs.filter(({ outcome }) => outcome === "passed").length,
      valuesByStep: Object.fromEntries(this.#values),
      channels: Object.fromEntries(this.#channels),
    };
  }
}

function stepKey(event: Emitted): string {
  return `${String(event.step_path)}\n${Number(event.vector_index ?? 0)}`;
}

function add(counts: Map<string, number>, key: string, count = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
