/**
 * Merges what stores left behind: segments of those that are gone, and sources of merges that were
 * interrupted.
 * @module
 */
import { join } from "@std/path";
import { dataLayout } from "../base/data_layout.ts";
import { FolderState, listFolder } from "../base/folder_state.ts";
import { CHANNEL_LIMITS } from "../base/limits.ts";
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import { mergeRuns } from "./merge_runs.ts";
import { isGone, SegmentIndex } from "./segment_index.ts";
import type { SegmentInfo } from "./segment_info.ts";
import type { SegmentMerger } from "./segment_merger.ts";
import { dropCovered, inOrder } from "./segment_selection.ts";

/** Merges the segments of a whole data directory, for a process that lives longer than its writers. */
export class DirectoryMerges {
  readonly #channels: string;
  readonly #merger: SegmentMerger;
  readonly #index: SegmentIndex;
  readonly #folders = new FolderState();
  readonly #quietMillis: number;
  /** Whether segments were too young to be merged in the last round. */
  #isDue = false;
  #nextAt = 0;
  #round: Promise<void> | undefined;
  #error: unknown;

  constructor(
    dataDir: string,
    merger: SegmentMerger,
    quietMillis: number = CHANNEL_BOUNDS.mergeQuietMillis,
  ) {
    this.#channels = dataLayout(dataDir).channels;
    this.#merger = merger;
    this.#index = new SegmentIndex(dataDir);
    this.#quietMillis = quietMillis;
  }

  /** What the last round failed with. */
  get error(): unknown {
    return this.#error;
  }

  /** Begins a round in the background, unless one is under way, nothing changed or the last was just now. */
  tick(): void {
    if (this.#round !== undefined || Date.now() < this.#nextAt) return;
    if (!this.#hasChanged() && !this.#isDue) return;
    this.#round = this.round().then(
      () => this.#error = undefined,
      (error: unknown) => this.#error = error,
    ).then(() => this.#round = undefined);
  }

  /** Resolves when no round is under way. */
  async idle(): Promise<void> {
    await this.#round;
  }

  #hasChanged(): boolean {
    const names = listFolder(this.#channels).filter((entry) => entry.isDirectory);
    // All are asked, so that each remembers its time.
    return names.map(({ name }) => this.#folders.isChanged(join(this.#channels, name)))
      .includes(true);
  }

  /** Looks at all segments once and merges what is worth it. */
  async round(): Promise<void> {
    const start = Date.now();
    await this.#merger.exclusively(() => this.#mergeAll());
    const now = Date.now();
    // Of a large directory the look itself takes long: it must not become all that is done.
    this.#nextAt = now + Math.max(this.#quietMillis, CHANNEL_BOUNDS.mergeRest * (now - start));
  }

  async #mergeAll(): Promise<void> {
    this.#isDue = false;
    for (const segments of this.#sessions()) {
      await this.#merger.removeLeftovers(segments);
      const kept = inOrder(dropCovered(segments));
      for (const run of mergeRuns(kept, CHANNEL_BOUNDS.mergeQuietSegments)) {
        const isQuiet = this.#isQuiet(run);
        if (!isQuiet) this.#isDue = true;
        // A store that lives merges its own; what it leaves is not its own.
        if (isQuiet || run.length >= 2 * CHANNEL_LIMITS.mergeSegments) {
          await this.#merger.merge(run);
        }
      }
    }
  }

  #sessions(): Iterable<SegmentInfo[]> {
    const sessions = new Map<string, SegmentInfo[]>();
    for (const segment of this.#index.refresh().segments) {
      if (!segment.sealed) continue;
      const key = JSON.stringify([segment.channelId, segment.sessionId]);
      sessions.getOrInsertComputed(key, () => []).push(segment);
    }
    return sessions.values();
  }

  #isQuiet(run: readonly SegmentInfo[]): boolean {
    const before = Date.now() - this.#quietMillis;
    return run.every(({ path }) => (modifiedMillis(path) ?? 0) <= before);
  }
}

function modifiedMillis(path: string): number | undefined {
  try {
    return Deno.statSync(path).mtime?.getTime();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
