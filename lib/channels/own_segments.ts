/**
 * What a store has published itself: pyramids are put beside it, and it is merged, while the store writes on. No folder is listed for that: a directory
 * may hold a hundred thousand segments of others.
 * @module
 */
import { CHANNEL_LIMITS } from "../base/limits.ts";
import { mergeRuns } from "./merge_runs.ts";
import { deservesPyramid } from "./pyramid_maker.ts";
import type { PlacedBatch } from "./segment_batches.ts";
import type { SegmentInfo } from "./segment_info.ts";
import type { SegmentMerger } from "./segment_merger.ts";
import { inOrder } from "./segment_selection.ts";

/** Segments of one writer that may still be merged; older ones are large or lie between large ones. */
const REMEMBERED = 1024;

/** Pyramids that wait with the samples they are made of; more are left to the first who asks for them. */
const WAITING_PYRAMIDS = 2;

/** Looks after the segments of a store in the background. */
export class OwnSegments {
  readonly #merger: SegmentMerger;
  readonly #least: number;
  /** Segments by the key of their writer. */
  readonly #published = new Map<string, SegmentInfo[]>();
  #working: Promise<unknown> = Promise.resolve();
  readonly #due = new Set<string>();
  #waitingPyramids = 0;
  #error: unknown;

  /** @param least segments of one writer that are worth a merge */
  constructor(merger: SegmentMerger, least: number = CHANNEL_LIMITS.mergeSegments) {
    this.#merger = merger;
    this.#least = least;
  }

  /** The last failure, if nothing has succeeded since; the segments are there all the same. */
  get error(): unknown {
    return this.#error;
  }

  /**
   * Takes note of a segment.
   *
   * @param placed its record batches
   */
  note(writer: string, segment: SegmentInfo, placed: readonly PlacedBatch[]): void {
    if (deservesPyramid(segment) && this.#waitingPyramids < WAITING_PYRAMIDS) {
      this.#waitingPyramids++;
      this.#inBackground(async () => {
        this.#waitingPyramids--;
        await this.#merger.writePyramid(segment, placed);
      });
    }
    const segments = this.#segmentsOf(writer);
    segments.push(segment);
    if (segments.length < this.#least || this.#due.has(writer)) return;
    this.#due.add(writer);
    this.#inBackground(() => this.#merge(writer));
  }

  #inBackground(work: () => Promise<void>): void {
    this.#working = this.#working.then(work).then(
      () => this.#error = undefined,
      (error: unknown) => this.#error = error,
    );
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#working;
  }

  #segmentsOf(writer: string): SegmentInfo[] {
    return this.#published.getOrInsertComputed(writer, () => []);
  }

  async #merge(writer: string): Promise<void> {
    this.#due.delete(writer);
    try {
      await this.#merger.exclusively(() => this.#mergeRuns(writer));
    } catch (error) {
      // Left to the next merger, which looks at the files anew.
      this.#published.delete(writer);
      throw error;
    }
  }

  async #mergeRuns(writer: string): Promise<void> {
    for (const run of mergeRuns(inOrder(this.#segmentsOf(writer)), this.#least)) {
      const merged = await this.#merger.merge(run), sources = new Set(run);
      const rest = this.#segmentsOf(writer).filter((segment) => !sources.has(segment));
      this.#published.set(writer, merged === undefined ? rest : [merged, ...rest]);
    }
    this.#published.set(writer, inOrder(this.#segmentsOf(writer)).slice(-REMEMBERED));
  }
}
