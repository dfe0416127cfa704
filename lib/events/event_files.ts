/**
 * The event files of a data directory in the order in which everybody reads them: by folder, then by name;
 * and the walk over them that meets each batch and each event once, those of a writer in its order.
 * @module
 */
import { join } from "@std/path";
import type { FoundStamp } from "../arrow/stamp.ts";
import { type DataLayout, isEventFileName, parseEventFileName } from "../base/data_layout.ts";
import { listFolder } from "../base/folder_state.ts";
import { type Damage, type EventFileBatch, EventFileReader } from "./event_file_reader.ts";
import { SeenEvents } from "./seen_events.ts";
import { TakenSequences } from "./taken_sequences.ts";

/** An event file. */
export interface EventFilePlace {
  readonly path: string;
  /** Session that its name tells; undefined for names that no writer gave, whose events may be of any. */
  readonly sessionId: string | undefined;
}

/** A batch and the file it was met in. */
export interface PlacedBatch extends EventFileBatch {
  readonly path: string;
}

/** How to walk over event files. */
export interface EventFileWalk {
  /** Told of each stretch that could not be read. */
  readonly onDamage?: ((damage: Damage) => void) | undefined;
  /** Each batch is valid only until the next; much faster. */
  readonly reuse?: boolean;
}

/** Event files in reading order; those that may hold a session alone where one is named. */
export function eventFiles(layout: DataLayout, sessionId?: string): EventFilePlace[] {
  return eventFolders(layout).flatMap((folder) => eventFilesIn(folder, sessionId));
}

/** The folders that event files lie in, in reading order; writers name them by the date. */
export function eventFolders(layout: DataLayout): string[] {
  return listFolder(layout.events).filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => join(layout.events, name)).sort();
}

/** Event files of one folder in reading order. */
export function eventFilesIn(folder: string, sessionId?: string): EventFilePlace[] {
  const names = listFolder(folder).filter(({ isFile }) => isFile).map(({ name }) => name).sort();
  const files: EventFilePlace[] = [];
  for (const name of names) {
    if (!isEventFileName(name)) continue;
    const told = parseEventFileName(name)?.sessionId;
    if (sessionId !== undefined && told !== undefined && told !== sessionId) continue;
    files.push({ path: join(folder, name), sessionId: told });
  }
  return files;
}

/** The batches of files, each once, without events that were met before. */
export function* eventBatches(
  files: readonly EventFilePlace[],
  options: EventFileWalk = {},
): Generator<PlacedBatch> {
  const taken = new TakenSequences();
  const seen = new SeenEvents();
  const lastOf = new Map(files.map(({ sessionId }, i) => [sessionId, i]));
  // Behind a name that tells no session may be events of any.
  const lastNameless = lastOf.get(undefined) ?? -1;
  for (const [i, { path, sessionId }] of files.entries()) {
    const reader = new EventFileReader(path);
    const later = (): string[] =>
      files.slice(i + 1).filter((file) => file.sessionId === sessionId).map((file) => file.path);
    for (const found of onceInOrder(reader, taken, later, options)) {
      yield { ...found, batch: seen.firsts(sessionId ?? "", found.batch) };
    }
    for (const damage of reader.damage) options.onDamage?.(damage);
    const isOver = sessionId !== undefined && lastOf.get(sessionId) === i && i > lastNameless;
    if (isOver) seen.forget(sessionId);
  }
}

/**
 * What a file holds and was not taken yet. Where batches of its writer are missing, lost by a device whose
 * sync failed, the later files of the session are asked for them first.
 *
 * @param later files of the same session behind this one
 */
export function* onceInOrder(
  reader: EventFileReader,
  taken: TakenSequences,
  later: () => string[],
  options: EventFileWalk = {},
): Generator<PlacedBatch> {
  const { path } = reader;
  const skip = (stamp: FoundStamp): boolean => taken.has(stamp.writer, stamp.sequence);
  for (const found of reader.read({ skip, reuse: options.reuse === true })) {
    const { stamp } = found;
    if (stamp === undefined) {
      yield { ...found, path };
      continue;
    }
    if (taken.has(stamp.writer, stamp.sequence)) continue;
    if (stamp.sequence > taken.last(stamp.writer) + 1) {
      yield* missingBefore(stamp, taken, later());
    }
    if (taken.add(stamp.writer, stamp.sequence)) yield { ...found, path };
  }
}

function* missingBefore(
  wanted: FoundStamp,
  taken: TakenSequences,
  paths: readonly string[],
): Generator<PlacedBatch> {
  const skip = ({ writer, sequence }: FoundStamp): boolean =>
    writer !== wanted.writer || sequence >= wanted.sequence || taken.has(writer, sequence);
  for (const path of paths) {
    for (const found of new EventFileReader(path).read({ skip })) {
      const { stamp } = found;
      if (stamp === undefined || skip(stamp)) continue;
      taken.add(stamp.writer, stamp.sequence);
      yield { ...found, path };
    }
  }
}
