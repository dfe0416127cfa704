/**
 * What a store has published itself, merged while it writes on. No folder is listed for that: a directory
 * may hold a hundred thousand segments of others.
 * @module
 */
import { CHANNEL_LIMITS } from "../base/limits.ts";
import { mergeRuns } from "./merge_runs.ts";
import type { SegmentInfo } from "./segment_info.ts";
import type { SegmentMerger } from "./segment_merger.ts";
import { inOrder } from "./segment_selection.ts";

/** Segments of one writer that may still be merged; older ones are large or lie between large ones. */
const REMEMBERED = 1024;

/** Merges the segments of a store in the background. */
export class OwnSegments {
  readonly #merger: SegmentMerger;
  readonly #least: number;
  /** Segments by the key of their writer. */
  readonly #published = new Map<string, SegmentInfo[]>();
  #working: Promise<void> = Promise.resolve();
  readonly #due = new Set<string>();
  #error: unknown;

  /** @param least segments of one writer that are worth a merge */
  constructor(merger: SegmentMerger, least: number = CHANNEL_LIMITS.mergeSegments) {
    this.#merger = merger;
    this.#least = least;
  }

  /** The last failure, if no merge has succeeded since; the segments are there all the same. */
  get error(): unknown {
    return this.#error;
  }

  /** Takes note of a segment; a merge that is due begins. */
  note(writer: string, segment: SegmentInfo): void {
    const segments = this.#segmentsOf(writer);
    segments.push(segment);
    if (segments.length < this.#least || this.#due.has(writer)) return;
    this.#due.add(writer);
    this.#working = this.#working.then(() => this.#merge(writer));
  }

  /** Resolves when no merge is under way. */
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
      this.#error = undefined;
    } catch (error) {
      this.#error = error;
      // Left to the next merger, which looks at the files anew.
      this.#published.delete(writer);
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
