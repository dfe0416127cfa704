/**
 * Arrays and structures: data to a channel, a claim check to the event.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import type {
  ChannelWriteOptions,
  NumericArray,
  StructInput,
  TimeInput,
} from "../channels/channel_types.ts";
import type { RecorderTarget } from "./recorder_target.ts";

/** Samples of one capture. */
export type SampleArray = readonly number[] | NumericArray;

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

/** Whether a value has no place in an event: an array or a structure that is no claim check. */
export function needsChannel(value: unknown): value is object {
  if (typeof value !== "object" || value === null || value instanceof Date) return false;
  const reference = (value as { readonly _ref?: unknown })._ref;
  return typeof reference !== "string" || !reference.startsWith("channel://");
}

/** What a channel is told about a value. */
export interface ClaimOptions {
  readonly source: string;
  readonly role: string | undefined;
  readonly resource: string | undefined;
  readonly units: string | undefined;
  readonly sampleInterval: number | undefined;
  readonly start: TimeInput | undefined;
}

/**
 * Writes an array or a structure to a channel.
 *
 * @returns The claim check, once the data is written
 * @throws {InvalidDataError} where the target has no channels, or the channel refuses the value
 */
export async function claimCheck(
  target: RecorderTarget,
  channelId: string,
  value: object,
  options: ClaimOptions,
): Promise<ClaimCheck> {
  if (target.writeChannel === undefined) {
    throw new InvalidDataError(
      `Channel ${channelId}: this session records events only, open it with channels to write arrays`,
      { path: "value" },
    );
  }
  const uri = await target.writeChannel(channelId, value as StructInput, writeOptions(options));
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) {
    return { _ref: uri, channel_id: channelId, type: "struct" };
  }
  return {
    _ref: uri,
    channel_id: channelId,
    type: "array",
    length: (value as unknown as ArrayLike<unknown>).length,
    ...(options.sampleInterval === undefined ? {} : { sample_interval: options.sampleInterval }),
    ...(isSamples(value) ? extremes(value) : {}),
  };
}

function writeOptions(options: ClaimOptions): ChannelWriteOptions {
  const { source, role, resource, units, sampleInterval, start } = options;
  return {
    source,
    ...(role === undefined ? {} : { instrumentRole: role }),
    ...(resource === undefined ? {} : { resource }),
    ...(units === undefined ? {} : { units }),
    ...(sampleInterval === undefined ? {} : { sampleInterval }),
    ...(start === undefined ? {} : { start }),
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
