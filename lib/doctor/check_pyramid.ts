/**
 * Checks the pyramid of a channel segment.
 * @module
 */
import { pyramidDamage, segmentOfPyramid } from "../channels/pyramid_format.ts";
import { isGone, sealedInfo } from "../channels/segment_index.ts";
import type { SegmentInfo } from "../channels/segment_info.ts";
import type { DamagedFile } from "./damaged_file.ts";

/** Readers pass over a damaged pyramid and make it anew: a repair removes it, and nothing is lost. */
export function checkPyramid(path: string, repair: boolean): DamagedFile[] {
  const bytes = Deno.readFileSync(path), segment = segmentOf(path);
  // Beside a damaged segment it cannot be judged, and nobody reads it.
  if (segment === undefined) return [];
  const reason = segment === "gone" ? "Its segment is gone" : pyramidDamage(bytes, segment);
  if (reason === undefined) return [];
  if (repair) Deno.removeSync(path);
  return [{ file: path, start: 0, end: bytes.byteLength, reason, repaired: repair }];
}

function segmentOf(path: string): SegmentInfo | "gone" | undefined {
  try {
    const sealed = sealedInfo(segmentOfPyramid(path));
    return sealed?.missingBytes === 0 ? sealed.info : undefined;
  } catch (error) {
    if (isGone(error)) return "gone";
    throw error;
  }
}
