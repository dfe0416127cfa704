/**
 * References to channel data, as events carry them.
 *
 *     channel://scope.ch1?session=aaaaaaaa-1111-4222-8333-444444444444
 *
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import { type NumericArray, toFloat64 } from "./_arguments.ts";
import { findExtremes } from "./_extremes.ts";

const SCHEME = "channel://";

/** What a channel URI refers to. */
export interface ChannelReference {
  /** The channel. */
  readonly channelId: string;
  /** The session; undefined where the URI names none. */
  readonly sessionId: string | undefined;
}

/** The object that stands in an event for an array or structure that lies in a channel. */
export interface ClaimCheck {
  /** The `channel://` URI. */
  readonly _ref: string;
  /** The channel. */
  readonly channel_id: string;
  /** Samples, or one value per key. */
  readonly type: "array" | "struct";
  /** Samples of an array. */
  readonly length?: number;
  /** Seconds between the samples of an array. */
  readonly sample_interval?: number;
  /** Lowest sample of an array, where it is finite. */
  readonly min?: number;
  /** Highest sample of an array, where it is finite. */
  readonly max?: number;
}

/** Writes the URI of a channel of a session. */
export function formatChannelUri(channelId: string, sessionId: string): string {
  return `${SCHEME}${quote(channelId)}?session=${quote(sessionId)}`;
}

/** Percent-encodes all but letters, digits and `_.-~`, as the Python package does. */
function quote(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Tells whether an event value refers to a channel: a claim check or the bare URI. */
export function isChannelReference(value: unknown): value is string | { readonly _ref: string } {
  return uriOf(value)?.startsWith(SCHEME) === true;
}

function uriOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return undefined;
  const uri: unknown = Reflect.get(value, "_ref");
  return typeof uri === "string" ? uri : undefined;
}

/**
 * Reads a channel reference.
 *
 * @param reference a `channel://` URI, or a claim check that holds one in `_ref`
 * @throws {InvalidDataError} where it is neither
 */
export function parseChannelReference(
  reference: string | { readonly _ref: string },
): ChannelReference {
  const uri = uriOf(reference);
  if (uri === undefined || !uri.startsWith(SCHEME)) {
    throw wrongUri(uri ?? reference);
  }
  const rest = uri.slice(SCHEME.length);
  const at = rest.indexOf("?");
  const channelId = unquote(at < 0 ? rest : rest.slice(0, at), uri);
  if (channelId === "") throw wrongUri(uri);
  const session = at < 0 ? null : new URLSearchParams(rest.slice(at + 1)).get("session");
  return { channelId, sessionId: session === null || session === "" ? undefined : session };
}

function unquote(text: string, uri: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) throw wrongUri(uri);
    throw error;
  }
}

function wrongUri(uri: unknown): InvalidDataError {
  const text = JSON.stringify(uri) ?? String(uri);
  return new InvalidDataError(
    `Cannot resolve ${text.slice(0, 200)}: wanted channel://CHANNEL?session=SESSION`,
  );
}

/**
 * Builds the claim check of an array or structure that was written to a channel.
 *
 * @param uri what the write returned
 * @param value the array or structure that was written
 * @param options seconds between the samples, where known
 */
export function claimCheckOf(
  uri: string,
  value: NumericArray | readonly number[] | Readonly<Record<string, unknown>>,
  options: { readonly sampleInterval?: number } = {},
): ClaimCheck {
  const { channelId: channel_id } = parseChannelReference(uri);
  const samples = Array.isArray(value) || ArrayBuffer.isView(value)
    ? toFloat64(value instanceof Array ? Float64Array.from(value) : value as NumericArray, "value")
    : undefined;
  if (samples === undefined) return { _ref: uri, channel_id, type: "struct" };
  const { sampleInterval } = options;
  return {
    _ref: uri,
    channel_id,
    type: "array",
    length: samples.length,
    ...(sampleInterval === undefined ? {} : { sample_interval: sampleInterval }),
    ...extremesOf(samples),
  };
}

function extremesOf(samples: Float64Array): { min?: number; max?: number } {
  const found = { low: -1, high: -1 };
  findExtremes(samples, 0, samples.length, found);
  const min = samples[found.low], max = samples[found.high];
  // JSON has no infinities.
  return {
    ...(min !== undefined && Number.isFinite(min) ? { min } : {}),
    ...(max !== undefined && Number.isFinite(max) ? { max } : {}),
  };
}
