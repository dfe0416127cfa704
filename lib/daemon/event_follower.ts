/**
 * Follows all event files of a data directory into the events table: each batch once, in the order of its
 * writer, whether it came by push or is read from the file.
 * @module
 */
import { basename, dirname, join } from "@std/path";
import type { ArrowBatch } from "../arrow/field.ts";
import { type FoundStamp, PREFIX_BYTES } from "../arrow/stamp.ts";
import { type DataLayout, isDateFolder, parseEventFileName } from "../base/data_layout.ts";
import { FolderState, listFolder } from "../base/folder_state.ts";
import { type Damage, EventFileReader } from "../events/event_file_reader.ts";
import { eventFilesOfDay, onceInOrder } from "../events/event_files.ts";
import { TakenSequences } from "../events/taken_sequences.ts";

/** Where a batch came from. */
export interface BatchOrigin {
  /** Key of the writer; undefined for files of other programs. */
  readonly writer: string | undefined;
  /** Process of a Python writer, from the file name. */
  readonly pid: number | undefined;
  /** Folder of the event file, for references. */
  readonly path: string;
}

/** Takes batches in; called in order, never twice for the same batch. */
export type TakeBatch = (batch: ArrowBatch, origin: BatchOrigin) => void;

/** Files that stay open without an end mark are looked at this rarely once they are quiet. */
const QUIET_MILLIS = 60 * 60 * 1000;
const QUIET_CHECK_MILLIS = 5000;

interface Followed {
  readonly reader: EventFileReader;
  readonly pid: number | undefined;
  size: number;
  checkedAt: number;
  changedAt: number;
}

/** Follows the event files. */
export class EventFollower {
  readonly #layout: DataLayout;
  readonly #take: TakeBatch;
  readonly #mayReuse: () => boolean;
  readonly #folders = new FolderState();
  readonly #files = new Map<string, Followed>();
  readonly #open = new Set<string>();
  readonly #taken = new TakenSequences();
  #damage: Damage[] = [];

  /**
   * @param mayReuse whether batches from files need not outlive their taking: they are read into one piece of
   * memory then, at half the cost
   */
  constructor(layout: DataLayout, take: TakeBatch, mayReuse: () => boolean = () => false) {
    this.#layout = layout;
    this.#take = take;
    this.#mayReuse = mayReuse;
  }

  /** Last sequence taken of a writer; 0 before its first batch. */
  sequenceOf(writer: string): number {
    return this.#taken.last(writer);
  }

  /** Stretches of files that could not be read. */
  damage(): Damage[] {
    return [...this.#files.values()].flatMap(({ reader }) => reader.damage).concat(this.#damage);
  }

  /** Takes in what the files hold and was not taken yet. */
  scan(): void {
    for (const path of this.#newFiles()) this.#follow(path);
    for (const path of this.#open) this.#readOn(path);
  }

  /**
   * Takes a pushed batch. What its writer wrote before and did not get through is read from the file
   * first, so that the order of each writer holds.
   *
   * @returns false for a batch that was taken before
   */
  push(batch: ArrowBatch, stamp: FoundStamp, place: { file: string; end: number }): boolean {
    const { writer, sequence } = stamp;
    const path = join(this.#layout.root, place.file);
    const isNext = sequence === this.#taken.last(writer) + 1;
    // The first batch of a file comes from the file, the next ones need not be looked for there.
    if (!isNext || !this.#files.has(path)) this.scan();
    if (!this.#taken.add(writer, sequence)) return false;
    this.#take(batch, { writer, pid: undefined, path });
    this.#pass(path, stamp, place.end);
    return true;
  }

  #pass(path: string, { writer, metadataBytes, bodyBytes }: FoundStamp, end: number): void {
    const file = this.#files.get(path);
    const start = end - PREFIX_BYTES - metadataBytes - bodyBytes;
    if (file?.reader.pass(writer, start, end) !== true) return;
    file.size = end;
    file.changedAt = Date.now();
  }

  *#newFiles(): Generator<string> {
    const days = listFolder(this.#layout.events).sort((a, b) => a.name < b.name ? -1 : 1);
    for (const day of days) {
      if (!day.isDirectory || !isDateFolder(day.name)) continue;
      const folder = join(this.#layout.events, day.name);
      if (!this.#folders.isChanged(folder)) continue;
      for (const { path } of eventFilesOfDay(folder)) if (!this.#files.has(path)) yield path;
    }
  }

  #follow(path: string): void {
    const name = parseEventFileName(basename(path));
    this.#files.set(path, {
      reader: new EventFileReader(path),
      pid: name?.pid ?? undefined,
      size: -1,
      checkedAt: 0,
      changedAt: 0,
    });
    this.#open.add(path);
  }

  #readOn(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    const now = Date.now();
    const quiet = file.changedAt !== 0 && now - file.changedAt > QUIET_MILLIS;
    if (quiet && now - file.checkedAt < QUIET_CHECK_MILLIS) return;
    file.checkedAt = now;
    const stat = this.#stat(path);
    if (stat === undefined) {
      this.#open.delete(path); // gone; what was taken from it stays until the next start
      return;
    }
    if (stat.size === file.size) return;
    file.size = stat.size;
    file.changedAt = stat.mtime?.getTime() ?? now;
    this.#read(path, file);
    if (file.reader.ended) this.#open.delete(path);
  }

  #read(path: string, file: Followed): void {
    try {
      const options = { reuse: this.#mayReuse() };
      const batches = onceInOrder(file.reader, this.#taken, () => siblings(path), options);
      for (const { batch, stamp } of batches) {
        this.#take(batch, { writer: stamp?.writer, pid: file.pid, path });
      }
    } catch (error) {
      if (
        !(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied)
      ) {
        throw error;
      }
      this.#damage.push({ file: path, start: 0, end: 0, reason: error.message, torn: false });
      this.#open.delete(path);
    }
  }

  #stat(path: string): Deno.FileInfo | undefined {
    try {
      return Deno.statSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }
}

/** The files of the same session behind a file. */
function siblings(path: string): string[] {
  const sessionId = parseEventFileName(basename(path))?.sessionId;
  const paths = eventFilesOfDay(dirname(path), sessionId).map((file) => file.path);
  return paths.slice(paths.indexOf(path) + 1);
}
