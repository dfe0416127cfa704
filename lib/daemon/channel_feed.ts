/**
 * One watched channel: its samples in the order of each writer, once, whether they come pushed or from a
 * file first.
 *
 *     pushed batch 7, next is 7     delivered, kept until a file has it
 *     pushed batch 9, next is 8     held: 8 was not pushed and will be in the next segment
 *     segment with 6 to 9           8 and 9 are read from it
 *
 * @module
 */
import { basename, dirname } from "@std/path";
import { type SampleBlock, sliceBlock } from "../channels/sample_block.ts";
import type { SegmentInfo } from "../channels/segment_info.ts";
import { readSegment } from "../channels/segment_reader.ts";
import { type ChannelSession, groupSessions } from "../channels/segment_selection.ts";
import type { LivePosition } from "../protocol/channel_live.ts";
import { behind, blockBytes, type LiveBlock, positionAfter } from "./live_block.ts";

/** Pushed samples that wait for those before them, of one writer; what is beyond comes from the file. */
const HELD_BYTES = 32 * 1024 * 1024;

/** Delivered samples that no file is known to have; more of them come from a writer whose disk refuses them. */
const UNSEALED_BYTES = 64 * 1024 * 1024;

/** Takes the samples of a channel as they come; must not throw. */
export type BlockListener = (block: LiveBlock) => void;

interface Source {
  /** The batch that comes next; of a file of another program, its samples so far and one. */
  next: number;
  position: LivePosition | undefined;
  readonly held: Map<number, LiveBlock>;
  heldBytes: number;
}

/** Delivers the samples of one channel. */
export class ChannelFeed {
  readonly #sources = new Map<string, Source>();
  readonly #origins = new Map<string, number>();
  readonly #listeners = new Set<BlockListener>();
  /** Delivered blocks that no file is known to have. */
  #unsealed: LiveBlock[] = [];
  #unsealedBytes = 0;

  /** Starts where the files end. */
  constructor(segments: readonly SegmentInfo[]) {
    for (const session of groupSessions(segments)) {
      this.#origins.set(session.sessionId, session.firstMicros);
      for (const segment of session.segments) this.#skip(segment);
    }
  }

  /** Adds a listener; the result removes it and tells how many are left. */
  listen(listener: BlockListener): () => number {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      return this.#listeners.size;
    };
  }

  /** What was delivered and is in no file yet, in order. */
  get unsealed(): readonly LiveBlock[] {
    return this.#unsealed;
  }

  /**
   * Time from which on the offsets of a session without waveforms count.
   *
   * @param first time of its first sample, if nothing of it is known so far
   */
  originOf(sessionId: string, first: () => number): number {
    return this.#origins.getOrInsertComputed(sessionId, first);
  }

  /** Takes a pushed batch. */
  push(block: LiveBlock): void {
    const source = this.#sourceOf(block.source);
    if (block.sequence < source.next) return;
    if (block.sequence > source.next) {
      const bytes = blockBytes(block);
      if (source.heldBytes + bytes > HELD_BYTES || source.held.has(block.sequence)) return;
      source.held.set(block.sequence, block);
      source.heldBytes += bytes;
      return;
    }
    this.#deliverPushed(source, block);
    this.#deliverHeld(source);
  }

  /** True where nothing is missing between what was delivered and a segment. */
  reaches(segment: SegmentInfo): boolean {
    return segment.covers.every(({ writer, first }) => first <= this.#sourceOf(writer).next);
  }

  /** Takes what files have and nobody pushed; of each writer all that it has published. */
  takeSegments(segments: readonly SegmentInfo[]): void {
    for (const session of groupSessions(segments)) this.#takeSession(session);
  }

  #takeSession(session: ChannelSession): void {
    const originMicros = this.originOf(session.sessionId, () => session.firstMicros);
    for (const segment of inWriterOrder(session.segments)) {
      if (!this.#isTaken(segment)) {
        const blocks = newBlocks(segment, originMicros, (key) => this.#progressOf(key));
        for (const block of [...blocks]) this.#deliver(this.#sourceOf(block.source), block);
      }
      this.#skip(segment);
    }
  }

  #progressOf(key: string): Progress {
    const { next, position } = this.#sourceOf(key);
    return {
      next,
      position,
      samplesFrom: (first) => {
        const blocks = this.#unsealed.filter(({ source, sequence }) =>
          source === key && sequence >= first
        );
        // Each is one batch: pushed, and in no file before.
        if (blocks.length !== next - first) return undefined;
        return blocks.reduce((sum, { axis }) => sum + axis.length, 0);
      },
    };
  }

  #isTaken(segment: SegmentInfo): boolean {
    return endsOf(segment).every(([key, last]) => last < this.#sourceOf(key).next);
  }

  /** Everything of a segment counts as delivered. */
  #skip(segment: SegmentInfo): void {
    for (const [key, last] of endsOf(segment)) {
      const source = this.#sourceOf(key);
      source.next = Math.max(source.next, last + 1);
      for (const [sequence, block] of source.held) {
        if (sequence >= source.next) continue;
        source.held.delete(sequence);
        source.heldBytes -= blockBytes(block);
      }
      this.#forget(key, last);
      this.#deliverHeld(source);
    }
  }

  /** Files have these by now. */
  #forget(key: string, last: number): void {
    this.#unsealed = this.#unsealed.filter((block) => {
      const isSealed = block.source === key && block.sequence <= last;
      if (isSealed) this.#unsealedBytes -= blockBytes(block);
      return !isSealed;
    });
  }

  #deliverHeld(source: Source): void {
    for (
      let block = source.held.get(source.next);
      block !== undefined;
      block = source.held.get(source.next)
    ) {
      source.held.delete(source.next);
      source.heldBytes -= blockBytes(block);
      this.#deliverPushed(source, block);
    }
  }

  #deliverPushed(source: Source, block: LiveBlock): void {
    this.#unsealed.push(block);
    this.#unsealedBytes += blockBytes(block);
    while (this.#unsealedBytes > UNSEALED_BYTES) {
      this.#unsealedBytes -= blockBytes(this.#unsealed.shift()!);
    }
    this.#deliver(source, block);
  }

  #deliver(source: Source, block: LiveBlock): void {
    source.next = block.sequence + 1;
    source.position = positionAfter(block);
    for (const listener of this.#listeners) listener(block);
  }

  #sourceOf(key: string): Source {
    return this.#sources.getOrInsertComputed(
      key,
      () => ({ next: 1, position: undefined, held: new Map(), heldBytes: 0 }),
    );
  }
}

/** Writers of a segment and the last batch of each; of other programs the file and its samples. */
function endsOf(segment: SegmentInfo): (readonly [string, number])[] {
  const { covers, samples } = segment;
  return covers.length === 0
    ? [[fileKey(segment), samples]]
    : covers.map(({ writer, last }) => [writer, last] as const);
}

/** What stands for the writer of a file that names none. */
function fileKey({ path, sessionId }: SegmentInfo): string {
  return `${basename(dirname(path))}/${basename(path)}#${sessionId}`;
}

/** Segments by time, but those of each writer in the order it wrote them. */
export function inWriterOrder(segments: readonly SegmentInfo[]): readonly SegmentInfo[] {
  const last = new Map<string, number>();
  const isSorted = segments.every(({ covers }) =>
    covers.every(({ writer, first }) => {
      const sorted = first > (last.get(writer) ?? 0);
      last.set(writer, first);
      return sorted;
    })
  );
  if (isSorted) return segments;
  return segments.toSorted((a, b) => (a.covers[0]?.first ?? 0) - (b.covers[0]?.first ?? 0));
}

/** How far the one who wrote a segment has got. */
export interface Progress {
  /** The batch that comes next; of a file of another program, its samples so far and one. */
  readonly next: number;
  readonly position: LivePosition | undefined;
  /** Samples delivered of the batches from that one on, where that is known. */
  readonly samplesFrom?: (first: number) => number | undefined;
}

/** The samples of a segment that were not delivered yet. */
export function* newBlocks(
  segment: SegmentInfo,
  originMicros: number,
  progressOf: (key: string) => Progress,
): Generator<LiveBlock> {
  const { covers, sessionId } = segment;
  const blocks = readSegment(segment, { originMicros });
  const [range, ...more] = covers;
  if (range === undefined) {
    const source = fileKey(segment), origin = { sessionId, source };
    let sequence = 0;
    for (const block of afterCount(blocks, progressOf(source).next - 1)) {
      sequence = block.end;
      yield { ...block, ...origin, sequence };
    }
    return;
  }
  const { writer, last } = covers.at(-1)!;
  const { next, samplesFrom } = progressOf(range.writer);
  const count = next <= range.first ? 0 : samplesFrom?.(range.first);
  const fresh = more.length === 0 && count !== undefined
    ? afterCount(blocks, count)
    : afterTime(blocks, latestOf(segment, progressOf));
  for (const block of fresh) yield { ...block, sessionId, source: writer, sequence: last };
}

function* afterCount(
  blocks: Iterable<SampleBlock>,
  count: number,
): Generator<SampleBlock & { readonly end: number }> {
  let at = 0;
  for (const block of blocks) {
    const { length } = block.axis, from = Math.max(0, count - at);
    at += length;
    if (from < length) yield { ...sliceBlock(block, from, length), end: at };
  }
}

/** Where a merge has joined batches nothing but their times tells how far their writers had got. */
function* afterTime(
  blocks: Iterable<SampleBlock>,
  position: LivePosition | undefined,
): Generator<SampleBlock> {
  for (const block of blocks) {
    const rest = position === undefined ? block : behind(block, position);
    if (rest !== undefined) yield rest;
  }
}

/** The latest position of all writers of a segment that had begun with it. */
function latestOf(
  { covers }: SegmentInfo,
  progressOf: (key: string) => Progress,
): LivePosition | undefined {
  let latest: LivePosition | undefined;
  for (const { writer, first } of covers) {
    const { next, position } = progressOf(writer);
    if (next <= first || position === undefined) continue;
    if (latest === undefined || position[1] > latest[1]) latest = position;
  }
  return latest;
}
