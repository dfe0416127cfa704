/**
 * All events of a data directory: write to any session, query, follow.
 * @module
 */
import type { QueryResult } from "../arrow/query_result.ts";
import { InvalidDataError } from "../base/errors.ts";
import { dataLayout } from "../base/data_layout.ts";
import { newId } from "../base/ids.ts";
import { ChannelClaims } from "../channels/channel_claims.ts";
import type { BlockInput, ChannelWriteOptions, StructInput } from "../channels/channel_types.ts";
import { resolveDataDirectory } from "../config/data_directory.ts";
import { DaemonConnection } from "../protocol/daemon_connection.ts";
import { requireDaemon } from "../protocol/permissions.ts";
import { type EventFilter, filterCondition } from "../protocol/event_filter.ts";
import { sqlCall, type SqlParameters } from "../protocol/sql_call.ts";
import type { UnknownEvent } from "./base_event.ts";
import type { EventInput, UnknownEventInput } from "./event_inputs.ts";
import { parseEvent } from "./event_json.ts";
import { EventPush } from "./event_push.ts";
import { EventSubscription, type SubscribeOptions } from "./event_subscription.ts";
import type { LitmusEvent } from "./event_types.ts";
import { type EventLogOptions, type EventLogStatus, FileEventLog } from "./file_event_log.ts";
import { findReference } from "./reference_data.ts";
import { needsClaimCheck } from "./validate_event.ts";

/** A session as the events tell it. */
export interface SessionInfo {
  /** UUID of the session. */
  readonly session_id: string;
  /** What it was for. */
  readonly session_type: string | null;
  /** When it started, RFC 3339. */
  readonly started_at: string;
  /** When it ended; null while it goes on, or if its writer died. */
  readonly ended_at: string | null;
  /** How it ended. */
  readonly outcome: string | null;
  /** The station. */
  readonly station_id: string | null;
  /** Who operated it. */
  readonly operator_id: string | null;
  /** The program that recorded it. */
  readonly client: string | null;
  /** Number of runs that it started. */
  readonly run_count: number;
}

/** Options of a statement. */
export interface SqlOptions {
  /** Cancels the query in the engine. */
  readonly signal?: AbortSignal;
}

/** Ready parts of a store. */
export interface EventStoreParts {
  readonly dataDir: string;
  readonly sessionId: string;
  readonly connection: DaemonConnection;
  /** Takes arrays and structures; without it they are refused. */
  readonly claims?: ChannelClaims | undefined;
  readonly lingerMillis?: number | undefined;
}

/**
 * Events of a data directory: emit, query, follow. One file per session and process; the daemon, started
 * where none runs, answers queries.
 */
export class EventStore implements AsyncDisposable {
  /** Session of events that name none. */
  readonly sessionId: string;
  /** Absolute path of the data directory. */
  readonly dataDir: string;
  readonly #connection: DaemonConnection;
  readonly #claims: ChannelClaims | undefined;
  readonly #lingerMillis: number | undefined;
  readonly #logs = new Map<string, { log: FileEventLog; push: EventPush }>();
  /** Events behind a claim check keep their place: everything emitted later waits for it. */
  #ordered: Promise<void> | undefined;

  /** Takes ready parts and does no I/O; use {@linkcode open}. */
  constructor(parts: EventStoreParts) {
    this.dataDir = parts.dataDir;
    this.sessionId = parts.sessionId.toLowerCase();
    this.#connection = parts.connection;
    this.#claims = parts.claims;
    this.#lingerMillis = parts.lingerMillis;
  }

  /**
   * Opens a store. The daemon is joined or started by the first flush or query.
   *
   * @throws {PermissionError} naming the flag that Deno was not given
   */
  static async open(options: EventLogOptions = {}): Promise<EventStore> {
    const dataDir = await resolveDataDirectory(options.dataDir);
    await requireDaemon(dataDir);
    return new EventStore({
      dataDir,
      sessionId: options.sessionId ?? newId(),
      connection: new DaemonConnection(dataDir),
      claims: new ChannelClaims(dataDir),
      lingerMillis: options.lingerMillis,
    });
  }

  /**
   * Queues an event in memory, for the log of its session. An array or structure as value of
   * `instrument.read` or `instrument.set` goes to its channel first, and the event carries a claim check.
   *
   * @param event fields as on disk; id, times, session and all fields with a default may be left out
   * @returns nothing, or a promise to wait for before the next event: under back-pressure, and behind a
   * claim check
   * @throws {InvalidDataError} naming the field that breaks the rules of its type; nothing is queued
   */
  emit(event: EventInput): void | Promise<void>;
  /** Queues an event of a type that this version does not know; it is kept as it is. */
  emit<T extends string>(event: UnknownEventInput<T>): void | Promise<void>;
  emit(event: EventInput | UnknownEventInput): void | Promise<void> {
    if (typeof event !== "object" || event === null) {
      throw new InvalidDataError(`Event: wanted an object with event_type, got ${event}`);
    }
    if (this.#ordered === undefined && !needsClaimCheck(event)) return this.#emitNow(event);
    const previous = this.#ordered ?? Promise.resolve();
    const current = previous.then(() => this.#emitClaimed(event));
    const settled = current.catch(() => {}).then(() => {
      if (this.#ordered === settled) this.#ordered = undefined;
    });
    this.#ordered = settled;
    return current;
  }

  #emitNow(event: EventInput | UnknownEventInput): void | Promise<void> {
    const { session_id } = event;
    const id = typeof session_id === "string" ? session_id : this.sessionId;
    return this.#logOf(id).emit(event as EventInput);
  }

  async #emitClaimed(event: EventInput | UnknownEventInput): Promise<void> {
    if (!needsClaimCheck(event)) return await this.#emitNow(event);
    const fields = event as Readonly<Record<string, unknown>>;
    if (this.#claims === undefined) {
      throw new InvalidDataError("This store has no channels to put an array or structure into", {
        path: "value",
      });
    }
    if (typeof fields.channel_id !== "string") {
      throw new InvalidDataError(
        "Event field channel_id: wanted the channel that the value goes to",
        {
          path: "channel_id",
        },
      );
    }
    const sessionId = typeof fields.session_id === "string" ? fields.session_id : this.sessionId;
    const value = await this.#claims.claim(sessionId, fields.channel_id, fields.value, fields);
    await this.#emitNow({ ...event, value } as EventInput);
  }

  #logOf(sessionId: string): FileEventLog {
    // Nearly always in lower case already.
    const id = this.#logs.has(sessionId) ? sessionId : sessionId.toLowerCase();
    const known = this.#logs.get(id);
    if (known !== undefined) return known.log;
    const push = new EventPush(this.#connection, id);
    const log = new FileEventLog({
      dataDir: this.dataDir,
      sessionId: id,
      sink: push,
      lingerMillis: this.#lingerMillis,
    });
    this.#logs.set(id, { log, push });
    return log;
  }

  /**
   * Hands everything emitted so far to the operating system: it survives the death of this process.
   *
   * @throws {StorageError} naming file, cause and remedy; the events are kept and written by a later flush
   */
  async flush(): Promise<void> {
    await this.#ordered;
    await Promise.all([...this.#logs.values()].map(({ log }) => log.flush()));
  }

  /**
   * Flushes, then waits for the device: it survives a power cut where the disk keeps its word.
   *
   * @throws {StorageError} naming file, cause and remedy
   */
  async sync(): Promise<void> {
    await this.#ordered;
    await Promise.all([...this.#logs.values()].map(({ log }) => log.sync()));
  }

  /** How far the log of a session is; by default the store's own. */
  status(sessionId: string = this.sessionId): EventLogStatus {
    return this.#logOf(sessionId).status();
  }

  /**
   * Saves large data beside the log of a session, whole or not at all.
   *
   * @param key a name for people; any characters
   * @param data bytes, a typed array, or the path of a file to copy
   * @returns a `file://_ref/...` reference to put into events
   */
  async saveRef(key: string, data: Uint8Array | ArrayBufferView | string): Promise<string> {
    return await this.#logOf(this.sessionId).saveRef(key, data);
  }

  /**
   * Finds what {@linkcode saveRef} saved. It is for reading: nothing of it is ever run.
   *
   * @param reference the `file://_ref/...` text of an event
   * @param sessionId session of that event; by default the store's own
   * @returns absolute path of the file
   * @throws {InvalidDataError} for text that is no reference or would leave the data directory
   * @throws {NotFoundError} where the file is gone
   */
  resolveRef(reference: string, sessionId: string = this.sessionId): string {
    return findReference(dataLayout(this.dataDir), sessionId.toLowerCase(), reference);
  }

  /**
   * Writes samples or a structure to a channel of the store's session, and flushes them.
   *
   * @returns the claim-check URI to put into events
   */
  async writeChannel(
    channelId: string,
    value: BlockInput | StructInput,
    options: ChannelWriteOptions = {},
  ): Promise<string> {
    if (this.#claims === undefined) throw new TypeError("This store was opened without channels");
    return await this.#claims.write(this.sessionId, channelId, value, options);
  }

  /** Events that pass a filter, those of one writer in its order; streams, holding little in memory. */
  async *events(
    filter: EventFilter = {},
    options: SqlOptions = {},
  ): AsyncGenerator<LitmusEvent | UnknownEvent> {
    const limit = filter.limit === undefined
      ? ""
      : ` LIMIT ${Math.max(0, Math.trunc(filter.limit))}`;
    const result = await this.sql(
      `SELECT json FROM events WHERE ${filterCondition(filter)}${limit}`,
      undefined,
      options,
    );
    for await (const [json] of result.rowArrays()) yield parseEvent(String(json));
  }

  /** Sessions, the latest first. */
  async sessions(): Promise<SessionInfo[]> {
    const result = await this.sql("SELECT * FROM sessions ORDER BY started_at DESC");
    return await Array.fromAsync(result.rows<SessionInfo>());
  }

  /**
   * Runs one reading SQL statement over all stores.
   *
   * @param text the statement; `events sessions runs steps measurements channels` are there
   * @param parameters values for `?`, `$1` or `$name`
   * @throws {SqlError} for a mistake in the statement, with its place
   */
  async sql(
    text: string,
    parameters?: SqlParameters,
    options: SqlOptions = {},
  ): Promise<QueryResult> {
    // What this process emitted before it asks is part of the answer.
    if (this.#logs.size > 0) await this.flush();
    return await this.#connection.call((client) => sqlCall(client, text, parameters, options));
  }

  /**
   * Follows events: the past where asked for, then what comes, in push.
   *
   * @example
   * ```ts ignore
   * for await (const event of store.subscribe({ eventType: "test.measurement" })) console.log(event);
   * ```
   */
  subscribe(filter: EventFilter = {}, options: SubscribeOptions = {}): EventSubscription {
    return new EventSubscription(this.#connection, filter, options);
  }

  /**
   * Flushes and closes all logs and lets go of the daemon. Logs whose file cannot be written keep their
   * events, and closing may be tried again.
   *
   * @throws {StorageError} naming file, cause and remedy
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ordered;
    await this.#claims?.close();
    const closed = await Promise.allSettled(
      [...this.#logs].map(async ([id, { log }]) => {
        await log.close();
        this.#logs.delete(id);
      }),
    );
    await this.#connection[Symbol.asyncDispose]();
    const failed = closed.find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** Same as leaving an `await using` block. */
  async close(): Promise<void> {
    await this[Symbol.asyncDispose]();
  }
}
