/**
 * Checks a channel segment.
 * @module
 */
import { segmentBatches } from "../channels/segment_batches.ts";
import { sealedInfo } from "../channels/segment_index.ts";
import type { SegmentDamage } from "../channels/segment_info.ts";
import type { DamagedFile } from "./damaged_file.ts";

/** Reads all of a segment; segments are whole from the start, so that none is ever repaired. */
export function checkChannelFile(path: string): DamagedFile[] {
  const damage: SegmentDamage[] = [];
  const { size } = Deno.statSync(path);
  // A name that is claimed while its segment is on the way.
  if (size === 0) return [];
  let batches = 0;
  for (const _ of segmentBatches(path, { onDamage: (each) => damage.push(each) })) batches++;
  if (damage.length === 0) {
    const missingBytes = sealedInfo(path)?.missingBytes ?? 0;
    if (missingBytes > 0) {
      const reason = `The last ${missingBytes} bytes are missing`;
      damage.push({ path, start: size, end: size + missingBytes, reason });
    } else if (batches === 0) {
      damage.push({ path, start: 0, end: size, reason: "It holds no batch of samples" });
    }
  }
  return damage.map(({ start, end, reason }) => ({
    file: path,
    start,
    end,
    reason,
    repaired: false,
  }));
}
