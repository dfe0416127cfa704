/**
 * The ticket form of a channel query:
 * `channel_id?session_id=..&start=..&end=..&last_n=..&max_points=..&method=..`, URL-encoded.
 * @module
 */
import { formatMicros, parseMicros } from "../base/time.ts";

/** How a channel is to be decimated. */
export type DecimationMethod = "display" | "lttb" | "minmax" | "minmaxlttb";

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
  readonly method?: DecimationMethod;
}

/** Writes a channel ticket. */
export function formatChannelTicket(channelId: string, query: ChannelQuery): string {
  const parameters = new URLSearchParams();
  if (query.sessionId !== undefined) parameters.set("session_id", query.sessionId);
  if (query.startMicros !== undefined) parameters.set("start", formatMicros(query.startMicros));
  if (query.endMicros !== undefined) parameters.set("end", formatMicros(query.endMicros));
  if (query.lastN !== undefined) parameters.set("last_n", String(query.lastN));
  if (query.maxPoints !== undefined) parameters.set("max_points", String(query.maxPoints));
  if (query.method !== undefined) parameters.set("method", query.method);
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
 * Reads the parameters of a channel ticket.
 *
 * @throws {RangeError} or {SyntaxError} for a parameter that cannot be understood
 */
export function parseChannelTicket(ticket: string): ChannelQuery {
  const at = ticket.indexOf("?");
  const parameters = new URLSearchParams(at < 0 ? "" : ticket.slice(at + 1));
  const query: { -readonly [K in keyof ChannelQuery]: ChannelQuery[K] } = {};
  const session = parameters.get("session_id");
  if (session !== null && session !== "") query.sessionId = session;
  const start = parameters.get("start");
  if (start !== null && start !== "") query.startMicros = parseMicros(start);
  const end = parameters.get("end");
  if (end !== null && end !== "") query.endMicros = parseMicros(end);
  const lastN = parameters.get("last_n");
  if (lastN !== null && lastN !== "") query.lastN = wholeNumber("last_n", lastN, 1);
  const points = parameters.get("max_points");
  if (points !== null && points !== "") query.maxPoints = wholeNumber("max_points", points, 2);
  const method = parameters.get("method");
  if (method !== null && method !== "") query.method = decimationMethod(method);
  return query;
}

/** Reads the name of a decimation method. */
export function decimationMethod(text: string): DecimationMethod {
  if (text === "display" || text === "lttb" || text === "minmax" || text === "minmaxlttb") {
    return text;
  }
  throw new RangeError(
    `Unknown method "${text}": wanted display, lttb, minmax or minmaxlttb`,
  );
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} must be a whole number from ${least} on, got "${text}"`);
  }
  return value;
}
