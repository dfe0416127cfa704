/**
 * Walks an Arrow IPC stream that may be torn, flipped or still growing, and tells its whole messages from
 * its damage. Nothing is parsed before framing, bounds and, where present, the checksum have passed.
 *
 *     | FFFFFFFF | length | metadata (flatbuffer, stamp inside) | body |  ...  | FFFFFFFF | 0 |
 *
 * After damage the walk goes on at the next message that proves itself: by its checksum in stamped files,
 * by a verified header in files of other programs.
 *
 * @module
 */
import { readFrame } from "./frame.ts";
import { ARROW_LIMITS } from "../base/limits.ts";
import { findNextMessage } from "./resynchronize.ts";
import type { ByteSource, ScanItem } from "./scan_item.ts";
import type { FoundStamp } from "./stamp.ts";

export type { ByteSource, ScanDamage, ScanEnd, ScanItem, ScanMessage } from "./scan_item.ts";

/** How to walk. */
export interface ScanOptions {
  /** Offset to start at, the end of a message. @default 0 */
  readonly from?: number;
  /**
   * Leaves batches out, their bodies unread, where their stamp says that they are known already. A stamp
   * is believed unread only where it follows the one before it by one; others are verified first. Asked
   * for batches only: what follows cannot be read without the schema.
   */
  readonly skip?: (stamp: FoundStamp) => boolean;
}

/** A source over bytes in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.byteLength,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  };
}

/** Walks the messages of a stream in order; ends at the last byte there is, or before a torn tail. */
export function* scanStream(source: ByteSource, options: ScanOptions = {}): Generator<ScanItem> {
  const { skip } = options;
  let at = options.from ?? 0;
  let last: number | undefined;
  const effort = { leftBytes: source.size * ARROW_LIMITS.searchPasses };
  for (;;) {
    // One size for a whole step: what is appended meanwhile was not searched and must not be judged.
    const { size } = source;
    if (at >= size) return;
    const isKnown = (stamp: FoundStamp): boolean =>
      stamp.kind === "batch" && skip?.(stamp) === true;
    const believed = (stamp: FoundStamp): boolean => stamp.sequence - 1 === last && isKnown(stamp);
    const frame = readFrame(source, at, size, { stamped: last !== undefined, believed });
    if (frame.kind === "bad") {
      const next = findNextMessage(source, at, size, {
        stamped: last !== undefined,
        // The last bytes of a cut message may look like an end marker: all valid, then padding.
        endMarker: !frame.cut,
        effort,
      });
      const end = next ?? size;
      const torn = next === undefined && effort.leftBytes >= 0;
      yield { kind: "damage", start: at, end, reason: frame.reason, torn };
      if (next === undefined) return;
      at = next;
      continue;
    }
    at = frame.end;
    if (frame.kind === "end") {
      yield frame;
    } else if (frame.kind === "skipped") {
      last = frame.stamp.sequence;
    } else {
      last = frame.stamp?.sequence ?? last;
      if (frame.stamp === undefined || !isKnown(frame.stamp)) yield frame;
    }
  }
}
