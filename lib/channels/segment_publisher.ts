/**
 * Puts segments into their place: never over another file, never in part, and synced soon after.
 *
 * The name is the next free one of channel and session. Two sessions may share their first eight digits and
 * two processes one session, so a name is taken with `link`, which fails where it exists; file systems
 * without links get an empty file made exclusively, then the rename over it. Readers pass over empty files.
 *
 * @module
 */
import { basename, dirname } from "@std/path";
import {
  channelFilePath,
  type DataLayout,
  dateFolder,
  parseChannelFileName,
} from "../base/data_layout.ts";
import {
  type AppendFile,
  diskLayer,
  type FileLayer,
  publishFile,
  storageError,
  temporaryName,
} from "../base/file_layer.ts";
import type { Clock } from "../base/clock.ts";
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import type { EncodedSegment } from "./segment_encoding.ts";

/** A file layer that can give a file a second name. */
export interface SegmentFileLayer extends FileLayer {
  /** Gives a file a further name; rejects with `AlreadyExists` where that is taken. */
  link(from: string, to: string): Promise<void>;
}

/** The real file system. */
export const segmentDiskLayer: SegmentFileLayer = {
  ...diskLayer,
  link: (from, to) => Deno.link(from, to),
};

/** Parts of a {@linkcode SegmentPublisher}. */
export interface SegmentPublisherParts {
  readonly layout: DataLayout;
  readonly clock: Clock;
  readonly layer?: SegmentFileLayer;
}

interface Unsynced {
  readonly path: string;
  readonly file: AppendFile;
}

/** Publishes the segments of one store. */
export class SegmentPublisher {
  readonly #layout: DataLayout;
  readonly #clock: Clock;
  readonly #layer: SegmentFileLayer;
  readonly #nextIndex = new Map<string, number>();
  #unsynced: Unsynced[] = [];
  #syncing: Promise<void> | undefined;
  #syncError: unknown;

  constructor({ layout, clock, layer = segmentDiskLayer }: SegmentPublisherParts) {
    this.#layout = layout;
    this.#clock = clock;
    this.#layer = layer;
  }

  /**
   * Publishes a segment. What it resolves for is seen by every reader and survives the death of this
   * process; {@linkcode sync} makes it survive a power cut.
   *
   * @returns the path
   * @throws {StorageError} naming file, cause and remedy; nothing is published then
   */
  async publish(segment: EncodedSegment): Promise<string> {
    const { channelId, sessionId } = segment.metadata;
    const date = dateFolder(this.#clock.nowMicros());
    const model = channelFilePath(this.#layout, date, channelId, sessionId, 0);
    const temporary = temporaryName(model);
    let file: AppendFile | undefined;
    try {
      file = await this.#layer.create(temporary);
      for (const part of segment.parts) await file.write(part);
      const path = await this.#place(
        temporary,
        model,
        (index) => channelFilePath(this.#layout, date, channelId, sessionId, index),
      );
      await this.#enqueue({ path, file });
      return path;
    } catch (error) {
      file?.close();
      await this.#layer.remove(temporary);
      throw storageError(`Cannot publish segment of channel "${channelId}" as`, model, error);
    }
  }

  async #place(
    temporary: string,
    model: string,
    pathOf: (index: number) => string,
  ): Promise<string> {
    for (let index = this.#nextIndex.get(model) ?? 0;;) {
      const path = pathOf(index);
      if (await this.#takeName(temporary, path)) {
        this.#nextIndex.set(model, index + 1);
        return path;
      }
      index = Math.max(index + 1, await firstFreeIndex(model));
    }
  }

  async #takeName(temporary: string, path: string): Promise<boolean> {
    try {
      await this.#layer.link(temporary, path);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return false;
      // A missing temporary file cannot be renamed either; anything else may mean that links are not known here.
      if (error instanceof Deno.errors.NotFound) throw error;
      return await this.#claimName(temporary, path);
    }
    await this.#layer.remove(temporary);
    return true;
  }

  async #claimName(temporary: string, path: string): Promise<boolean> {
    try {
      const claim = await this.#layer.create(path);
      claim.close();
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return false;
      throw error;
    }
    await this.#layer.rename(temporary, path);
    return true;
  }

  /** Hands a file over to the background sync. */
  async #enqueue(entry: Unsynced): Promise<void> {
    this.#unsynced.push(entry);
    this.#syncing ??= this.#syncAll();
    if (this.#unsynced.length > CHANNEL_BOUNDS.unsyncedFiles) await this.#syncing;
  }

  async #syncAll(): Promise<void> {
    while (this.#unsynced.length > 0) {
      const entries = this.#unsynced;
      this.#unsynced = [];
      for (const entry of entries) await this.#syncOne(entry);
      for (const folder of new Set(entries.map(({ path }) => dirname(path)))) {
        await this.#remember(folder, () => this.#layer.syncDirectory(folder));
      }
    }
    this.#syncing = undefined;
  }

  async #syncOne({ path, file }: Unsynced): Promise<void> {
    try {
      await file.sync();
    } catch (error) {
      // A second sync would report success for pages that are gone: write anew, then sync that.
      await this.#remember(path, () => this.#rewrite(path, error));
    } finally {
      file.close();
    }
  }

  async #rewrite(path: string, cause: unknown): Promise<void> {
    const bytes = await Deno.readFile(path);
    try {
      await publishFile(path, [bytes], this.#layer);
    } catch {
      throw cause; // the first failure is the one to tell of
    }
  }

  async #remember(path: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#syncError ??= storageError("Cannot sync channel segment", path, error);
    }
  }

  /**
   * Waits until everything published so far is on the device.
   *
   * @throws {StorageError} naming a file that may not survive a power cut
   */
  async sync(): Promise<void> {
    while (this.#syncing !== undefined) await this.#syncing;
    const error = this.#syncError;
    this.#syncError = undefined;
    if (error !== undefined) throw error;
  }
}

/** The index behind the last one that the folder holds for channel and session of a path. */
async function firstFreeIndex(model: string): Promise<number> {
  const wanted = parseChannelFileName(basename(model));
  let free = 0;
  for await (const { name } of Deno.readDir(dirname(model))) {
    const found = parseChannelFileName(name);
    const same = found !== null && found.encodedId === wanted?.encodedId &&
      found.session8 === wanted.session8;
    if (same) free = Math.max(free, found.index + 1);
  }
  return free;
}
