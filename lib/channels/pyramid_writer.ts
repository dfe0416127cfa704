/**
 * Pyramid files: made as segments are sealed, and anew where they are missing. Nobody waits for the device:
 * what a power cut leaves of one is known by its checksums and made again.
 * @module
 */
import { concatBytes } from "../base/concat_bytes.ts";
import { storageError, temporaryName } from "../base/file_layer.ts";
import { Turns } from "../base/turns.ts";
import { encodePyramid, pyramidPath } from "./pyramid_format.ts";
import { deservesPyramid, PyramidMaker } from "./pyramid_maker.ts";
import { type PlacedBatch, placedBatches } from "./segment_batches.ts";
import type { SegmentInfo } from "./segment_info.ts";
import type { SegmentFileLayer } from "./segment_publisher.ts";

/** Longest time that the making of a pyramid keeps others waiting, milliseconds. */
const TURN_MILLIS = 2;

/**
 * Writes the pyramid of a segment that was just published.
 *
 * @param placed its record batches
 * @throws {StorageError} naming file and cause; nothing is left of it then
 */
export async function writePyramid(
  segment: SegmentInfo,
  placed: readonly PlacedBatch[],
  layer: SegmentFileLayer,
): Promise<void> {
  if (!deservesPyramid(segment)) return;
  const maker = new PyramidMaker(segment), turns = new Turns(TURN_MILLIS);
  for (const each of placed) {
    maker.add(each);
    await turns.pass();
  }
  const parts = maker.finish();
  if (parts === undefined) return;
  const path = pyramidPath(segment.path), temporary = temporaryName(path);
  try {
    const file = await layer.create(temporary);
    try {
      for (const bytes of encodePyramid(parts, segment)) await file.write(bytes);
    } finally {
      file.close();
    }
    await layer.rename(temporary, path);
  } catch (error) {
    await layer.remove(temporary);
    throw storageError("Cannot write pyramid", path, error);
  }
}

/**
 * Makes the pyramid of a segment from its file.
 *
 * @returns undefined where the segment is damaged or of a kind that has none
 * @throws {StorageError} where it cannot be read
 */
export function pyramidOfFile(segment: SegmentInfo): Uint8Array | undefined {
  if (!segment.sealed || !deservesPyramid(segment)) return undefined;
  const maker = new PyramidMaker(segment);
  let damaged = false;
  const { path, covers } = segment;
  const options = { covers, reuse: true, onDamage: () => damaged = true };
  for (const placed of placedBatches(path, options)) maker.add(placed);
  const parts = maker.finish();
  if (damaged || parts?.samples !== segment.samples) return undefined;
  return concatBytes(encodePyramid(parts, segment));
}

/**
 * Puts a pyramid beside its segment.
 *
 * @returns false where the folder cannot be written
 */
export function keepPyramid(segment: SegmentInfo, bytes: Uint8Array): boolean {
  const path = pyramidPath(segment.path), temporary = temporaryName(path);
  try {
    Deno.writeFileSync(temporary, bytes, { createNew: true });
    Deno.renameSync(temporary, path);
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    removeIfThere(temporary);
    return false;
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // What cannot be written cannot be removed either; readers pass over it.
  }
}
