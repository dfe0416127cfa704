/**
 * The measurements of a run, column by column.
 * @module
 */
import { parseEventTime } from "./event_time.ts";
import { CodeColumn, NumberColumn } from "./growable_columns.ts";
import type { LimitSpec } from "./comparator.ts";
import { measurementOutcome } from "./outcome.ts";
import { integerOf, numberOf, type RunEventRecord, textOf } from "./run_event.ts";
import { stepPathOf } from "./step_records.ts";

/** Text columns and the event field that fills each. */
const MEASUREMENT_TEXTS: readonly (readonly [column: string, field: string])[] = [
  ["measurement_name", "measurement_name"],
  ["measurement_units", "units"],
  ["limit_comparator", "limit_comparator"],
  ["characteristic_id", "characteristic_id"],
  ["spec_ref", "spec_ref"],
  ["dut_pin", "dut_pin"],
  ["fixture_connection", "fixture_connection"],
  ["instrument_name", "instrument_name"],
  ["instrument_resource", "instrument_resource"],
  ["instrument_channel", "instrument_channel"],
];

/** Number columns. */
export const MEASUREMENT_NUMBERS = [
  "measurement_timestamp",
  "measurement_value",
  "limit_low",
  "limit_high",
  "limit_nominal",
  "vector_retry",
] as const;

/** The step and vector that a measurement was taken in, as its event says. */
export interface MeasurementSite {
  readonly name: string;
  readonly index: number;
  readonly path: string;
  readonly vector: number;
}

type NumberName = typeof MEASUREMENT_NUMBERS[number];

/** Columns of all measurements so far; sites and instrument sets as codes. */
export class MeasurementColumns {
  readonly #texts = MEASUREMENT_TEXTS.map(([column, field]) => ({
    column,
    field,
    codes: new CodeColumn(),
  }));
  readonly #numbers: Readonly<Record<NumberName, NumberColumn>> = {
    measurement_timestamp: new NumberColumn(),
    measurement_value: new NumberColumn(),
    limit_low: new NumberColumn(),
    limit_high: new NumberColumn(),
    limit_nominal: new NumberColumn(),
    vector_retry: new NumberColumn(),
  };
  readonly #outcomes = new CodeColumn();
  readonly #siteCodes = new CodeColumn();
  readonly #instruments = new CodeColumn();
  readonly #sites: MeasurementSite[] = [];
  readonly #siteOfKey = new Map<string, number>();
  #lastSite = -1;
  #count = 0;

  /** Number of measurements. */
  get count(): number {
    return this.#count;
  }

  /** The distinct sites; code n of the site column is `sites[n - 1]`. */
  get sites(): readonly MeasurementSite[] {
    return this.#sites;
  }

  /** Codes of the sites. */
  get siteCodes(): CodeColumn {
    return this.#siteCodes;
  }

  /** Codes of the connected instruments. */
  get instrumentCodes(): CodeColumn {
    return this.#instruments;
  }

  /** Outcomes. */
  get outcomes(): CodeColumn {
    return this.#outcomes;
  }

  /** The text columns. */
  texts(): Iterable<{ readonly column: string; readonly codes: CodeColumn }> {
    return this.#texts;
  }

  /** A number column. */
  numbers(name: NumberName): NumberColumn {
    return this.#numbers[name];
  }

  /**
   * Takes a `test.measurement`.
   *
   * @param event The event
   * @param instrumentSet Number of the set of instruments that is connected
   * @returns Its row among the measurements
   */
  add(event: RunEventRecord, instrumentSet: number): number {
    const row = this.#count++;
    const numbers = this.#numbers;
    const limit: LimitSpec = {
      low: numberOf(event.limit_low),
      high: numberOf(event.limit_high),
      nominal: numberOf(event.limit_nominal),
      comparator: textOf(event.limit_comparator),
    };
    const value = numberOf(event.value);
    const time = parseEventTime(event.measurement_timestamp) ?? parseEventTime(event.occurred_at);
    numbers.measurement_timestamp.set(row, time);
    numbers.measurement_value.set(row, value);
    numbers.limit_low.set(row, limit.low);
    numbers.limit_high.set(row, limit.high);
    numbers.limit_nominal.set(row, limit.nominal);
    numbers.vector_retry.set(row, integerOf(event.retry) ?? 0);
    for (const { field, codes } of this.#texts) codes.setText(row, textOf(event[field]));
    this.#outcomes.setText(row, textOf(event.outcome) ?? measurementOutcome(value, limit));
    this.#siteCodes.setCode(row, this.#siteOf(event) + 1);
    this.#instruments.setCode(row, instrumentSet);
    return row;
  }

  #siteOf(event: RunEventRecord): number {
    const name = textOf(event.step_name) ?? "";
    const index = integerOf(event.step_index) ?? 0;
    const path = stepPathOf(event);
    const vector = integerOf(event.vector_index) ?? 0;
    const last = this.#sites[this.#lastSite];
    const same = last !== undefined && last.path === path && last.vector === vector &&
      last.name === name && last.index === index;
    if (same) return this.#lastSite;
    const key = `${vector} ${index} ${path.length} ${path}${name}`;
    let site = this.#siteOfKey.get(key);
    if (site === undefined) {
      site = this.#sites.push({ name, index, path, vector }) - 1;
      this.#siteOfKey.set(key, site);
    }
    return this.#lastSite = site;
  }
}
