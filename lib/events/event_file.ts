/**
 * The files of one writer and session: append, sync, rotate, and go on after a failure.
 *
 *     | schema | batch 1 | batch 2 | ... | end marker |      {session_id}.arrow, then {session_id}_0001.arrow
 *
 * A batch that could not be written whole is cut off again. After a failed sync nothing written since the
 * last good one can be trusted, because the kernel may have dropped it and a second sync would not say so;
 * therefore those batches are kept until synced, the file is left for good, and they open the next one.
 *
 * @module
 */
import { dirname } from "@std/path";
import { END_OF_STREAM } from "../arrow/message_writer.ts";
import { type DataLayout, eventFilePath } from "../base/data_layout.ts";
import { type AppendFile, type FileLayer, storageError } from "../base/file_layer.ts";
import { EVENT_LIMITS } from "../base/limits.ts";
import { Mutex } from "../base/mutex.ts";
import { eventSchemaFrame } from "./event_batch_builder.ts";

/** A batch as it stands in a file. */
export interface WrittenBatch {
  readonly sequence: number;
  readonly rows: number;
  readonly bytes: Uint8Array;
  /** Path of its file. */
  readonly path: string;
  /** Offset behind the batch, bytes. */
  readonly end: number;
}

/** What a batch is before it is written. */
export type PendingBatch = Pick<WrittenBatch, "sequence" | "rows" | "bytes">;

/** Ready parts of an event file. */
export interface EventFileParts {
  readonly layout: DataLayout;
  readonly layer: FileLayer;
  /** Folder below `events/`, `YYYY-MM-DD`. */
  readonly date: string;
  readonly sessionId: string;
  readonly writer: string;
  /** Size from which on the next batch goes to the next file. @default EVENT_LIMITS.segmentBytes */
  readonly segmentBytes?: number;
  /** Told of each batch once it is on the device and not needed in memory any more. */
  readonly onSynced?: (batch: PendingBatch) => void;
}

/** A file that failed twice in a row is the device's matter, not that of the file. */
const ATTEMPTS = 2;

/** Appends the batches of one writer. */
export class EventFile {
  readonly #parts: EventFileParts;
  readonly #layer: FileLayer;
  readonly #segmentBytes: number;
  /** Whatever moves the end of the file, or puts another in its place. */
  readonly #appending = new Mutex();
  readonly #syncing = new Mutex();
  #file: AppendFile | undefined;
  #size = 0;
  #nextIndex = 0;
  #lastSequence = 0;
  /** Written, and not known to be on the device. */
  #unsynced: PendingBatch[] = [];
  #unsyncedBytes = 0;
  /** Those of them whose file was left, in order. */
  #homeless: PendingBatch[] = [];
  /** Files whose sync failed: the kernel tells of a failure once, and lies when asked again. */
  readonly #faults = new WeakMap<AppendFile, unknown>();

  constructor(parts: EventFileParts) {
    this.#parts = parts;
    this.#layer = parts.layer;
    this.#segmentBytes = parts.segmentBytes ?? EVENT_LIMITS.segmentBytes;
  }

  /** Path of the file in use; undefined before the first write. */
  get path(): string | undefined {
    return this.#file?.path;
  }

  /** Bytes written and not yet known to be on the device; they are kept in memory. */
  get unsyncedBytes(): number {
    return this.#unsyncedBytes;
  }

  /** Sequence of the last batch known to be on the device. */
  get syncedSequence(): number {
    const first = this.#unsynced[0];
    return first === undefined ? this.#lastSequence : first.sequence - 1;
  }

  /**
   * Writes a batch.
   *
   * @throws {StorageError} naming file, cause and remedy; the batch is not in the file then, the same call
   * may be repeated
   */
  async write(batch: PendingBatch): Promise<WrittenBatch> {
    return await this.#appending.run(async () => {
      if (this.#size >= this.#segmentBytes) await this.#finish();
      const file = await this.#ready();
      await this.#append(file, batch.bytes);
      this.#lastSequence = batch.sequence;
      this.#unsynced.push(batch);
      this.#unsyncedBytes += batch.bytes.byteLength;
      return { ...batch, path: file.path, end: this.#size };
    });
  }

  /**
   * Returns once everything written is on the device.
   *
   * @throws {StorageError} if neither this file nor a new one could be synced
   */
  async sync(): Promise<void> {
    const last = this.#lastSequence;
    for (let attempt = 1; this.syncedSequence < last; attempt++) {
      const file = this.#file !== undefined && this.#homeless.length === 0
        ? this.#file
        : await this.#appending.run(() => this.#ready());
      // Batches written while the sync runs are not covered by it.
      const covered = this.#lastSequence;
      try {
        await this.#syncFile(file);
        this.#markSynced(covered);
      } catch (error) {
        await this.#appending.run(() => Promise.resolve(this.#leave(file)));
        // A file that was ended meanwhile has all of its batches on the device.
        if (attempt >= ATTEMPTS && this.syncedSequence < last) {
          throw storageError("Cannot sync event file", file.path, error);
        }
      }
    }
  }

  /** Ends the stream, syncs and closes. May be called again where it failed. */
  async close(): Promise<void> {
    await this.#appending.run(() => this.#finish());
  }

  /**
   * Writes batches that wait in memory into a file of their own, before it returns: for a process that is
   * about to exit. One of them may be on its way into the other file: readers know it by its sequence.
   */
  writeLast(batches: readonly PendingBatch[]): void {
    const parts = [
      eventSchemaFrame(this.#parts.writer, this.#lastSequence),
      ...[...this.#homeless, ...batches].map(({ bytes }) => bytes),
      END_OF_STREAM,
    ];
    for (;;) {
      const path = this.#pathOf(this.#nextIndex++);
      try {
        return this.#layer.createWholeSync?.(path, parts);
      } catch (error) {
        if (error instanceof Deno.errors.AlreadyExists) continue;
        throw storageError("Cannot write the last events to", path, error);
      }
    }
  }

  /** The file to append to, with everything in it that has no file any more. */
  async #ready(): Promise<AppendFile> {
    const file = this.#file ?? await this.#open();
    for (let batch = this.#homeless[0]; batch !== undefined; batch = this.#homeless[0]) {
      await this.#append(file, batch.bytes);
      this.#homeless.shift();
    }
    return file;
  }

  async #append(file: AppendFile, bytes: Uint8Array): Promise<void> {
    try {
      await file.write(bytes);
    } catch (error) {
      await this.#cutBack(file);
      throw storageError("Cannot write events to", file.path, error);
    }
    this.#size += bytes.byteLength;
  }

  async #cutBack(file: AppendFile): Promise<void> {
    try {
      await file.truncate(this.#size);
    } catch {
      // The torn batch stays as the tail of this file, which readers pass over; go on in the next.
      this.#leave(file);
    }
  }

  /** Makes the next file: exclusive, on the device by name, opened by its schema. */
  async #open(): Promise<AppendFile> {
    const file = await this.#create();
    const rewritten = this.#homeless[0];
    const before = rewritten === undefined ? this.#lastSequence : rewritten.sequence - 1;
    const schema = eventSchemaFrame(this.#parts.writer, before);
    try {
      await file.write(schema);
      await file.sync();
      await this.#layer.syncDirectory(dirname(file.path));
    } catch (error) {
      file.close();
      await this.#discard(file.path);
      throw storageError("Cannot open event file", file.path, error);
    }
    this.#file = file;
    this.#size = schema.byteLength;
    return file;
  }

  async #discard(path: string): Promise<void> {
    try {
      await this.#layer.remove(path);
      this.#nextIndex--;
    } catch {
      // It stays as a file without batches, which readers pass over; the next one gets the next name.
    }
  }

  async #create(): Promise<AppendFile> {
    for (;;) {
      const path = this.#pathOf(this.#nextIndex);
      try {
        const file = await this.#layer.create(path);
        this.#nextIndex++;
        return file;
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) {
          throw storageError("Cannot create event file", path, error);
        }
        this.#nextIndex++; // another writer of this session has that name; ours is the next free one
      }
    }
  }

  #pathOf(index: number): string {
    const { layout, date, sessionId } = this.#parts;
    return eventFilePath(layout, date, sessionId, index);
  }

  /** One sync at a time, and none of a file that failed one. */
  async #syncFile(file: AppendFile): Promise<void> {
    await this.#syncing.run(async () => {
      if (this.#faults.has(file)) throw this.#faults.get(file);
      try {
        await file.sync();
      } catch (error) {
        this.#faults.set(file, error);
        throw error;
      }
    });
  }

  #markSynced(sequence: number): void {
    let covered = 0;
    for (const batch of this.#unsynced) {
      if (batch.sequence > sequence) break;
      this.#unsyncedBytes -= batch.bytes.byteLength;
      // One that was in a file that was left may be on its way into the next.
      if (!this.#homeless.includes(batch)) this.#parts.onSynced?.(batch);
      covered++;
    }
    this.#unsynced.splice(0, covered);
  }

  /** Lets go of a file that cannot be trusted; what it holds since its last sync needs another. */
  #leave(file: AppendFile): void {
    if (this.#file !== file) return;
    this.#file = undefined;
    this.#size = 0;
    this.#homeless = [...this.#unsynced];
    file.close();
  }

  /** Ends the file in use, if any; afterwards everything written is on the device. */
  async #finish(): Promise<void> {
    for (let attempt = 1; this.#file !== undefined || this.#homeless.length > 0; attempt++) {
      const file = await this.#ready();
      await this.#append(file, END_OF_STREAM);
      try {
        await this.#syncFile(file);
      } catch (error) {
        this.#leave(file);
        if (attempt === ATTEMPTS) throw storageError("Cannot close event file", file.path, error);
        continue;
      }
      this.#markSynced(this.#lastSequence);
      this.#file = undefined;
      this.#size = 0;
      file.close();
    }
  }
}
