/**
 * The event files of a data directory in the order in which everybody reads them: by date folder, then by
 * name; and the walk over them that meets each batch once, those of a writer in its order.
 * @module
 */
import { join } from "@std/path";
import type { FoundStamp } from "../arrow/stamp.ts";
import { type DataLayout, isDateFolder, parseEventFileName } from "../base/data_layout.ts";
import { listFolder } from "../base/folder_state.ts";
import { type Damage, type EventFileBatch, EventFileReader } from "./event_file_reader.ts";
import { TakenSequences } from "./taken_sequences.ts";

/** An event file. */
export interface EventFilePlace {
  readonly path: string;
  /** Session that its name tells. */
  readonly sessionId: string;
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

/** Event files in reading order; a session's alone where one is named. */
export function eventFiles(layout: DataLayout, sessionId?: string): EventFilePlace[] {
  const days = listFolder(layout.events).filter(({ name, isDirectory }) =>
    isDirectory && isDateFolder(name)
  ).map(({ name }) => name).sort();
  return days.flatMap((day) => eventFilesOfDay(join(layout.events, day), sessionId));
}

/** Event files of one date folder in reading order. */
export function eventFilesOfDay(folder: string, sessionId?: string): EventFilePlace[] {
  const names = listFolder(folder).filter(({ isFile }) => isFile).map(({ name }) => name).sort();
  const files: EventFilePlace[] = [];
  for (const name of names) {
    const parsed = parseEventFileName(name);
    if (parsed === null || (sessionId !== undefined && parsed.sessionId !== sessionId)) continue;
    files.push({ path: join(folder, name), sessionId: parsed.sessionId });
  }
  return files;
}

/** The batches of files, each once. */
export function* eventBatches(
  files: readonly EventFilePlace[],
  options: EventFileWalk = {},
): Generator<PlacedBatch> {
  const taken = new TakenSequences();
  for (const [i, { path, sessionId }] of files.entries()) {
    const reader = new EventFileReader(path);
    const later = (): string[] =>
      files.slice(i + 1).filter((file) => file.sessionId === sessionId).map((file) => file.path);
    yield* onceInOrder(reader, taken, later, options);
    for (const damage of reader.damage) options.onDamage?.(damage);
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
