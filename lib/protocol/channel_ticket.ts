/**
 * The ticket form of a channel query:
 * `channel_id?session_id=..&start=..&end=..&last_n=..&max_points=..&method=..`, URL-encoded.
 * @module
 */
import { formatMicros, parseMicros } from "../base/time.ts";

/** How a channel is to be decimated. */
export type DecimationMethod = "display" | "lttb" | "minmax" | "minmaxlttb";

/**
 * What becomes of samples without a number: `break` gives every gap a NaN sample of its own, so that a
 * line breaks there; `omit` takes them out, so that a line runs across; `keep` leaves them to the method,
 * which shows a gap that fills a bucket.
 */
export type GapPolicy = "break" | "omit" | "keep";

/** How channels share a time axis. */
export type Alignment = "asof" | "linear";

/** What of a channel is wanted. */
export interface ChannelQuery {
  readonly sessionId?: string;
  /** Microseconds since the epoch, inclusive. */
  readonly startMicros?: number;
  /** Microseconds since the epoch, inclusive. */
  readonly endMicros?: number;
  /** Only the last samples. */
  readonly lastN?: number;
  /** At most this many points; all where absent. */
  readonly maxPoints?: number;
  /** Columns of an image instead of points: first, lowest, highest and last sample of each. */
  readonly widthPixels?: number;
  readonly method?: DecimationMethod;
  /**
   * Keeps each waveform as a capture of its own: `offset_seconds` starts anew with each, `maxPoints` or
   * `widthPixels` hold for each, and a column `capture` numbers them.
   * @default false
   */
  readonly captures?: boolean;
  /** What becomes of NaN and null. @default "break" */
  readonly gaps?: GapPolicy;
}

const METHODS: readonly DecimationMethod[] = ["display", "lttb", "minmax", "minmaxlttb"];
const ALIGNMENTS: readonly Alignment[] = ["asof", "linear"];
const POLICIES: readonly GapPolicy[] = ["break", "omit", "keep"];
const PARAMETERS: ReadonlySet<string> = new Set([
  "session_id",
  "start",
  "end",
  "last_n",
  "max_points",
  "width_pixels",
  "method",
  "captures",
  "gaps",
  "with",
  "align",
]);

/** What of several channels is wanted. */
export interface ChannelTicket extends ChannelQuery {
  /** Further channels, read by the same query. */
  readonly with?: readonly string[];
  /** Puts the channels side by side. */
  readonly align?: Alignment;
}

/** Writes a channel ticket. */
export function formatChannelTicket(channelId: string, query: ChannelTicket): string {
  const parameters = new URLSearchParams();
  const set = (name: string, value: unknown): void => {
    if (value !== undefined) parameters.set(name, String(value));
  };
  const { startMicros, endMicros } = query;
  set("session_id", query.sessionId);
  set("start", startMicros === undefined ? undefined : formatMicros(startMicros));
  set("end", endMicros === undefined ? undefined : formatMicros(endMicros));
  set("last_n", query.lastN);
  set("max_points", query.maxPoints);
  set("width_pixels", query.widthPixels);
  set("method", query.method);
  set("captures", query.captures);
  set("gaps", query.gaps);
  for (const id of query.with ?? []) parameters.append("with", id);
  set("align", query.align);
  const text = parameters.toString();
  return encodeURIComponent(channelId) + (text === "" ? "" : `?${text}`);
}

/** The channel id that a ticket would name, whether or not there is such a channel. */
export function channelIdOfTicket(ticket: string): string {
  const end = ticket.indexOf("?");
  const text = end < 0 ? ticket : ticket.slice(0, end);
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone percent sign is just a character of the id
  }
}

/**
 * Reads the parameters of a channel ticket; empty ones count as left out.
 *
 * @throws {RangeError} or {SyntaxError} for a parameter that is unknown or cannot be understood
 */
export function parseChannelTicket(ticket: string): ChannelTicket {
  const at = ticket.indexOf("?");
  const parameters = new URLSearchParams(at < 0 ? "" : ticket.slice(at + 1));
  for (const name of parameters.keys()) {
    if (PARAMETERS.has(name)) continue;
    throw new RangeError(
      `Unknown parameter "${name}" in channel ticket: wanted ${[...PARAMETERS].join(", ")}`,
    );
  }
  const query: { -readonly [K in keyof ChannelTicket]: ChannelTicket[K] } = {};
  const read = (name: string, take: (text: string) => void): void => {
    const text = parameters.get(name);
    if (text !== null && text !== "") take(text);
  };
  read("session_id", (text) => query.sessionId = text);
  read("start", (text) => query.startMicros = timeOf(text));
  read("end", (text) => query.endMicros = timeOf(text));
  read("last_n", (text) => query.lastN = wholeNumber("last_n", text, 1));
  read("max_points", (text) => query.maxPoints = wholeNumber("max_points", text, 2));
  read("width_pixels", (text) => query.widthPixels = wholeNumber("width_pixels", text, 1));
  read("method", (text) => query.method = decimationMethod(text));
  read("captures", (text) => query.captures = flag("captures", text));
  read("gaps", (text) => query.gaps = gapPolicy(text));
  read("with", () => query.with = parameters.getAll("with"));
  read("align", (text) => query.align = alignment(text));
  return query;
}

/**
 * Reads the name of a decimation method.
 *
 * @throws {RangeError} naming those that there are
 */
export function decimationMethod(text: string): DecimationMethod {
  const method = METHODS.find((name) => name === text);
  if (method !== undefined) return method;
  throw new RangeError(`Unknown method "${text}": wanted ${METHODS.join(", ")}`);
}

/**
 * Reads the name of a gap policy.
 *
 * @throws {RangeError} naming those that there are
 */
export function gapPolicy(text: string): GapPolicy {
  const policy = POLICIES.find((name) => name === text);
  if (policy !== undefined) return policy;
  throw new RangeError(`Unknown gap policy "${text}": wanted ${POLICIES.join(", ")}`);
}

function alignment(text: string): Alignment {
  const found = ALIGNMENTS.find((name) => name === text);
  if (found !== undefined) return found;
  throw new RangeError(`Unknown alignment "${text}": wanted ${ALIGNMENTS.join(", ")}`);
}

/** A plus sign that a client did not encode has become a space by now. */
function timeOf(text: string): number {
  return parseMicros(text.replace(/ (?=\d\d:\d\d$)/, "+"));
}

function flag(name: string, text: string): boolean {
  if (text === "true" || text === "1") return true;
  if (text === "false" || text === "0") return false;
  throw new RangeError(`${name} must be true or false, got "${text}"`);
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} must be a whole number from ${least} on, got "${text}"`);
  }
  return value;
}
