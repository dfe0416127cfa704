/**
 * The record batches of a segment: whole ones served, damage told of, nothing parsed unchecked.
 * @module
 */
import type { ArrowBatch, ArrowSchema } from "../arrow/field.ts";
import { readFrame } from "../arrow/frame.ts";
import type { ScanItem } from "../arrow/scan_item.ts";
import { StreamAssembler } from "../arrow/stream_assembler.ts";
import { scanStream } from "../arrow/stream_scan.ts";
import { InvalidDataError } from "../base/errors.ts";
import { storageError } from "../base/file_layer.ts";
import { FileSource } from "./_file_source.ts";
import type { OnDamage } from "./segment_info.ts";
import { type CoveredRange, decodeSegmentMetadata } from "./segment_metadata.ts";

/** How batches are read. */
export interface SegmentBatchOptions {
  readonly onDamage?: OnDamage | undefined;
  /** Whether a batch is valid only until the next one is asked for. @default false */
  readonly reuse?: boolean;
  /** What the segment covered when it was listed: after a merge its name may be that of another one. */
  readonly covers?: readonly CoveredRange[] | undefined;
  /** The columns to assume where the file lost its own schema. */
  readonly schema?: ArrowSchema | undefined;
}

/** A record batch, and where its body lies in the segment file. */
export interface PlacedBatch {
  readonly batch: ArrowBatch;
  /** Byte offset of the body. */
  readonly bodyStart: number;
  /** The body in parts, in order; the buffers of the columns lie in them. */
  readonly body: readonly Uint8Array[];
}

/**
 * Reads the batches of a segment in order.
 *
 * @throws {StorageError} where the file cannot be opened, or is another one than was listed
 */
export function* segmentBatches(
  path: string,
  options: SegmentBatchOptions = {},
): Generator<ArrowBatch> {
  for (const { batch } of placedBatches(path, options)) yield batch;
}

/** Reads the batches of a segment with their places; else like {@linkcode segmentBatches}. */
export function* placedBatches(
  path: string,
  options: SegmentBatchOptions = {},
): Generator<PlacedBatch> {
  const { covers, onDamage, reuse = false } = options;
  using source = openSource(path, reuse);
  const assembler = new StreamAssembler(options.schema);
  for (const item of walk(source, path, reuse)) {
    if (item.kind === "end") continue;
    if (item.kind === "damage") {
      onDamage?.({ path, start: item.start, end: item.end, reason: item.reason });
      continue;
    }
    if (item.header.kind === "schema" && covers !== undefined) {
      checkIdentity(path, covers, item.header.schema);
    }
    let batch: ArrowBatch | undefined;
    try {
      batch = assembler.accept(item.header, item.body);
    } catch (error) {
      if (!(error instanceof InvalidDataError)) throw error;
      onDamage?.({ path, start: item.start, end: item.end, reason: error.message });
    }
    if (batch === undefined) continue;
    yield { batch, bodyStart: item.end - item.body.byteLength, body: [item.body] };
  }
}

function checkIdentity(path: string, covers: readonly CoveredRange[], schema: ArrowSchema): void {
  const found = decodeSegmentMetadata(schema.metadata)?.covers ?? [];
  if (JSON.stringify(found) === JSON.stringify(covers)) return;
  const gone = new Deno.errors.NotFound("it was merged, another segment has its name now");
  throw storageError("Cannot read channel segment", path, gone);
}

function openSource(path: string, reuse: boolean): FileSource {
  try {
    return new FileSource(path, reuse);
  } catch (error) {
    throw storageError("Cannot read channel segment", path, error);
  }
}

/** Frame by frame while all is well; the search behind damage needs memory that stays. */
function* walk(source: FileSource, path: string, reuse: boolean): Generator<ScanItem> {
  let at = 0, stamped = false;
  while (at < source.size) {
    const frame = readFrame(source, at, source.size, { stamped });
    if (frame.kind === "bad" || frame.kind === "skipped") {
      using fresh = reuse ? new FileSource(path) : undefined;
      yield* scanStream(fresh ?? source, { from: at });
      return;
    }
    yield frame;
    at = frame.end;
    if (frame.kind === "message") stamped ||= frame.stamp !== undefined;
  }
}
