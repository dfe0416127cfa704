import type { TimeInput } from "../channels/channel_types.ts";
import type { ConnectedInstrument } from "./instrument_book.ts";

/** How a step or vector runs. */
export interface StepOptions {
  /** What the step is for. */
  readonly description?: string | undefined;
  /** Conditions of the step and all below it; columns `in_*` of the run file. */
  readonly inputs?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Whether an error thrown by the function ends with the step: it is recorded, step and run are
   * `errored`, and the script goes on with `undefined`.
   * @default {false}
   */
  readonly continueOnError?: boolean | undefined;
  /**
   * Whether the run stops after the step where its outcome is worse than `passed`: an error leaves all
   * steps and the run, whose outcome stays `failed`.
   * @default {that of the enclosing step or run}
   */
  readonly stopOnFail?: boolean | undefined;
}

/** Comparators of numbers: with one bound, or with both, each included (E) or not (T). */
export type Comparator =
  | "EQ"
  | "NE"
  | "GT"
  | "GE"
  | "LT"
  | "LE"
  | "GELE"
  | "GELT"
  | "GTLE"
  | "GTLT";

/** What any measurement may say about itself; names and meaning of the fields as on disk. */
export interface MeasurementContext {
  /** Characteristic of the product that is measured. */
  readonly characteristic_id?: string | undefined;
  /** Clause of the specification behind the limits. */
  readonly spec_ref?: string | undefined;
  /** Pin of the unit. */
  readonly dut_pin?: string | undefined;
  /** Connection of the fixture. */
  readonly fixture_connection?: string | undefined;
  /** Instrument that measured: its role, or what `instrument()` returned; gives name and address. */
  readonly instrument?: string | ConnectedInstrument | undefined;
  /** Channel of that instrument. */
  readonly instrument_channel?: string | undefined;
  /** When the value was taken. @default now */
  readonly measured_at?: Date | string | undefined;
  /** Further conditions beside those of the vector; columns `in_*`. */
  readonly inputs?: Readonly<Record<string, unknown>> | undefined;
  /** Observations; columns `out_*`. */
  readonly outputs?: Readonly<Record<string, unknown>> | undefined;
  /** Further facts; columns `custom_*`. */
  readonly custom?: Readonly<Record<string, unknown>> | undefined;
}

/** Limits and context of a number. */
export interface MeasureOptions extends MeasurementContext {
  /** Lower limit. */
  readonly low?: number | undefined;
  /** Upper limit. */
  readonly high?: number | undefined;
  /** Nominal value; alone it is the only value that passes. */
  readonly nominal?: number | undefined;
  /**
   * How the value is compared.
   * @default {GELE with both limits, GE or LE with one, EQ with a nominal value alone}
   */
  readonly comparator?: Comparator | undefined;
  /** Unit, such as `V`. */
  readonly units?: string | undefined;
}

/** Expectation and context of a text or a boolean. */
export interface MatchOptions<T extends string | boolean> extends MeasurementContext {
  /** Value that passes; without it the value is only recorded. */
  readonly nominal?: T | undefined;
  /** Whether the value has to be equal or different. @default {"EQ"} */
  readonly comparator?: "EQ" | "NE" | undefined;
}

/** Limits and context of an array of samples; every sample has to hold the limits. */
export interface MeasureSamplesOptions extends MeasureOptions {
  /** Channel that takes the samples. @default instrument role and name of the measurement */
  readonly channel_id?: string | undefined;
  /** Seconds between two samples. */
  readonly sampleInterval?: number | undefined;
  /**
   * Time of the first sample.
   * @default {where the block before it ended, if that is no more than one second ago, else now}
   */
  readonly start?: TimeInput | undefined;
}

/** What is said about a value read from an instrument. */
export interface ReadOptions {
  /** Role of the instrument. @default the channel id up to its first dot */
  readonly role?: string | undefined;
  /** Driver method that was called. @default {"read"} */
  readonly method?: string | undefined;
  /** Unit, such as `V`. */
  readonly units?: string | undefined;
  /** Seconds between two samples of an array. */
  readonly sampleInterval?: number | undefined;
  /**
   * Time of the first sample.
   * @default {where the block before it ended, if that is no more than one second ago, else now}
   */
  readonly start?: TimeInput | undefined;
  /** Address of the instrument. @default that of the connected instrument in the role */
  readonly resource?: string | undefined;
}

/** What is said about a value set on an instrument. */
export interface SetOptions extends Omit<ReadOptions, "method"> {
  /** Driver attribute that was set. @default the channel id behind its first dot */
  readonly attribute?: string | undefined;
}
