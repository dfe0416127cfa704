/**
 * Our words on Flight: actions, descriptors, ticket forms. Both sides import them from here.
 * @module
 */

/**
 * What client and daemon say to each other, the endpoint file included. A daemon of another number is not
 * queried. The fields of the endpoint file and the actions `identify` and `shutdown` stay as they are for
 * good: by them it is found and asked to leave.
 */
export const PROTOCOL_VERSION = 1;

/** Actions of the daemon. */
export const ACTIONS = {
  health: "health",
  identify: "identify",
  flush: "flush",
  cancel: "cancel",
  queries: "queries",
  shutdown: "shutdown",
  status: "status",
  rebuild: "rebuild",
  reindex: "reindex",
  doctor: "doctor",
} as const;

/** What each action does, for ListActions. */
export const ACTION_DESCRIPTIONS: Readonly<Record<string, string>> = {
  [ACTIONS.health]: "Answers {status} as soon as queries are answered",
  [ACTIONS.identify]: "Answers {nonce, data_dir, version, pid}",
  [ACTIONS.flush]: "Takes in what lies in the files, then answers",
  [ACTIONS.cancel]: "Cancels the running query named by {query_id}",
  [ACTIONS.queries]: "Answers {queries: [{query_id, sql, seconds}]}, those that wait included",
  [ACTIONS.shutdown]:
    'Stops the daemon after what it is doing; {when: "idle"}: once nobody holds it',
  [ACTIONS.status]: "Answers {pid, refs, uptime_seconds, rss_bytes, data_dir, version, ...}",
  [ACTIONS.rebuild]: "Writes run files anew from the events: {run_id?, check?, force?, progress?}",
  [ACTIONS.reindex]: "Reads all run files into the index anew",
  [ACTIONS.doctor]: "Lists what the index knows of damaged and double run files",
};

/** First element of the path descriptors for puts. */
export const PUT_PATHS = { events: "events", channels: "channels" } as const;

/** Databases that the older `db NUL text` form may name. */
export const FAMILY_DATABASES: ReadonlySet<string> = new Set(["events", "runs", "channels"]);

/** The descriptor path and ticket prefix of a live subscription over DoExchange. */
export const SUBSCRIBE_PATH = "subscribe";

/** What acknowledges a put by path. */
export interface PutAcknowledgement {
  /** Sequence of the last batch that was taken. */
  readonly sequence: number;
  readonly rows: number;
  /** What survives: `received` (in the client's file), `flushed` or `synced` (in a file of the daemon). */
  readonly level: "received" | "flushed" | "synced";
  /**
   * True while somebody subscribes live: a pusher should not let events linger then. A change is told at
   * once, by an acknowledgement of no rows that repeats the last sequence.
   */
  readonly eager?: true;
}

/**
 * Application metadata of a pushed batch: where it lies in the writer's file. In a message without a header
 * it announces the batch, which then is read from there.
 */
export interface PushMetadata {
  readonly session_id: string;
  readonly writer: string;
  readonly sequence: number;
  readonly rows: number;
  /** File name below the data directory. */
  readonly file: string;
  /** Offset behind the batch in that file, bytes. */
  readonly end: number;
}
