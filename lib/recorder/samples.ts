/**
 * Arrays and structures: data to a channel, a claim check to the event.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import type { ChannelWriteOptions, RecorderTarget } from "./recorder_target.ts";

/** Samples of one capture. */
export type SampleArray =
  | readonly number[]
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** What stands in an event for data in a channel. */
export interface ClaimCheck {
  /** The `channel://...` URI. */
  readonly _ref: string;
  /** The channel. */
  readonly channel_id: string;
  /** Kind of the data. */
  readonly type: "array" | "struct";
  /** Samples of an array. */
  readonly length?: number;
  /** Seconds between two samples. */
  readonly sample_interval?: number;
  /** Least sample. */
  readonly min?: number;
  /** Greatest sample. */
  readonly max?: number;
}

/** Whether a value is an array of numbers, plain or typed. */
export function isSamples(value: unknown): value is SampleArray {
  if (Array.isArray(value)) return value.every((item) => typeof item === "number");
  return ArrayBuffer.isView(value) && !(value instanceof DataView) &&
    !(value instanceof BigInt64Array) && !(value instanceof BigUint64Array);
}

/** Whether a value has no place in an event: an array or a structure. */
export function needsChannel(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Date) &&
    typeof (value as { _ref?: unknown })._ref !== "string";
}

/**
 * Writes an array or a structure to a channel.
 *
 * @param options Unit, timing and origin
 * @returns The claim check, once the data is written
 * @throws {InvalidDataError} where the target has no channels
 */
export async function claimCheck(
  target: RecorderTarget,
  channelId: string,
  value: object,
  options: ChannelWriteOptions,
): Promise<ClaimCheck> {
  if (target.writeChannel === undefined) {
    throw new InvalidDataError(
      `Channel ${channelId}: this session records events only, open it with channels to write arrays`,
      { path: "value" },
    );
  }
  if ((Array.isArray(value) || ArrayBuffer.isView(value)) && !isSamples(value)) {
    throw new InvalidDataError(
      `Channel ${channelId}: wanted an array of numbers or a typed array of at most 32-bit integers`,
      { path: "value" },
    );
  }
  const uri = await target.writeChannel(channelId, value, options);
  if (!isSamples(value)) return { _ref: uri, channel_id: channelId, type: "struct" };
  const { sampleInterval } = options;
  return {
    _ref: uri,
    channel_id: channelId,
    type: "array",
    length: value.length,
    ...(sampleInterval === undefined ? {} : { sample_interval: sampleInterval }),
    ...extremes(value),
  };
}

function extremes(samples: SampleArray): { min?: number; max?: number } {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] as number;
    if (sample < min) min = sample;
    if (sample > max) max = sample;
  }
  return min <= max ? { min, max } : {};
}

/** Channel ids are names of files: no separators, no way out of the folder. */
export function channelIdOf(role: string | undefined, name: string): string {
  const id = role === undefined ? name : `${role}.${name}`;
  return id.replaceAll(/[/\\]/g, "_").replaceAll("..", "_");
}
