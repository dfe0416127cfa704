/**
 * The pyramids of a data directory that a reader has open.
 * @module
 */
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import { PyramidFile } from "./pyramid_file.ts";
import { segmentIdentity } from "./pyramid_format.ts";
import { deservesPyramid } from "./pyramid_maker.ts";
import { keepPyramid, pyramidOfFile } from "./pyramid_writer.ts";
import type { SegmentInfo } from "./segment_info.ts";

interface Known {
  readonly identity: string;
  /** Undefined where the segment has none and none can be made. */
  readonly file: PyramidFile | undefined;
}

/** Remembers pyramids and makes those anew that are missing. */
export class PyramidCache {
  /** By path of the segment, that used last at the end. */
  readonly #known = new Map<string, Known>();

  /**
   * The pyramid of a segment.
   *
   * @returns undefined where the segment is of a kind that has none, or damaged
   * @throws {StorageError} where the segment cannot be read
   */
  of(segment: SegmentInfo): PyramidFile | undefined {
    if (!segment.sealed || !deservesPyramid(segment)) return undefined;
    return this.#take(segment, () => PyramidFile.open(segment) ?? made(segment)).file;
  }

  /** The pyramid of a segment where it has one already: to make it takes all samples. */
  existing(segment: SegmentInfo): PyramidFile | undefined {
    if (!segment.sealed || !deservesPyramid(segment)) return undefined;
    const { file } = this.#take(segment, () => PyramidFile.open(segment));
    if (file === undefined) this.#known.delete(segment.path);
    return file;
  }

  #take(segment: SegmentInfo, open: () => PyramidFile | undefined): Known {
    const identity = segmentIdentity(segment), before = this.#known.get(segment.path);
    const known = before?.identity === identity ? before : { identity, file: open() };
    this.#known.delete(segment.path);
    this.#known.set(segment.path, known);
    return known;
  }

  /** Makes the pyramid of a segment anew: its file is damaged, or the segment is. */
  renew(segment: SegmentInfo): void {
    this.#known.set(segment.path, { identity: segmentIdentity(segment), file: made(segment) });
  }

  /** Forgets those that were used longest ago, until the rest takes no more memory than it may. */
  trim(): void {
    let bytes = 0;
    for (const { file } of this.#known.values()) bytes += file?.byteLength ?? 0;
    for (const [path, { file }] of this.#known) {
      if (bytes <= CHANNEL_BOUNDS.pyramidCacheBytes) return;
      bytes -= file?.byteLength ?? 0;
      this.#known.delete(path);
    }
  }
}

function made(segment: SegmentInfo): PyramidFile | undefined {
  const bytes = pyramidOfFile(segment);
  if (bytes === undefined) return undefined;
  return PyramidFile.open(segment, keepPyramid(segment, bytes) ? undefined : bytes);
}
