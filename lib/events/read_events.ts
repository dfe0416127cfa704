/**
 * Events straight from the files: without a daemon, without the network, the same events in the same order.
 * @module
 */
import { setImmediate } from "node:timers";
import type { ArrowBatch } from "../arrow/field.ts";
import { valueReader } from "../arrow/column_values.ts";
import { dataLayout } from "../base/data_layout.ts";
import { requireRead } from "../base/permissions.ts";
import { resolveDataDirectory } from "../config/data_directory.ts";
import type { EventFilter } from "../protocol/event_filter.ts";
import type { UnknownEvent } from "./base_event.ts";
import { compileRowFilter, pickRows, type RowFilter } from "./row_filter.ts";
import type { Damage } from "./event_file_reader.ts";
import { eventBatches, eventFiles } from "./event_files.ts";
import { parseEvent } from "./event_json.ts";
import type { LitmusEvent } from "./event_types.ts";
import { isGrowing } from "./growing_tail.ts";

/** How to read events from files. */
export interface ReadEventsOptions {
  /** Stops reading. */
  readonly signal?: AbortSignal;
  /**
   * Told of each stretch of a file that could not be read; everything else is served. The unfinished last
   * batch of a writer that lives is no damage.
   */
  readonly onDamage?: (damage: Damage) => void;
}

/**
 * Reads events from the files of a data directory: files by folder and name, each in its own order. A batch
 * that lies in two files, after a failed sync, is read once, and of events with one id the first. Files are
 * passed over by session id, rows by column before any JSON is parsed; in memory are one batch at a time and
 * the ids of one session.
 *
 * @param dataDir the data directory; undefined is resolved as by the command line
 * @param filter which events; all by default
 * @throws {DOMException} of the signal
 *
 * @example
 * ```ts
 * import { strictEqual as equal } from "node:assert/strict";
 * import { FileEventLog } from "./file_event_log.ts";
 *
 * const dataDir = await Deno.makeTempDir();
 * {
 *   await using log = await FileEventLog.open({ dataDir });
 *   log.emit({ event_type: "session.started", station_id: "bench-1" });
 * }
 * const events = await Array.fromAsync(readEvents(dataDir, { eventType: "session.started" }));
 * equal(events[0]?.event_type, "session.started");
 * ```
 */
export async function* readEvents(
  dataDir?: string,
  filter: EventFilter = {},
  options: ReadEventsOptions = {},
): AsyncGenerator<LitmusEvent | UnknownEvent> {
  for await (const batch of filteredBatches(dataDir, filter, options, true)) {
    const json = batch.columns[JSON_COLUMN];
    if (json === undefined) continue;
    const read = valueReader(json);
    for (let row = 0; row < batch.rows; row++) {
      const text = read(row);
      if (typeof text === "string") yield parseEvent(text);
    }
  }
}

/**
 * Reads events as record batches with the seven columns of the format, without parsing their JSON.
 *
 * @param dataDir the data directory; undefined is resolved as by the command line
 * @param filter which events; all by default
 * @returns batches as their writers wrote them, cut down to the events that pass
 * @throws {DOMException} of the signal
 */
export function readEventBatches(
  dataDir?: string,
  filter: EventFilter = {},
  options: ReadEventsOptions = {},
): AsyncGenerator<ArrowBatch> {
  return filteredBatches(dataDir, filter, options, false);
}

const JSON_COLUMN = 6;

/** @param reuse whether a batch is valid only until the next */
async function* filteredBatches(
  dataDir: string | undefined,
  filter: EventFilter,
  options: ReadEventsOptions,
  reuse: boolean,
): AsyncGenerator<ArrowBatch> {
  const root = await resolveDataDirectory(dataDir);
  await requireRead(root);
  const { signal, onDamage } = options;
  const rowFilter: RowFilter = compileRowFilter(filter);
  let left = filter.limit === undefined ? Infinity : Math.max(0, Math.trunc(filter.limit));
  const files = eventFiles(dataLayout(root), filter.sessionId);
  const report = (damage: Damage): void => {
    if (!isGrowing(root, damage)) onDamage?.(damage);
  };
  for (const { batch } of eventBatches(files, { onDamage: report, reuse })) {
    if (left <= 0) return;
    signal?.throwIfAborted();
    const rows = rowFilter(batch);
    if (rows === undefined && batch.rows <= left) yield batch;
    else yield pickRows(batch, rows?.subarray(0, left) ?? firstRows(left));
    left -= rows?.length ?? batch.rows;
    await turn();
  }
  signal?.throwIfAborted();
}

function firstRows(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => row);
}

/** Timers and signals get their turn between two batches. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => resolve());
  });
}
