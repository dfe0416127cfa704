import { systemClock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import type { EventInput, EventInputByType } from "../events/event_inputs.ts";
import { EventStore } from "../events/event_store.ts";
import { hostname } from "../base/host_name.ts";
import { scriptName } from "../base/script_name.ts";
import { environmentJson } from "./environment.ts";
import {
  type ConnectedInstrument,
  InstrumentBook,
  type InstrumentOptions,
} from "./instrument_book.ts";
import { type Interruptible, unwatchSignals, watchSignals } from "./interrupt.ts";
import type { RecorderTarget } from "./recorder_target.ts";
import { Run } from "./run.ts";
import { RunCore } from "./run_core.ts";
import type { RunOptions } from "./run_options.ts";
import { RunRecorder } from "./run_recorder.ts";
import type { SessionOptions, SessionStartOptions, StartOnOptions } from "./session_options.ts";
import { type Outcome, Verdict } from "./verdict.ts";

/**
 * A recording program from its first to its last unit: the short way to write correct events.
 *
 * @example
 * ```ts
 * import { strictEqual as equal } from "node:assert/strict";
 * import { MemoryTarget } from "./memory_target.ts";
 *
 * const target = new MemoryTarget();
 * await using session = await Session.startOn(target, { station_id: "bench-1" });
 * session.instrument({ role: "dmm", resource: "TCPIP::10.0.0.7::INSTR", cal_due: "2027-01-31" });
 * for (const dut_serial of ["SN1", "SN2"]) {
 *   const outcome = await session.run({ dut_serial }, async (run) => {
 *     await run.step("input current", (step) => {
 *       step.measure("iin", 0.12, { high: 0.15, units: "A", instrument: "dmm" });
 *     });
 *   });
 *   equal(outcome, "passed");
 * }
 * equal(await session.end(), "passed");
 * ```
 */
export class Session implements AsyncDisposable {
  readonly #target: RecorderTarget;
  readonly #options: StartOnOptions;
  readonly #facts: SessionFacts;
  readonly #instruments: InstrumentBook;
  readonly #interruptible: Interruptible = { interrupt: (signal) => this.#interrupt(signal) };
  readonly #open = new Set<RunRecorder>();
  readonly #verdict = new Verdict();
  #waiting: Promise<void>[] = [];
  #ending: Promise<Outcome> | undefined;

  /** @internal Use {@linkcode Session.startOn}. */
  constructor(target: RecorderTarget, options: StartOnOptions) {
    this.#target = target;
    this.#options = options;
    this.#facts = factsOf(options);
    this.#instruments = new InstrumentBook({ runId: null, emit: (event) => this.#emit(event) });
  }

  /**
   * Opens the stores of a data directory and starts a session in them.
   *
   * @param options Station, operator and fixture for all runs, and where to record
   */
  static async start(options: SessionStartOptions = {}): Promise<Session> {
    const { dataDir, sessionId } = options;
    const store = await EventStore.open({
      ...(dataDir === undefined ? {} : { dataDir }),
      ...(sessionId === undefined ? {} : { sessionId }),
    });
    return await Session.startOn(store, { ...options, closeTarget: true });
  }

  /**
   * Starts a session on a target that is open.
   *
   * @param target Where events, channels and reference data go
   * @param options Station, operator and fixture, for all runs
   */
  static async startOn(target: RecorderTarget, options: StartOnOptions = {}): Promise<Session> {
    const session = new Session(target, options);
    session.#emit({
      event_type: "session.started",
      session_type: options.session_type,
      slot_count: options.slot_count,
      ...session.#facts,
    });
    await session.#settle();
    return session;
  }

  /** UUID of the session. */
  get sessionId(): string {
    return this.#target.sessionId;
  }

  /** The data directory. */
  get dataDir(): string {
    return this.#target.dataDir;
  }

  /** Gravest outcome of the runs that have ended, null before the first. */
  get outcome(): Outcome | null {
    return this.#verdict.outcome;
  }

  /**
   * Starts a run; station, operator and fixture are those of the session. Several runs may be open at
   * once, as on a station with several slots.
   *
   * @param options The unit and what is known about it
   * @returns The run, to be ended by {@linkcode Run.end}
   * @throws {TypeError} where the session has ended
   * @throws {InvalidDataError} for fields that cannot be stored
   */
  async startRun(options: RunOptions): Promise<Run> {
    return (await this.#start(options)).run;
  }

  async #start(options: RunOptions): Promise<{ run: Run; recorder: RunRecorder }> {
    if (this.#ending !== undefined) throw this.#endedError();
    const { run_id = newId(), environment, stopOnFail = false, ...fields } = options;
    const core = this.#core(run_id.toLowerCase());
    const recorder = new RunRecorder(core, {
      stopOnFail,
      onEnd: (outcome) => this.#endOfRun(recorder, outcome),
    });
    const { operator_id, operator_name, fixture_id } = this.#facts;
    core.emit({
      ...this.#facts,
      ...fields,
      operator_id: fields.operator_id ?? operator_id,
      operator_name: fields.operator_name ?? operator_name,
      fixture_id: fields.fixture_id ?? fixture_id,
      event_type: "run.started",
      run_id: core.runId,
      environment_json: environmentJson(environment),
    });
    this.#open.add(recorder);
    if (this.#options.handleSignals !== false) watchSignals(this.#interruptible);
    await core.settle();
    return { run: new Run(recorder), recorder };
  }

  #core(runId: string): RunCore {
    const instruments = new InstrumentBook({
      outer: this.#instruments,
      runId,
      emit: (event) => core.emit(event),
    });
    const core = new RunCore({ target: this.#target, runId, clock: systemClock, instruments });
    return core;
  }

  #endOfRun(recorder: RunRecorder, outcome: Outcome): void {
    this.#verdict.note(outcome);
    this.#open.delete(recorder);
    if (this.#open.size === 0) unwatchSignals(this.#interruptible);
  }

  /**
   * Runs a function as one run and ends the run behind it.
   *
   * @param options The unit and what is known about it
   * @param fn The test of the unit
   * @returns The outcome of the run, once its record is synced; `failed` where `stopOnFail` left `fn`
   * @throws What `fn` throws, after it is recorded and the run has ended as `errored`
   */
  async run(options: RunOptions, fn: (run: Run) => unknown): Promise<Outcome> {
    const { run, recorder } = await this.#start(options);
    try {
      await fn(run);
    } catch (error) {
      await recorder.fail(error);
      if (!recorder.core.isStop(error)) throw error;
    }
    return await run.end();
  }

  /**
   * Records an instrument that is connected for all runs from now on. A role that is connected already
   * is released first.
   *
   * @param options Role, identity, address and calibration
   * @returns The instrument; the end of the session records its release
   */
  instrument(options: InstrumentOptions): ConnectedInstrument {
    if (this.#ending !== undefined) throw this.#endedError();
    return this.#instruments.connect(options);
  }

  /**
   * Ends the session; calling it again does nothing more. Runs that are still open were left early and
   * end as `errored`.
   *
   * @param outcome Outcome to record @default the gravest of all runs, `done` where there were none
   * @returns The outcome, once the record of the session is synced
   */
  end(outcome?: Outcome): Promise<Outcome> {
    return this.#ending ??= this.#end(outcome);
  }

  async #end(outcome: Outcome | undefined): Promise<Outcome> {
    for (const recorder of [...this.#open].reverse()) await recorder.leave();
    const recorded = outcome ?? this.#verdict.orDone;
    this.#emitEnd(recorded);
    await this.#write();
    return recorded;
  }

  #emitEnd(outcome: Outcome): void {
    this.#instruments.disconnectAll();
    this.#emit({ event_type: "session.ended", outcome });
  }

  async #write(): Promise<void> {
    try {
      await this.#settle();
      await this.#target.flush();
      await this.#target.sync();
    } finally {
      if (this.#options.closeTarget === true) await this.#target[Symbol.asyncDispose]();
    }
  }

  async #interrupt(signal: Deno.Signal): Promise<void> {
    const ends = [this.#endBy(signal), this.#cleanUp(signal)];
    const failed = (await Promise.allSettled(ends)).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  /** Queues the ends at once, so that nothing comes behind them; then writes them. */
  async #endBy(signal: Deno.Signal): Promise<void> {
    const outcome = signal === "SIGTERM" ? "aborted" : "terminated";
    for (const recorder of [...this.#open].reverse()) recorder.interrupt(outcome);
    this.#emitEnd(this.#verdict.orDone);
    this.#ending = new Promise(() => {});
    await this.#write();
  }

  async #cleanUp(signal: Deno.Signal): Promise<void> {
    await this.#options.onInterrupt?.(signal);
  }

  #emit(event: EventInput): void {
    const pressure = this.#target.emit(event);
    if (pressure !== undefined) this.#waiting.push(pressure);
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#waiting.splice(0));
  }

  #endedError(): TypeError {
    return new TypeError(`Session ${this.sessionId} has ended: start another`);
  }

  /** Ends the session, where {@linkcode end} did not. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

/** What session and runs say alike. */
type SessionFacts = Pick<
  EventInputByType["session.started"],
  & keyof SessionOptions
  & keyof EventInputByType["run.started"]
  & keyof EventInputByType["session.started"]
>;

function factsOf(options: SessionOptions): SessionFacts & { readonly pid: number } {
  return {
    station_id: options.station_id,
    station_name: options.station_name,
    station_type: options.station_type,
    station_location: options.station_location,
    station_hostname: options.station_hostname ?? hostname(),
    operator_id: options.operator_id,
    operator_name: options.operator_name,
    fixture_id: options.fixture_id,
    client: options.client ?? scriptName(),
    pid: Deno.pid,
  };
}
