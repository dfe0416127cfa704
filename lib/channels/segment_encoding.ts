/**
 * A sealed segment as bytes:
 *
 *     | schema (stamp, metadata) | batch (stamp) | batch (stamp) | ... | end marker |
 *
 * @module
 */
import type { ArrowBatch, ArrowSchema } from "../arrow/field.ts";
import {
  encodeBatch,
  encodeSchema,
  END_OF_STREAM,
  frameBytes,
  type IpcMessage,
} from "../arrow/message_writer.ts";
import { framePrefix } from "../arrow/stamp.ts";
import type { ChannelBatch } from "./channel_batch.ts";
import type { ChannelDescription } from "./channel_types.ts";
import type { PlacedBatch } from "./segment_batches.ts";
import type { SegmentInfo } from "./segment_info.ts";
import { groupBatches } from "./group_batches.ts";
import { encodeSegmentMetadata, type SegmentMetadata } from "./segment_metadata.ts";

/** Batches that were cut for live subscribers share one up to this size. */
const SMALL = { rows: 8192, bytes: 64 * 1024 } as const;
/** Parts shorter than this are joined: a call for each would cost more than the copy. */
const JOIN_BYTES = 64 * 1024;

/** A segment ready to be written. */
export interface EncodedSegment {
  readonly metadata: SegmentMetadata;
  readonly parts: readonly Uint8Array[];
  readonly sizeBytes: number;
  /** The record batches and where they lie. */
  readonly placed: readonly PlacedBatch[];
}

/** What readers will find of a segment at its path. */
export function infoOfSegment({ metadata, sizeBytes }: EncodedSegment, path: string): SegmentInfo {
  return { ...metadata, path, sizeBytes, sealed: true, shared: false };
}

/**
 * Encodes the batches of one writer as a segment.
 *
 * @param batches at least one, in order of their sequence
 */
export function encodeSegment(
  batches: readonly ChannelBatch[],
  description: ChannelDescription,
): EncodedSegment {
  const { channelId, sessionId, dataType, capture, writer, sequence } = batches[0]!;
  const covers = [{ writer, first: sequence, last: batches.at(-1)!.sequence }];
  return encodeFacts(
    { channelId, sessionId, dataType, covers, ...summed(batches), capture, ...description },
    groupBatches(batches.map(({ batch }) => batch), SMALL),
    { writer, sequence },
  );
}

/**
 * Encodes record batches of which everything is known that a segment says.
 *
 * @param batches at least one
 * @param first writer and sequence of the first batch; the others count on
 */
export function encodeFacts(
  facts: Omit<SegmentMetadata, "batchBytes">,
  batches: readonly ArrowBatch[],
  { writer, sequence }: { readonly writer: string; readonly sequence: number },
): EncodedSegment {
  const messages = batches.map((batch, i) =>
    encodeBatch(batch, { kind: "batch", writer, sequence: sequence + i, rows: batch.rows })
  );
  const batchBytes = messages.reduce((sum, message) => sum + sizeOf(message), 0);
  const metadata: SegmentMetadata = { ...facts, batchBytes };
  const { fields } = batches[0]!.schema;
  const schema: ArrowSchema = { fields, metadata: encodeSegmentMetadata(metadata) };
  const stamp = { kind: "schema", writer, sequence: sequence - 1, rows: 0 } as const;
  const head = frameBytes(encodeSchema(schema, stamp));
  const parts = joined([head, ...messages.flatMap(partsOf), END_OF_STREAM]);
  let at = head.byteLength;
  const placed = messages.map((message, i): PlacedBatch => {
    at += sizeOf(message);
    return { batch: batches[i]!, bodyStart: at - message.bodyBytes, body: message.body };
  });
  return { metadata, parts, sizeBytes: at + END_OF_STREAM.byteLength, placed };
}

function summed(
  batches: readonly ChannelBatch[],
): Pick<SegmentMetadata, "rows" | "samples" | "firstMicros" | "lastMicros" | "ordered"> {
  let rows = 0, samples = 0, firstMicros = Infinity, lastMicros = -Infinity, ordered = true;
  for (const each of batches) {
    rows += each.batch.rows;
    samples += each.samples;
    if (!each.ordered || each.firstMicros < lastMicros) ordered = false;
    firstMicros = Math.min(firstMicros, each.firstMicros);
    lastMicros = Math.max(lastMicros, each.lastMicros);
  }
  return { rows, samples, firstMicros, lastMicros, ordered };
}

function sizeOf({ metadata, bodyBytes }: IpcMessage): number {
  return 8 + metadata.byteLength + bodyBytes;
}

function partsOf(message: IpcMessage): Uint8Array[] {
  const { metadata, body } = message;
  return [framePrefix(metadata.byteLength), metadata, ...body];
}

/** Joins runs of short parts, so that a file takes few calls and long parts no copy. */
function joined(parts: readonly Uint8Array[]): Uint8Array[] {
  const out: Uint8Array[] = [];
  let short: Uint8Array[] = [], shortBytes = 0;
  const flush = (): void => {
    if (shortBytes === 0) return;
    const bytes = new Uint8Array(shortBytes);
    let at = 0;
    for (const part of short) {
      bytes.set(part, at);
      at += part.byteLength;
    }
    out.push(bytes);
    short = [];
    shortBytes = 0;
  };
  for (const part of parts) {
    if (part.byteLength >= JOIN_BYTES) {
      flush();
      out.push(part);
      continue;
    }
    short.push(part);
    shortBytes += part.byteLength;
    if (shortBytes >= JOIN_BYTES) flush();
  }
  flush();
  return out;
}
