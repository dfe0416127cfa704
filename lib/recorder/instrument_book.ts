import type { EventInput, EventInputByType } from "../events/event_inputs.ts";

/** An instrument as the script knows it; names and meaning of the fields as on disk. */
export interface InstrumentOptions {
  /** Name that the test gives to the instrument, such as `dmm`. */
  readonly role: string;
  /** Identity of the instrument in the station. @default the role */
  readonly instrument_id?: string | undefined;
  /** Address, such as a VISA resource string. @default empty */
  readonly resource?: string | undefined;
  /** Driver that talks to the instrument. */
  readonly driver?: string | undefined;
  /** How it is reached. @default {"visa"} */
  readonly protocol?: string | undefined;
  /** Manufacturer that the instrument reported. */
  readonly manufacturer?: string | undefined;
  /** Model that the instrument reported. */
  readonly model?: string | undefined;
  /** Serial number of the instrument. */
  readonly serial?: string | undefined;
  /** Firmware version of the instrument. */
  readonly firmware?: string | undefined;
  /** Date at which the calibration expires, such as `2027-01-31`. */
  readonly cal_due?: string | undefined;
  /** Date of the last calibration. */
  readonly cal_last?: string | undefined;
  /** Number of the calibration certificate. */
  readonly cal_certificate?: string | undefined;
  /** Laboratory that calibrated. */
  readonly cal_lab?: string | undefined;
  /** Whether the instrument is simulated. @default {false} */
  readonly mocked?: boolean | undefined;
}

/** A connected instrument. */
export interface ConnectedInstrument {
  /** Name that the test gives to the instrument. */
  readonly role: string;
  /** Identity of the instrument in the station. */
  readonly instrument_id: string;
  /** Address, empty where none was given. */
  readonly resource: string;
  /** Records that the instrument was released; the end of its run or session does so as well. */
  disconnect(): void;
}

type Connected = EventInputByType["fixture.instrument_connected"];

/** The instruments of a session or a run; a run falls back to those of its session. */
export class InstrumentBook {
  readonly #outer: InstrumentBook | undefined;
  readonly #runId: string | null;
  readonly #emit: (event: EventInput) => void;
  readonly #connected = new Map<string, ConnectedInstrument>();

  constructor(
    parts: {
      readonly outer?: InstrumentBook;
      readonly runId: string | null;
      readonly emit: (event: EventInput) => void;
    },
  ) {
    this.#outer = parts.outer;
    this.#runId = parts.runId;
    this.#emit = parts.emit;
  }

  /** Records a connection; a role that is connected already changes hands. */
  connect(options: InstrumentOptions): ConnectedInstrument {
    const { role, instrument_id = role, resource = "" } = options;
    this.#connected.get(role)?.disconnect();
    const event: Connected = {
      ...options,
      event_type: "fixture.instrument_connected",
      run_id: this.#runId,
      instrument_id,
      resource,
    };
    this.#emit(event);
    const instrument: ConnectedInstrument = {
      role,
      instrument_id,
      resource,
      disconnect: () => this.#disconnect(instrument),
    };
    this.#connected.set(role, instrument);
    return instrument;
  }

  #disconnect(instrument: ConnectedInstrument): void {
    if (this.#connected.get(instrument.role) !== instrument) return;
    this.#connected.delete(instrument.role);
    this.#emit({
      event_type: "fixture.instrument_disconnected",
      run_id: this.#runId,
      role: instrument.role,
      instrument_id: instrument.instrument_id,
    });
  }

  /** Records the release of all instruments, the last connected first. */
  disconnectAll(): void {
    for (const instrument of [...this.#connected.values()].reverse()) instrument.disconnect();
  }

  /** Address of the instrument in a role, undefined where it has none. */
  resourceOf(role: string): string | undefined {
    const instrument = this.#connected.get(role);
    if (instrument === undefined) return this.#outer?.resourceOf(role);
    return instrument.resource || undefined;
  }
}
