/**
 * Follows all event files of a data directory into the events table: each batch and each event once, in the
 * order of its writer, whether it came by push or is read from the file.
 * @module
 */
import { basename, dirname, join } from "@std/path";
import type { ArrowBatch } from "../arrow/field.ts";
import { type FoundStamp, PREFIX_BYTES } from "../arrow/stamp.ts";
import { type DataLayout, parseEventFileName } from "../base/data_layout.ts";
import { FolderState } from "../base/folder_state.ts";
import { isThereSync } from "../base/is_there.ts";
import { type Damage, EventFileReader } from "../events/event_file_reader.ts";
import { eventFilesIn, eventFolders, onceInOrder } from "../events/event_files.ts";
import { isGrowing } from "../events/growing_tail.ts";
import { SeenEvents } from "../events/seen_events.ts";
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
  /** Session that its name tells. */
  readonly sessionId: string | undefined;
  readonly pid: number | undefined;
  size: number;
  /** When it was written, as found by the last look. */
  mtime: number;
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
  readonly #seen = new SeenEvents();
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

  /** Events left out because one with their id was taken before. */
  get doubles(): number {
    return this.#seen.doubles;
  }

  /** Whether an event was taken. */
  hasTaken(sessionId: string, eventId: string): boolean {
    return this.#seen.has(sessionId, eventId);
  }

  /** Stretches of files that could not be read, as `litmus doctor` counts them. */
  damage(): Damage[] {
    const found = [...this.#files.values()].flatMap(({ reader }) => reader.damage);
    return found.filter((each) => isThereSync(each.file) && !isGrowing(this.#layout.root, each))
      .concat(this.#damage);
  }

  /** Takes in what the files hold and was not taken yet. */
  scan(): void {
    for (const _ of this.steps()) { /* each step has taken a batch */ }
  }

  /** The same batch by batch. */
  *steps(): Generator<void> {
    for (const path of this.#newFiles()) this.#follow(path);
    for (const path of this.#open) yield* this.#readOn(path);
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
    const sessionId = parseEventFileName(basename(path))?.sessionId;
    this.#takeFirsts(sessionId, batch, { writer, pid: undefined, path });
    this.#pass(path, stamp, place.end);
    return true;
  }

  #takeFirsts(sessionId: string | undefined, batch: ArrowBatch, origin: BatchOrigin): void {
    const firsts = this.#seen.firsts(sessionId ?? "", batch);
    if (firsts.rows > 0) this.#take(firsts, origin);
  }

  #pass(path: string, { writer, metadataBytes, bodyBytes }: FoundStamp, end: number): void {
    const file = this.#files.get(path);
    const start = end - PREFIX_BYTES - metadataBytes - bodyBytes;
    if (file?.reader.pass(writer, start, end) !== true) return;
    file.size = end;
    file.changedAt = Date.now();
  }

  *#newFiles(): Generator<string> {
    for (const folder of eventFolders(this.#layout)) {
      if (!this.#folders.isChanged(folder)) continue;
      for (const { path } of eventFilesIn(folder)) if (!this.#files.has(path)) yield path;
    }
  }

  #follow(path: string): void {
    const name = parseEventFileName(basename(path));
    this.#files.set(path, {
      reader: new EventFileReader(path),
      sessionId: name?.sessionId,
      pid: name?.pid ?? undefined,
      size: -1,
      mtime: 0,
      checkedAt: 0,
      changedAt: 0,
    });
    this.#open.add(path);
  }

  *#readOn(path: string): Generator<void> {
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
    const mtime = stat.mtime?.getTime() ?? now;
    // A torn end may have been repaired, which can leave the size as it was.
    const isTorn = file.reader.damage.some(({ torn }) => torn);
    if (stat.size === file.size && (!isTorn || mtime === file.mtime)) return;
    file.size = stat.size;
    file.mtime = mtime;
    file.changedAt = mtime;
    yield* this.#read(path, file);
    if (file.reader.ended) this.#open.delete(path);
  }

  *#read(path: string, file: Followed): Generator<void> {
    try {
      const options = { reuse: this.#mayReuse() };
      const batches = onceInOrder(file.reader, this.#taken, () => siblings(path), options);
      for (const { batch, stamp } of batches) {
        this.#takeFirsts(file.sessionId, batch, { writer: stamp?.writer, pid: file.pid, path });
        yield;
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
  const files = eventFilesIn(dirname(path), sessionId).filter((file) =>
    file.sessionId === sessionId
  );
  return files.map((file) => file.path).filter((other) => other > path);
}
