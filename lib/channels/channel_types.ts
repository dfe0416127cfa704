/**
 * What is written to and read from channels.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import { parseMicros } from "../base/time.ts";
import type { NumericArray } from "./_arguments.ts";

export type { NumericArray } from "./_arguments.ts";

/** How the samples of a channel are stored, as the registry names it. */
export type ChannelDataType = "scalar" | "scalar_bool" | "scalar_str" | "waveform" | "struct";

/** A time: microseconds since the epoch, RFC 3339 text, or a Date. */
export type TimeInput = number | string | Date;

/** One sample of a scalar channel; a bigint must be a safe integer. */
export type ScalarInput = number | bigint | boolean | string;

/** One sample of a structure channel: a number, boolean, text or null for each key. */
export type StructInput = Readonly<Record<string, unknown>>;

/** A block of samples. */
export type BlockInput =
  | NumericArray
  | BigInt64Array
  | BigUint64Array
  | readonly ScalarInput[];

/** Whatever a channel takes. */
export type ChannelInput = ScalarInput | StructInput | BlockInput;

/** What is known of a channel beyond its samples. */
export interface ChannelDescription {
  /** Unit of the values, such as `V`. */
  readonly units?: string;
  /** Name that the test gives to the instrument, such as `dmm`. */
  readonly instrumentRole?: string;
  /** Address of the instrument, such as a VISA resource string. */
  readonly resource?: string;
  /** Anything else worth keeping, such as calibration; kept as JSON in file and registry. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** How a value or block is written. */
export interface ChannelWriteOptions extends ChannelDescription {
  /** Seconds between the samples of a block; 0 where unknown. @default 0 */
  readonly sampleInterval?: number;
  /**
   * Time of the value or of the first sample of a block. A block without it goes on where the block before
   * it ended, if that is no more than one second from now or still ahead of it. @default now
   */
  readonly start?: TimeInput;
  /** Time of each sample of a block, microseconds since the epoch: the block is stored as scalars. */
  readonly timestamps?: Float64Array | readonly number[];
  /** What took the sample, such as the method of a driver. @default "write" */
  readonly source?: string;
  /**
   * Takes the memory of a Float64Array over instead of copying it: the array is detached and has no samples
   * afterwards. Arrays of other types, or that are part of a larger buffer, are copied all the same.
   * @default false
   */
  readonly transfer?: boolean;
  /** The session to write to. @default that of the store */
  readonly sessionId?: string;
}

/** Reads a time as whole microseconds since the epoch. */
export function microsOfTime(time: TimeInput, name: string): number {
  if (typeof time === "string") return parseMicros(time);
  const micros = Math.round(typeof time === "number" ? time : time.getTime() * 1000);
  if (Number.isSafeInteger(micros)) return micros;
  throw new RangeError(
    `Cannot use ${name} ${
      String(time)
    }: wanted microseconds since the epoch, RFC 3339 text or a Date`,
  );
}

/**
 * Refuses what is no channel id: ids become part of file names and URIs.
 *
 * @throws {InvalidDataError} for an empty id and for one with `/`, `\`, `..` or a control character
 */
export function checkChannelId(channelId: string): void {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  const wrong = /[/\\]|\.\.|[\u0000-\u001f\u007f]/u.exec(channelId);
  if (channelId !== "" && wrong === null) return;
  throw new InvalidDataError(
    `Channel id ${JSON.stringify(channelId)} cannot be used: ` +
      (channelId === "" ? "it is empty" : `it holds ${JSON.stringify(wrong?.[0])}`) +
      ", wanted a name such as dmm.voltage",
    { path: "channel_id" },
  );
}

const SESSION_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A session id in lower case.
 *
 * @throws {InvalidDataError} where it is no UUID
 */
export function checkSessionId(sessionId: string): string {
  const lower = sessionId.toLowerCase();
  if (SESSION_ID.test(lower)) return lower;
  throw new InvalidDataError(`Session id must be a UUID, got "${sessionId}"`, {
    path: "session_id",
  });
}
