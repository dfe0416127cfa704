/**
 * The event log of one session in one process: memory, then file, then whoever wants the bytes.
 * @module
 */
import { type Clock, systemClock } from "../base/clock.ts";
import { dataLayout, dateFolder } from "../base/data_layout.ts";
import { InvalidDataError, LimitError } from "../base/errors.ts";
import { diskLayer, type FileLayer } from "../base/file_layer.ts";
import { newId } from "../base/ids.ts";
import { EVENT_LIMITS } from "../base/limits.ts";
import { scriptName } from "../base/script_name.ts";
import { newWriterKey } from "../arrow/stamp.ts";
import { requireStore } from "../base/permissions.ts";
import { resolveDataDirectory } from "../config/data_directory.ts";
import { BatchMemory } from "./batch_memory.ts";
import { EventBatchBuilder } from "./event_batch_builder.ts";
import { EventFile, type PendingBatch } from "./event_file.ts";
import type { EventDefaults, EventRow, NormalizedEvent } from "./event_base.ts";
import type { BatchSink, EventLogOptions, EventLogStatus, PushState } from "./event_log_types.ts";
import type { EventInput, UnknownEventInput } from "./event_inputs.ts";
import { type ExitFlush, flushAtExit, forgetAtExit } from "./exit_flush.ts";
import { GroupCommit } from "./group_commit.ts";
import { findReference, saveReference } from "./reference_data.ts";
import { writeEvent } from "./validate_event.ts";
import { takeWriterLock, type WriterLock } from "./writer_lock.ts";

export type { BatchSink, EventLogOptions, EventLogStatus, PushState };

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

const encoder = new TextEncoder();
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Types after which nothing lingers: whoever looks at a run wants its beginning and end at once. */
const BOUNDARIES: ReadonlySet<string> = new Set([
  "session.started",
  "session.ended",
  "run.started",
  "run.ended",
]);
/** Longer events are looked at one by one. */
const LARGE_BYTES = EVENT_LIMITS.batchBytes / 4;
const SYNCED: ReadonlySet<string> = new Set(["session.ended", "run.ended"]);

/**
 * Appends the events of one session to its Arrow IPC file. Three levels of safety, by name:
 * {@linkcode emit} queues in memory, {@linkcode flush} hands to the operating system (survives `kill -9`),
 * {@linkcode sync} waits for the device (survives a power cut where the disk keeps its word).
 */
export class FileEventLog implements AsyncDisposable, ExitFlush {
  /** The session that this log writes. */
  readonly sessionId: string;
  /** Absolute path of the data directory. */
  readonly dataDir: string;
  readonly #writer = newWriterKey();
  readonly #clock: Clock;
  readonly #memory = new BatchMemory();
  readonly #builder: EventBatchBuilder;
  readonly #file: EventFile;
  readonly #date: string;
  readonly #commit: GroupCommit;
  readonly #defaults: EventDefaults;
  readonly #layer: FileLayer;
  #sink: BatchSink | undefined;
  #lock: WriterLock | undefined;
  /** Closed batches that are not in the file yet, in order. */
  readonly #sealed: PendingBatch[] = [];
  #sealedBytes = 0;
  #sequence = 0;
  #emitted = 0;
  #flushed = 0;
  #rowsBySequence: { sequence: number; flushed: number }[] = [];
  #synced = 0;
  #batches = 0;
  /** There while memory holds more than it should and callers of emit ought to wait. */
  #room: PromiseWithResolvers<void> | undefined;
  #closed = false;
  #ended = false;

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
    this.#builder = new EventBatchBuilder(sessionId, this.#memory);
    this.#date = dateFolder(this.#clock.nowMicros());
    this.#file = new EventFile({
      layout: dataLayout(parts.dataDir),
      layer: this.#layer,
      date: this.#date,
      sessionId,
      writer: this.#writer,
      onSynced: ({ bytes }) => this.#memory.give(bytes),
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
      pending: () => this.#sealed.length > 0 || this.#builder.rows > 0,
      flush: () => this.flush(),
      write: () => this.#writeOnce(),
      sync: () => this.#syncOnce(),
    });
    flushAtExit(this);
  }

  /**
   * Opens a log that writes files and talks to nobody.
   *
   * @returns a log; its file is made by the first flush
   */
  static async open(options: EventLogOptions = {}): Promise<FileEventLog> {
    const dataDir = await resolveDataDirectory(options.dataDir);
    await requireStore(dataDir);
    return new FileEventLog({
      dataDir,
      sessionId: options.sessionId ?? newId(),
      lingerMillis: options.lingerMillis,
    });
  }

  /**
   * Queues an event in memory. It is in the file after at most 50 ms, or as soon as {@linkcode flush}
   * resolves; until then a `kill -9` of this process loses it. A process that ends by itself, by
   * `Deno.exit()` too, writes it on its way out.
   *
   * @param event fields as on disk; id, times, session and all fields with a default may be left out
   * @returns nothing, or under back-pressure a promise to wait for before the next event: while the disk is
   * full it waits for space, and {@linkcode flush} or {@linkcode status} tell why
   * @throws {InvalidDataError} naming the field that breaks the rules of its type; nothing is queued
   * @throws {LimitError} where the caller does not wait and memory holds 2 GiB; nothing is queued
   */
  emit(event: EventInput): void | Promise<void>;
  /** Queues an event of a type that this version does not know; it is kept as it is. */
  emit<T extends string>(event: UnknownEventInput<T>): void | Promise<void>;
  emit(event: EventInput | UnknownEventInput): void | Promise<void> {
    return this.#append(writeEvent(event, this.#defaults));
  }

  /**
   * Queues an event that is complete and valid already.
   *
   * @throws {InvalidDataError} where it belongs to another session or is too large
   */
  append(normalized: NormalizedEvent): void | Promise<void> {
    return this.#append({ ...normalized, json: encoder.encode(normalized.json) });
  }

  #append(row: EventRow): void | Promise<void> {
    if (this.#closed) throw new TypeError("Event log is closed: open another to emit events");
    if (row.sessionId !== this.sessionId || row.json.byteLength > LARGE_BYTES) this.#check(row);
    if (this.#room !== undefined && this.#heldBytes() >= EVENT_LIMITS.heldBytes) {
      throw new LimitError(
        `Event log holds ${
          this.#emitted - this.#flushed
        } events that are not in the file: wait for the promise that emit() returns`,
      );
    }
    this.#builder.append(row);
    this.#emitted++;
    const { eventType } = row;
    if (
      this.#builder.rows >= EVENT_LIMITS.batchEvents ||
      this.#builder.byteLength >= EVENT_LIMITS.batchBytes
    ) {
      this.#seal();
      this.#commit.writeSoon();
    } else this.#commit.linger(this.#sink?.eager === true || BOUNDARIES.has(eventType));
    if (SYNCED.has(eventType)) this.#commit.syncSoon();
    return this.#room?.promise;
  }

  #check({ sessionId, json }: EventRow): void {
    if (sessionId !== this.sessionId) {
      throw new InvalidDataError(
        `Event belongs to session ${sessionId}, this log writes ${this.sessionId}: use EventStore for several sessions`,
        { path: "session_id" },
      );
    }
    if (json.byteLength > EVENT_LIMITS.eventBytes) {
      throw new InvalidDataError(
        `Event has ${json.byteLength} bytes, at most ${EVENT_LIMITS.eventBytes} are taken: write the data to a channel or with saveRef()`,
      );
    }
    // One large event for each batch, else a few of them make a batch that no reader wants to hold.
    if (this.#builder.rows > 0) this.#seal();
  }

  /** Closes the batch in the making; it waits for its turn to be written. */
  #seal(): void {
    const { rows } = this.#builder;
    const sequence = ++this.#sequence;
    const bytes = this.#builder.finish(this.#writer, sequence);
    this.#sealed.push({ sequence, rows, bytes });
    this.#sealedBytes += bytes.byteLength;
    if (this.#isFull()) this.#waitForRoom();
  }

  #heldBytes(): number {
    return this.#builder.byteLength + this.#sealedBytes;
  }

  #isFull(): boolean {
    return this.#emitted - this.#flushed >= EVENT_LIMITS.queuedEvents ||
      this.#heldBytes() >= EVENT_LIMITS.queuedBytes ||
      this.#file.unsyncedBytes >= EVENT_LIMITS.unsyncedHeldBytes;
  }

  #waitForRoom(): void {
    if (this.#room !== undefined) return;
    this.#room = Promise.withResolvers<void>();
    // For callers that do not wait: the failure reaches them by flush() and close() as well.
    this.#room.promise.catch(() => {});
  }

  #releaseRoom(): void {
    if (this.#room === undefined || this.#isFull()) return;
    this.#room.resolve();
    this.#room = undefined;
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
      eager: this.#sink?.eager ?? false,
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

  /**
   * Finds what {@linkcode saveRef} saved. It is for reading: nothing of it is ever run.
   *
   * @param reference the `file://_ref/...` text of an event of this session
   * @returns absolute path of the file
   * @throws {InvalidDataError} for text that is no reference or would leave the data directory
   * @throws {NotFoundError} where the file is gone
   */
  resolveRef(reference: string): string {
    return findReference(dataLayout(this.dataDir), this.sessionId, reference);
  }

  async #writeOnce(): Promise<void> {
    if (this.#sealed.length === 0 && this.#builder.rows > 0) this.#seal();
    const batch = this.#sealed[0];
    if (batch === undefined) return;
    this.#lock ??= takeWriterLock(this.dataDir, this.#writer);
    const written = await this.#file.write(batch);
    this.#sealed.shift();
    this.#sealedBytes -= batch.bytes.byteLength;
    this.#flushed += batch.rows;
    this.#batches++;
    this.#rowsBySequence.push({ sequence: batch.sequence, flushed: this.#flushed });
    this.#sink?.offer(written, this.#writer);
    if (this.#file.unsyncedBytes >= EVENT_LIMITS.unsyncedBytes) this.#commit.syncWritten();
    this.#releaseRoom();
  }

  async #syncOnce(): Promise<void> {
    await this.#file.sync();
    const synced = this.#file.syncedSequence;
    const later = this.#rowsBySequence.findIndex(({ sequence }) => sequence > synced);
    const covered = this.#rowsBySequence.splice(0, later < 0 ? Infinity : later);
    this.#synced = covered.at(-1)?.flushed ?? this.#synced;
    if (this.#file.unsyncedBytes === 0) this.#memory.trim();
    this.#releaseRoom();
  }

  /** Writes what memory holds, before it returns; for a process on its way out. */
  flushAtExit(): void {
    if (this.#builder.rows > 0) this.#seal();
    if (this.#sealed.length > 0) this.#file.writeLast(this.#sealed);
  }

  /**
   * Flushes, ends and syncs the file, and lets the daemon have what it has not seen. Where the file cannot
   * be written the events stay in memory, and closing may be tried again.
   *
   * @throws {StorageError} naming file, cause and remedy
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    this.#closed = true;
    this.#commit.stop();
    try {
      await this.#commit.idle();
      await this.flush();
      await this.#file.close();
      this.#ended = true;
      this.#synced = this.#flushed;
      this.#room?.resolve();
    } catch (error) {
      this.#room?.reject(error);
      throw error;
    } finally {
      this.#room = undefined;
      await this.#release();
    }
  }

  async #release(): Promise<void> {
    const sink = this.#sink;
    this.#sink = undefined;
    await sink?.close();
    if (!this.#ended) return;
    this.#lock?.release();
    forgetAtExit(this);
  }

  /** Same as leaving an `await using` block. */
  async close(): Promise<void> {
    await this[Symbol.asyncDispose]();
  }
}
