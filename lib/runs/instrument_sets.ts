/**
 * Which instruments were connected when: immutable sets, numbered, so that a row costs one code.
 * @module
 */
import { recordOf, type RunEventRecord, textOf } from "./run_event.ts";
import type { Cell } from "./series.ts";

/** Column name and event field of each instrument column. */
export const INSTRUMENT_FIELDS: readonly (readonly [column: string, field: string])[] = [
  ["step_instruments_cal_certificate", "cal_certificate"],
  ["step_instruments_cal_due", "cal_due"],
  ["step_instruments_cal_lab", "cal_lab"],
  ["step_instruments_cal_last", "cal_last"],
  ["step_instruments_driver", "driver"],
  ["step_instruments_firmware", "firmware"],
  ["step_instruments_id", "instrument_id"],
  ["step_instruments_manufacturer", "manufacturer"],
  ["step_instruments_mocked", "mocked"],
  ["step_instruments_model", "model"],
  ["step_instruments_name", "role"],
  ["step_instruments_protocol", "protocol"],
  ["step_instruments_resource", "resource"],
  ["step_instruments_serial", "serial"],
];

/** Fields of one connected instrument, by event field name. */
type Instrument = Readonly<Record<string, string | boolean | null>>;

function readInstrument(event: RunEventRecord): Instrument {
  const instrument: Record<string, string | boolean | null> = {};
  for (const [, field] of INSTRUMENT_FIELDS) {
    instrument[field] = field === "mocked" ? event[field] === true : textOf(event[field]);
  }
  return instrument;
}

/** Replaces the instrument of the same identity in its place, or appends it. */
function withInstrument(
  set: readonly Instrument[],
  added: Instrument,
  same: (a: Instrument, b: Instrument) => boolean,
): readonly Instrument[] {
  const index = set.findIndex((known) => same(known, added));
  return index < 0 ? [...set, added] : set.with(index, added);
}

const sameRole = (a: Instrument, b: Instrument): boolean => a.role === b.role;
const sameDevice = (a: Instrument, b: Instrument): boolean =>
  a.role === b.role && a.instrument_id === b.instrument_id;

/** Tracks connected instruments; set 0 is empty. */
export class InstrumentSets {
  readonly #sets: (readonly Instrument[])[] = [[]];
  readonly #numbers = new Map<string, number>([["[]", 0]]);
  #current = 0;
  #ever: readonly Instrument[] = [];
  #last: Instrument = recordOf(null) as Instrument;

  /** Number of the set that is connected now. */
  get current(): number {
    return this.#current;
  }

  /** Takes a `fixture.instrument_connected`; a role connected twice counts once. */
  connect(event: RunEventRecord): void {
    this.#last = readInstrument(event);
    this.#current = this.withLast(this.#current);
    this.#ever = withInstrument(this.#ever, this.#last, sameDevice);
  }

  /** Takes a `fixture.instrument_disconnected`. */
  disconnect(event: RunEventRecord): void {
    const role = textOf(event.role);
    const set = this.#sets[this.#current] ?? [];
    this.#current = this.#numberOf(set.filter((instrument) => instrument.role !== role));
  }

  /** Gives the number of a set joined with the instrument that was connected last. */
  withLast(set: number): number {
    return this.#numberOf(withInstrument(this.#sets[set] ?? [], this.#last, sameRole));
  }

  /** Gives the number of the set of all instruments that were ever connected. */
  ever(): number {
    return this.#numberOf(this.#ever);
  }

  #numberOf(set: readonly Instrument[]): number {
    const key = JSON.stringify(set);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#sets.push(set) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }

  /** Gives, by set number, the list that a column shows. */
  listsOf(field: string): readonly Cell[] {
    return this.#sets.map((set) => set.map((instrument) => instrument[field] ?? null) as Cell);
  }
}
