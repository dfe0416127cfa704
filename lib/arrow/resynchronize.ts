/**
 * The search for the next whole message behind damage.
 * @module
 */
import { ARROW_LIMITS } from "../base/limits.ts";
import { CONTINUATION, readFrame } from "./frame.ts";
import { PREFIX_BYTES } from "./stamp.ts";
import type { ByteSource } from "./scan_item.ts";

/** What may count as the next message. */
export interface SearchContext {
  /** Only messages with a stamp. */
  readonly stamped: boolean;
  /** Whether the last eight bytes may be an end marker. */
  readonly endMarker: boolean;
  /** Bytes that the walk may still read in vain; below zero once the search was given up. */
  readonly effort: { leftBytes: number };
}

const CHUNK_BYTES = 1024 * 1024;

/**
 * Offset of the next message that proves itself, or undefined.
 *
 * Stamped messages are looked for at each byte, because a torn write that was appended to has any
 * length; others only at multiples of eight, where writers put them, because their proof is weaker.
 */
export function findNextMessage(
  source: ByteSource,
  damagedAt: number,
  size: number,
  context: SearchContext,
): number | undefined {
  for (let base = damagedAt + 1; base + PREFIX_BYTES <= size; base += CHUNK_BYTES) {
    // Seven bytes more than the step, so that a prefix across two chunks is seen whole in the first.
    const wanted = Math.min(CHUNK_BYTES + PREFIX_BYTES - 1, size - base);
    const bytes = source.read(base, wanted);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const last = Math.min(CHUNK_BYTES, bytes.byteLength - PREFIX_BYTES + 1);
    for (let i = bytes.indexOf(0xff); i >= 0 && i < last; i = bytes.indexOf(0xff, i + 1)) {
      if (!isPrefix(view, i, base + i, size)) continue;
      const found = proves(source, base + i, size, context);
      if (found === true) return base + i;
      context.effort.leftBytes -= found;
      if (context.effort.leftBytes < 0) return undefined;
    }
  }
  return undefined;
}

function isPrefix(view: DataView, i: number, at: number, size: number): boolean {
  if (view.getUint32(i, true) !== CONTINUATION) return false;
  const metadataBytes = view.getUint32(i + 4, true);
  return metadataBytes <= ARROW_LIMITS.metadataBytes && at + PREFIX_BYTES + metadataBytes <= size;
}

/** True, or the bytes that were read in vain. */
function proves(
  source: ByteSource,
  at: number,
  size: number,
  { stamped, endMarker }: SearchContext,
): true | number {
  const frame = readFrame(source, at, size, { stamped });
  switch (frame.kind) {
    case "message":
      return frame.stamp !== undefined || at % 8 === 0 || frame.body.byteLength;
    case "end":
      // Eight plain bytes prove little: only at the very end.
      return (frame.end === size && endMarker) || PREFIX_BYTES;
    case "bad":
      return frame.readBytes + PREFIX_BYTES;
    default:
      return PREFIX_BYTES;
  }
}
