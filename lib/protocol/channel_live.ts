/**
 * Channels as they are written: what writers push to the daemon and subscribers are told by it. Both sides
 * import the words from here.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";

/** What a writer says of a batch that is not in a file yet. */
export interface BatchPush {
  readonly channel_id: string;
  readonly session_id: string;
  readonly data_type: string;
  /** Key of the writer: one for each channel, session and store. */
  readonly writer: string;
  /** Counts the batches of the writer from 1; left out with the schema that comes before them. */
  readonly sequence?: number;
  /** Start and samples before it of the capture that the first waveform goes on with. */
  readonly capture?: readonly [startMicros: number, samples: number];
}

/** What a writer says of a segment that is in its place. */
export interface SegmentPush {
  /** File name below the data directory. */
  readonly file: string;
  readonly size_bytes: number;
  /** Metadata of its schema. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the daemon answers to pushes: the channels that somebody watches. */
export interface WatchNote {
  readonly watched: readonly string[];
}

/**
 * How far a subscriber has got with a writer: the last batch, the time of its last sample in microseconds,
 * and how many of its samples have that time.
 */
export type LivePosition = readonly [sequence: number, lastMicros: number, atLast: number];

/** Where a subscription goes on after it was cut off. */
export interface LivePositions {
  /** Samples of writers that are not named are new if they are later than this, microseconds. */
  readonly since: number;
  readonly writers: Readonly<Record<string, LivePosition>>;
}

/** What a subscriber asks for. */
export interface LiveRequest {
  readonly session_id?: string;
  /** Seconds of history that come first; `"all"` for all of it. */
  readonly window?: number | "all";
  /** Goes on where an earlier subscription ended; then `window` counts for nothing. */
  readonly from?: LivePositions;
  /** Only the newest sample of each update. */
  readonly latest?: boolean;
  /** At most this many updates per second. */
  readonly max_rate?: number;
}

/** What comes with each update. */
export interface LiveNote {
  /** How far the writers have got whose samples are in the update. */
  readonly positions?: Readonly<Record<string, LivePosition>>;
  /** Samples that were lost since the update before, because the subscriber was slow. */
  readonly missed?: number;
  /** History ends here; what follows is live. */
  readonly live?: true;
  /** Time of the seam, microseconds: `since` of a later request. */
  readonly since?: number;
}

const KEYS: ReadonlySet<string> = new Set(["session_id", "window", "from", "latest", "max_rate"]);

/**
 * Reads the request of a subscriber.
 *
 * @throws {InvalidDataError} naming the key that cannot be understood
 */
export function parseLiveRequest(text: string): LiveRequest {
  const value: unknown = text === "" ? {} : parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong("", "an object");
  }
  const request = value as Record<string, unknown>;
  for (const key of Object.keys(request)) {
    if (!KEYS.has(key)) throw wrong(key, `one of ${[...KEYS].join(", ")}`);
  }
  const { session_id, window, from, latest, max_rate } = request;
  if (session_id !== undefined && typeof session_id !== "string") throw wrong("session_id", "text");
  if (latest !== undefined && typeof latest !== "boolean") throw wrong("latest", "true or false");
  if (max_rate !== undefined && !(isNumber(max_rate) && max_rate > 0)) {
    throw wrong("max_rate", "updates per second, more than 0");
  }
  if (window !== undefined && window !== "all" && !(isNumber(window) && window >= 0)) {
    throw wrong("window", 'seconds or "all"');
  }
  return {
    ...(session_id === undefined ? {} : { session_id: session_id.toLowerCase() }),
    ...(window === undefined ? {} : { window }),
    ...(from === undefined ? {} : { from: positionsOf(from) }),
    ...(latest === undefined ? {} : { latest }),
    ...(max_rate === undefined ? {} : { max_rate }),
  };
}

function positionsOf(value: unknown): LivePositions {
  const { since, writers } = (value ?? {}) as { since?: unknown; writers?: unknown };
  const complete = isNumber(since) && typeof writers === "object" && writers !== null &&
    Object.values(writers).every((position) =>
      Array.isArray(position) && position.length === 3 && position.every(isNumber)
    );
  if (!complete) throw wrong("from", '{"since": MICROSECONDS, "writers": {KEY: [N, N, N]}}');
  return { since, writers: writers as LivePositions["writers"] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidDataError("Subscription request is not JSON", { cause: error });
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function wrong(key: string, wanted: string): InvalidDataError {
  const what = key === "" ? "Subscription request" : `Subscription request: ${key}`;
  return new InvalidDataError(`${what} cannot be understood, wanted ${wanted}`, { path: key });
}
