/**
 * The event log of one session in one process: memory, then file, then whoever wants the bytes.
 * @module
 */
import { type Clock, systemClock } from "../base/clock.ts";
import { dataLayout, dateFolder } from "../base/data_layout.ts";
import { InvalidDataError } from "../base/errors.ts";
import { diskLayer, type FileLayer } from "../base/file_layer.ts";
import { newId } from "../base/ids.ts";
import { EVENT_LIMITS } from "../base/limits.ts";
import { scriptName } from "../base/script_name.ts";
import { newWriterKey } from "../arrow/stamp.ts";
import { resolveDataDirectory } from "../config/data_directory.ts";
import { EventBatchBuilder } from "./event_batch_builder.ts";
import { EventFile, type PendingBatch, type WrittenBatch } from "./event_file.ts";
import type { EventDefaults, NormalizedEvent } from "./event_base.ts";
import type { EventInput, UnknownEventInput } from "./event_inputs.ts";
import { GroupCommit } from "./group_commit.ts";
import { saveReference } from "./reference_data.ts";
import { normalizeEvent } from "./validate_event.ts";
import { takeWriterLock, type WriterLock } from "./writer_lock.ts";

/** Where batches go once they are in the file; must never throw or wait. */
export interface BatchSink {
  /** Takes a batch that was handed to the operating system. */
  offer(batch: WrittenBatch, writer: string): void;
  /** True while somebody watches live and a batch should not linger. */
  readonly eager: boolean;
  /** How far the sink is. */
  readonly state: PushState;
  /** Delivers what was offered, as far as that is possible within a short time, and ends. */
  close(): Promise<void>;
}

/** How the push to the daemon stands. */
export interface PushState {
  /** `off` without a daemon, `connecting`, `live`, or `behind` while the daemon reads from the file. */
  readonly push: "off" | "connecting" | "live" | "behind";
  /** Sequence of the last batch that the daemon acknowledged. */
  readonly acknowledged: number;
  /** The last failure, if it was not mended since. */
  readonly pushError?: string;
}

/** What {@linkcode FileEventLog.status} tells. */
export interface EventLogStatus extends PushState {
  /** The session that is written. */
  readonly sessionId: string;
  /** Key of this writer, as in the stamps of its batches. */
  readonly writer: string;
  /** The file in use, or null before the first flush. */
  readonly file: string | null;
  /** Events accepted by `emit`. */
  readonly emitted: number;
  /** Events handed to the operating system: they survive the death of this process. */
  readonly flushed: number;
  /** Events on the device: they survive a power cut. */
  readonly synced: number;
  /** Batches written. */
  readonly batches: number;
  /** The last failure to write, if it was not mended since. */
  readonly writeError?: string;
}

/** Options of {@linkcode FileEventLog.open}. */
export interface EventLogOptions {
  /** The data directory. @default resolved as by the command line */
  readonly dataDir?: string;
  /** The session to write. @default a new one */
  readonly sessionId?: string;
  /** Longest time an event waits in memory, milliseconds. @default 50 */
  readonly lingerMillis?: number;
}

/** Ready parts of a log. */
export interface EventLogParts {
  readonly dataDir: string;
  readonly sessionId: string;
  readonly sink?: BatchSink | undefined;
  readonly clock?: Clock;
  readonly layer?: FileLayer;
  readonly lingerMillis?: number | undefined;
  readonly segmentBytes?: number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Types after which nothing lingers: whoever looks at a run wants its beginning and end at once. */
const BOUNDARIES: ReadonlySet<string> = new Set([
  "session.started",
  "session.ended",
  "run.started",
  "run.ended",
]);
const SYNCED: ReadonlySet<string> = new Set(["session.ended", "run.ended"]);

/**
 * Appends the events of one session to its Arrow IPC file. Three levels of safety, by name:
 * {@linkcode emit} queues in memory, {@linkcode flush} hands to the operating system (survives `kill -9`),
 * {@linkcode sync} waits for the device (survives a power cut where the disk keeps its word).
 */
export class FileEventLog implements AsyncDisposable {
  /** The session that this log writes. */
  readonly sessionId: string;
  /** Absolute path of the data directory. */
  readonly dataDir: string;
  readonly #writer = newWriterKey();
  readonly #clock: Clock;
  readonly #builder: EventBatchBuilder;
  readonly #file: EventFile;
  readonly #date: string;
  readonly #sink: BatchSink | undefined;
  readonly #commit: GroupCommit;
  readonly #defaults: EventDefaults;
  readonly #layer: FileLayer;
  #lock: WriterLock | undefined;
  #stuck: PendingBatch | undefined;
  #sequence = 0;
  #emitted = 0;
  #flushed = 0;
  #queuedBytes = 0;
  #rowsBySequence: { sequence: number; flushed: number }[] = [];
  #synced = 0;
  #batches = 0;
  #closed = false;

  /** Takes ready parts and does no I/O; use {@linkcode open}. */
  constructor(parts: EventLogParts) {
    const sessionId = parts.sessionId.toLowerCase();
    if (!UUID.test(sessionId)) {
      throw new InvalidDataError(`Session id must be a UUID, got "${parts.sessionId}"`, {
        path: "session_id",
      });
    }
    this.sessionId = sessionId;
    this.dataDir = parts.dataDir;
    this.#clock = parts.clock ?? systemClock;
    this.#layer = parts.layer ?? diskLayer;
    this.#sink = parts.sink;
    this.#builder = new EventBatchBuilder(sessionId);
    this.#date = dateFolder(this.#clock.nowMicros());
    this.#file = new EventFile({
      layout: dataLayout(parts.dataDir),
      layer: this.#layer,
      date: this.#date,
      sessionId,
      writer: this.#writer,
      ...(parts.segmentBytes === undefined ? {} : { segmentBytes: parts.segmentBytes }),
    });
    this.#defaults = {
      sessionId,
      client: scriptName(),
      nowMicros: () => this.#clock.nowMicros(),
      newId,
    };
    this.#commit = new GroupCommit({
      lingerMillis: parts.lingerMillis ?? EVENT_LIMITS.lingerMillis,
      syncMillis: EVENT_LIMITS.syncMillis,
      pending: () => this.#stuck !== undefined || this.#builder.rows > 0,
      write: () => this.#writeOnce(),
      sync: () => this.#syncOnce(),
    });
  }

  /**
   * Opens a log that writes files and talks to nobody.
   *
   * @returns a log; its file is made by the first flush
   */
  static open(options: EventLogOptions = {}): Promise<FileEventLog> {
    return Promise.resolve(
      new FileEventLog({
        dataDir: resolveDataDirectory(options.dataDir),
        sessionId: options.sessionId ?? crypto.randomUUID(),
        lingerMillis: options.lingerMillis,
      }),
    );
  }

  /**
   * Queues an event in memory. It is in the file after at most 50 ms, or as soon as {@linkcode flush}
   * resolves; until then the death of this process loses it.
   *
   * @param event fields as on disk; id, times, session and all fields with a default may be left out
   * @returns nothing, or under back-pressure a promise to wait for before the next event
   * @throws {InvalidDataError} naming the field that breaks the rules of its type; nothing is queued
   */
  emit(event: EventInput): void | Promise<void>;
  /** Queues an event of a type that this version does not know; it is kept as it is. */
  emit<T extends string>(event: UnknownEventInput<T>): void | Promise<void>;
  emit(event: EventInput | UnknownEventInput): void | Promise<void> {
    return this.append(normalizeEvent(event, this.#defaults));
  }

  /**
   * Queues an event that is complete and valid already.
   *
   * @throws {InvalidDataError} where it belongs to another session or is too large
   */
  append(normalized: NormalizedEvent): void | Promise<void> {
    if (this.#closed) throw new TypeError("Event log is closed: open another to emit events");
    if (normalized.sessionId !== this.sessionId) {
      throw new InvalidDataError(
        `Event belongs to session ${normalized.sessionId}, this log writes ${this.sessionId}: use EventStore for several sessions`,
        { path: "session_id" },
      );
    }
    if (normalized.json.length > EVENT_LIMITS.eventBytes) {
      throw new InvalidDataError(
        `Event has ${normalized.json.length} characters, at most ${EVENT_LIMITS.eventBytes} are taken: write the data to a channel or with saveRef()`,
      );
    }
    this.#builder.append(normalized);
    this.#emitted++;
    this.#queuedBytes += normalized.json.length;
    if (
      this.#builder.rows >= EVENT_LIMITS.batchEvents ||
      this.#builder.byteLength >= EVENT_LIMITS.batchBytes || BOUNDARIES.has(normalized.eventType)
    ) {
      this.#commit.writeSoon();
    } else this.#commit.linger(this.#sink?.eager === true);
    if (SYNCED.has(normalized.eventType)) this.#commit.syncSoon();
    return this.#backPressure();
  }

  #backPressure(): void | Promise<void> {
    const queued = this.#emitted - this.#flushed;
    if (queued < EVENT_LIMITS.queuedEvents && this.#queuedBytes < EVENT_LIMITS.queuedBytes) return;
    return this.flush();
  }

  /**
   * Hands everything emitted so far to the operating system. What it resolves for survives the death of
   * this process, not a power cut.
   *
   * @throws {StorageError} naming file, cause and remedy; the events are kept and written by a later flush
   */
  async flush(): Promise<void> {
    const target = this.#emitted;
    while (this.#flushed < target) await this.#commit.writeNow();
  }

  /**
   * Flushes, then waits for the device. What it resolves for survives a power cut where the disk keeps its
   * word.
   *
   * @throws {StorageError} naming file, cause and remedy
   */
  async sync(): Promise<void> {
    await this.flush();
    await this.#commit.syncNow();
  }

  /** How far memory, file, device and daemon are. */
  status(): EventLogStatus {
    const { writeError } = this.#commit;
    return {
      sessionId: this.sessionId,
      writer: this.#writer,
      file: this.#file.path ?? null,
      emitted: this.#emitted,
      flushed: this.#flushed,
      synced: this.#synced,
      batches: this.#batches,
      ...(this.#sink?.state ?? { push: "off", acknowledged: 0 }),
      ...(writeError === undefined ? {} : { writeError }),
    };
  }

  /**
   * Saves large data beside the log, whole or not at all.
   *
   * @param key a name for people; any characters
   * @param data bytes, a typed array, or the path of a file to copy
   * @returns a `file://_ref/...` reference to put into events
   */
  async saveRef(key: string, data: Uint8Array | ArrayBufferView | string): Promise<string> {
    return await saveReference(
      { layout: dataLayout(this.dataDir), date: this.#date, sessionId: this.sessionId },
      key,
      data,
      this.#layer,
    );
  }

  async #writeOnce(): Promise<void> {
    const rows = this.#builder.rows;
    if (this.#stuck === undefined && rows > 0) {
      this.#lock ??= takeWriterLock(this.dataDir, this.#writer);
      const sequence = ++this.#sequence;
      this.#stuck = { sequence, rows, bytes: this.#builder.finish(this.#writer, sequence) };
      this.#queuedBytes = 0;
    }
    const batch = this.#stuck;
    if (batch === undefined) return;
    const written = await this.#file.write(batch);
    this.#stuck = undefined;
    this.#flushed += batch.rows;
    this.#batches++;
    this.#rowsBySequence.push({ sequence: batch.sequence, flushed: this.#flushed });
    this.#sink?.offer(written, this.#writer);
  }

  async #syncOnce(): Promise<void> {
    await this.#file.sync();
    const synced = this.#file.syncedSequence;
    while ((this.#rowsBySequence[0]?.sequence ?? Infinity) <= synced) {
      this.#synced = this.#rowsBySequence.shift()?.flushed ?? this.#synced;
    }
  }

  /** Flushes, ends and syncs the file, and lets the daemon have what it has not seen. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.flush();
      await this.#commit.close();
      await this.#file.close();
      this.#synced = this.#flushed;
    } finally {
      await this.#sink?.close();
      this.#lock?.release();
    }
  }

  /** Same as leaving an `await using` block. */
  async close(): Promise<void> {
    await this[Symbol.asyncDispose]();
  }
}
