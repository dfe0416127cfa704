/**
 * Merges small segments: one file with the rows of many. At every moment a reader finds each sample once:
 *
 *     1. the merged segment is published and on the device; it names what it covers, so that its sources
 *        count for nothing from then on
 *     2. it is read back
 *     3. the merge is counted, see `merge_count.ts`
 *     4. the sources are removed; whoever had them listed finds their samples by listing again
 *
 * A crash after 1 leaves sources behind that the next merger removes. One merger works at a time in a data
 * directory, by a lock that the kernel gives back.
 *
 * @module
 */
import { join } from "@std/path";
import { sameFields } from "../arrow/concat_batches.ts";
import type { ArrowBatch } from "../arrow/field.ts";
import { newWriterKey } from "../arrow/stamp.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { dataLayout } from "../base/data_layout.ts";
import { Turns } from "../base/turns.ts";
import { FileLock } from "../protocol/file_lock.ts";
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import { joinDescriptions } from "./channel_description.ts";
import { groupBatches } from "./group_batches.ts";
import { countMerge } from "./merge_count.ts";
import { pyramidPath } from "./pyramid_format.ts";
import { writePyramid } from "./pyramid_writer.ts";
import { type PlacedBatch, segmentBatches } from "./segment_batches.ts";
import { encodeFacts, infoOfSegment } from "./segment_encoding.ts";
import { isGone } from "./segment_index.ts";
import type { SegmentInfo } from "./segment_info.ts";
import { mergedCovers } from "./segment_metadata.ts";
import { segmentDiskLayer, type SegmentFileLayer, SegmentPublisher } from "./segment_publisher.ts";
import { coveringSegments } from "./segment_selection.ts";

const MERGED = { rows: CHANNEL_BOUNDS.batchRows, bytes: CHANNEL_BOUNDS.mergedBatchBytes } as const;

/** Parts of a {@linkcode SegmentMerger}. */
export interface SegmentMergerParts {
  readonly dataDir: string;
  readonly clock?: Clock | undefined;
  readonly layer?: SegmentFileLayer | undefined;
}

/** Merges segments of one data directory. */
export class SegmentMerger {
  readonly #dataDir: string;
  readonly #layer: SegmentFileLayer;
  readonly #publisher: SegmentPublisher;

  /** Takes ready parts and does no I/O. */
  constructor({ dataDir, clock = systemClock, layer = segmentDiskLayer }: SegmentMergerParts) {
    this.#dataDir = dataDir;
    this.#layer = layer;
    this.#publisher = new SegmentPublisher({ layout: dataLayout(dataDir), clock, layer });
  }

  /**
   * Works while no other merger does.
   *
   * @returns what the work returns, or undefined at once where somebody else merges
   */
  async exclusively<T>(work: () => Promise<T>): Promise<T | undefined> {
    const folder = join(this.#dataDir, ".litmus");
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    using lock = FileLock.tryTake(join(folder, "channel_merge.lock"));
    return lock === undefined ? undefined : await work();
  }

  /**
   * Makes one segment of several; to be called inside of {@linkcode exclusively}.
   *
   * @param sources neighbours of one channel and session, in the order of their samples
   * @returns the merged segment; undefined where a source is damaged or gone, or has other columns
   * @throws {StorageError} where the disk refuses it; the sources are there as before
   */
  async merge(sources: readonly SegmentInfo[]): Promise<SegmentInfo | undefined> {
    const batches = await readAll(sources);
    if (batches === undefined) return undefined;
    const segment = encodeFacts(factsOf(sources), groupBatches(batches, MERGED), {
      writer: newWriterKey(),
      sequence: 1,
    });
    const path = await this.#publisher.publish(segment);
    await this.#publisher.sync();
    const merged = infoOfSegment(segment, path);
    await this.writePyramid(merged, segment.placed);
    await this.#removeSources(merged, sources);
    return merged;
  }

  /** Puts the pyramid of a segment beside it, where it is worth one. */
  async writePyramid(segment: SegmentInfo, placed: readonly PlacedBatch[]): Promise<void> {
    await writePyramid(segment, placed, this.#layer);
  }

  /**
   * Removes what an interrupted merge left behind; to be called inside of {@linkcode exclusively}.
   *
   * @param segments all of one channel and session
   * @returns number of files removed
   */
  async removeLeftovers(segments: readonly SegmentInfo[]): Promise<number> {
    let removed = 0;
    for (const [merged, sources] of coveringSegments(segments)) {
      using file = await Deno.open(merged.path, { read: true });
      await file.sync();
      removed += await this.#removeSources(merged, sources);
    }
    return removed;
  }

  async #removeSources(merged: SegmentInfo, sources: readonly SegmentInfo[]): Promise<number> {
    if (!isWhole(merged)) return 0;
    await countMerge(this.#dataDir);
    for (const { path } of sources) {
      await this.#layer.remove(pyramidPath(path));
      await this.#layer.remove(path);
    }
    return sources.length;
  }
}

/** The batches of all sources; others get their turn between them. */
async function readAll(sources: readonly SegmentInfo[]): Promise<ArrowBatch[] | undefined> {
  const all: ArrowBatch[] = [], turns = new Turns();
  for (const source of sources) {
    const batches = readWhole(source);
    if (batches === undefined) return undefined;
    all.push(...batches);
    await turns.pass();
  }
  const fields = all[0]!.schema.fields;
  return all.every(({ schema }) => sameFields(schema.fields, fields)) ? all : undefined;
}

/** The batches of a segment; undefined unless every byte of them is there. */
function readWhole({ path, rows, covers }: SegmentInfo): ArrowBatch[] | undefined {
  let damaged = false, found = 0;
  const batches: ArrowBatch[] = [];
  try {
    for (const batch of segmentBatches(path, { covers, onDamage: () => damaged = true })) {
      found += batch.rows;
      batches.push(batch);
    }
  } catch (error) {
    if (!isGone(error)) throw error;
    return undefined;
  }
  return damaged || found !== rows ? undefined : batches;
}

function isWhole(segment: SegmentInfo): boolean {
  let damaged = false, rows = 0;
  const options = { onDamage: () => damaged = true, reuse: true };
  for (const batch of segmentBatches(segment.path, options)) rows += batch.rows;
  return !damaged && rows === segment.rows;
}

function factsOf(sources: readonly SegmentInfo[]): Parameters<typeof encodeFacts>[0] {
  const { channelId, sessionId, dataType, capture } = sources[0]!;
  const ordered = sources.every((source, i) =>
    source.ordered && (i === 0 || sources[i - 1]!.lastMicros <= source.firstMicros)
  );
  return {
    channelId,
    sessionId,
    dataType,
    covers: mergedCovers(sources.flatMap(({ covers }) => covers)),
    rows: sources.reduce((sum, { rows }) => sum + rows, 0),
    samples: sources.reduce((sum, { samples }) => sum + samples, 0),
    firstMicros: Math.min(...sources.map(({ firstMicros }) => firstMicros)),
    lastMicros: Math.max(...sources.map(({ lastMicros }) => lastMicros)),
    ordered,
    capture,
    ...joinDescriptions(sources),
  };
}
