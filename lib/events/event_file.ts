/**
 * The files of one writer and session: append, sync, rotate, and go on after a failure.
 *
 *     | schema | batch 1 | batch 2 | ... | end marker |      {session_id}.arrow, then {session_id}_0001.arrow
 *
 * A batch that could not be written whole is cut off again. After a failed sync nothing written since the
 * last good one can be trusted, because the kernel may have dropped it and a second sync would not say so;
 * therefore those batches are kept until synced and written once more into a new file.
 *
 * @module
 */
import { dirname } from "@std/path";
import { END_OF_STREAM } from "../arrow/message_writer.ts";
import { type DataLayout, eventFilePath } from "../base/data_layout.ts";
import { type AppendFile, type FileLayer, storageError } from "../base/file_layer.ts";
import { EVENT_LIMITS } from "../base/limits.ts";
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

/** Appends the batches of one writer. */
export class EventFile {
  readonly #layout: DataLayout;
  readonly #layer: FileLayer;
  readonly #date: string;
  readonly #sessionId: string;
  readonly #writer: string;
  readonly #segmentBytes: number;
  #file: AppendFile | undefined;
  #size = 0;
  #nextIndex = 0;
  #lastSequence = 0;
  #unsynced: PendingBatch[] = [];
  #unsyncedBytes = 0;

  constructor(parts: {
    readonly layout: DataLayout;
    readonly layer: FileLayer;
    readonly date: string;
    readonly sessionId: string;
    readonly writer: string;
    readonly segmentBytes?: number;
  }) {
    this.#layout = parts.layout;
    this.#layer = parts.layer;
    this.#date = parts.date;
    this.#sessionId = parts.sessionId;
    this.#writer = parts.writer;
    this.#segmentBytes = parts.segmentBytes ?? EVENT_LIMITS.segmentBytes;
  }

  /** Path of the file in use; undefined before the first write. */
  get path(): string | undefined {
    return this.#file?.path;
  }

  /** Bytes written and not yet known to be on the device. */
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
    if (this.#size >= this.#segmentBytes) await this.#seal();
    const file = this.#file ?? await this.#open();
    try {
      await file.write(batch.bytes);
    } catch (error) {
      await this.#cutBack(file);
      throw storageError("Cannot write events to", file.path, error);
    }
    this.#size += batch.bytes.byteLength;
    this.#lastSequence = batch.sequence;
    this.#unsynced.push(batch);
    this.#unsyncedBytes += batch.bytes.byteLength;
    return { ...batch, path: file.path, end: this.#size };
  }

  /** Makes the next file: exclusive, on the device by name, opened by its schema. */
  async #open(): Promise<AppendFile> {
    const file = await this.#create();
    const schema = eventSchemaFrame(this.#writer, this.#lastSequence);
    try {
      await file.write(schema);
      await file.sync();
      await this.#layer.syncDirectory(dirname(file.path));
      await this.#layer.syncDirectory(dirname(dirname(file.path)));
    } catch (error) {
      file.close();
      await this.#layer.remove(file.path);
      throw storageError("Cannot open event file", file.path, error);
    }
    this.#file = file;
    this.#size = schema.byteLength;
    return file;
  }

  async #create(): Promise<AppendFile> {
    for (;;) {
      const index = this.#nextIndex++;
      const path = eventFilePath(this.#layout, this.#date, this.#sessionId, index);
      try {
        return await this.#layer.create(path);
      } catch (error) {
        // Another writer of this session has that name; ours is the next free one.
        if (error instanceof Deno.errors.AlreadyExists) continue;
        this.#nextIndex = index;
        throw storageError("Cannot create event file", path, error);
      }
    }
  }

  async #cutBack(file: AppendFile): Promise<void> {
    try {
      await file.truncate(this.#size);
    } catch {
      // The torn batch stays as the tail of this file, which readers pass over; go on in a new file.
      file.close();
      this.#file = undefined;
    }
  }

  /**
   * Returns once everything written is on the device.
   *
   * @throws {StorageError} if neither this file nor a new one could be synced
   */
  async sync(): Promise<void> {
    const covered = this.#unsynced.length;
    if (covered === 0 || this.#file === undefined) return;
    try {
      await this.#file.sync();
      this.#markSynced(covered);
    } catch (error) {
      await this.#rewrite(error);
    }
  }

  #markSynced(count: number): void {
    for (const batch of this.#unsynced.splice(0, count)) {
      this.#unsyncedBytes -= batch.bytes.byteLength;
    }
  }

  /** Writes all batches of unknown fate into a new file; readers know them by their sequence. */
  async #rewrite(cause: unknown): Promise<void> {
    const path = this.#file?.path ?? "";
    this.#file?.close();
    this.#file = undefined;
    const batches = [...this.#unsynced];
    try {
      const file = await this.#open();
      for (const batch of batches) {
        await file.write(batch.bytes);
        this.#size += batch.bytes.byteLength;
      }
      await file.sync();
    } catch {
      throw storageError("Cannot sync event file", path, cause);
    }
    this.#markSynced(batches.length);
  }

  async #seal(): Promise<void> {
    await this.close();
    this.#size = 0;
  }

  /** Ends the stream, syncs and closes. */
  async close(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    try {
      await file.write(END_OF_STREAM);
      await this.sync();
    } catch (error) {
      throw storageError("Cannot close event file", file.path, error);
    } finally {
      this.#file?.close();
      this.#file = undefined;
    }
  }
}
