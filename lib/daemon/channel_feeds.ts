/**
 * The channels that somebody watches, and where their samples come from: pushes of writers that are
 * connected, puts of clients without files, and the files of everybody else, which are looked at now and then.
 * @module
 */
import type { BatchSink, ChannelBatch, SegmentSink } from "../channels/channel_batch.ts";
import type { SegmentIndex } from "../channels/segment_index.ts";
import type { SegmentInfo } from "../channels/segment_info.ts";
import { blockOfBatch } from "../channels/segment_reader.ts";
import { type BlockListener, ChannelFeed } from "./channel_feed.ts";
import type { LiveBlock } from "./live_block.ts";

/** How often files are looked at; writers that are connected tell of theirs at once. */
const LOOK_MILLIS = 500;
/** A look that takes long is taken less often: this many times what it takes. */
const LOOK_SHARE = 20;

/** A pushed batch. */
export type PushedBatch = Pick<
  ChannelBatch,
  "channelId" | "sessionId" | "dataType" | "writer" | "sequence" | "capture" | "batch"
>;

/** A watched channel, at the moment from which on its listener is told. */
export interface Watch extends Disposable {
  /** What files have of the channel. */
  readonly segments: readonly SegmentInfo[];
  /** What was delivered to others before and is in no file yet. */
  readonly unsealed: readonly LiveBlock[];
  /** Time from which on the offsets of a session count. */
  originOf(sessionId: string, first: () => number): number;
}

/** Keeps a feed for each watched channel. */
export class ChannelFeeds implements BatchSink {
  readonly #index: SegmentIndex;
  readonly #feeds = new Map<string, ChannelFeed>();
  readonly #observers = new Set<() => void>();
  readonly #log: (message: string) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(index: SegmentIndex, log: (message: string) => void) {
    this.#index = index;
    this.#log = log;
  }

  /** Ids of the watched channels. */
  get watched(): string[] {
    return [...this.#feeds.keys()];
  }

  /** True while somebody watches any channel. */
  get eager(): boolean {
    return this.#feeds.size > 0;
  }

  /** True while somebody watches a channel. */
  watches(channelId: string): boolean {
    return this.#feeds.has(channelId);
  }

  /** Takes segments of a writer in this process. */
  readonly segmentSink: SegmentSink = {
    offer: ({ path, sizeBytes, metadata }) =>
      this.takeSegment({ ...metadata, path, sizeBytes, sealed: true, shared: false }),
  };

  /** Calls back when the set of watched channels has changed; the result ends it. */
  observe(observer: () => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /**
   * Watches a channel, known or not. Nothing that comes from now on is missing or told twice.
   *
   * @throws {StorageError} where a folder cannot be read
   */
  watch(channelId: string, listener: BlockListener): Watch {
    const segments = this.#segmentsOf(channelId);
    let feed = this.#feeds.get(channelId);
    if (feed === undefined) {
      this.#feeds.set(channelId, feed = new ChannelFeed(segments));
      this.#changed();
    } else feed.takeSegments(segments);
    const stop = feed.listen(listener);
    return {
      segments,
      unsealed: [...feed.unsealed],
      originOf: (sessionId, first) => feed.originOf(sessionId, first),
      [Symbol.dispose]: () => {
        if (stop() > 0 || this.#feeds.get(channelId) !== feed) return;
        this.#feeds.delete(channelId);
        this.#changed();
      },
    };
  }

  #changed(): void {
    for (const observer of this.#observers) observer();
    if (this.#feeds.size > 0) this.#lookIn(LOOK_MILLIS);
    else {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
  }

  #lookIn(millis: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const took = this.#look();
      if (this.#feeds.size > 0) this.#lookIn(Math.max(LOOK_MILLIS, took * LOOK_SHARE));
    }, millis);
  }

  /** Takes from the files what nobody pushed; returns what listing them took, in milliseconds. */
  #look(): number {
    const start = performance.now();
    let took = 0;
    try {
      const { segments } = this.#index.refresh();
      took = performance.now() - start;
      for (const [channelId, feed] of this.#feeds) {
        feed.takeSegments(segments.filter((segment) => segment.channelId === channelId));
      }
    } catch (error) {
      // The files may be readable again at the next look.
      this.#log(`Cannot look for new samples: ${error}`);
    }
    return took;
  }

  #segmentsOf(channelId: string): SegmentInfo[] {
    return this.#index.refresh().segments.filter((segment) => segment.channelId === channelId);
  }

  /** Takes a batch that is in no file yet. */
  offer({ channelId, sessionId, dataType, writer, sequence, capture, batch }: PushedBatch): void {
    const feed = this.#feeds.get(channelId);
    const read = (originMicros: number) => blockOfBatch(batch, dataType, originMicros, capture);
    const originMicros = feed?.originOf(sessionId, () => read(0)?.axis.timeAt(0) ?? 0);
    const block = originMicros === undefined ? undefined : read(originMicros);
    if (block !== undefined) feed?.push({ ...block, sessionId, source: writer, sequence });
  }

  /** Takes a segment of which its writer told; what it published before may not have been looked at. */
  takeSegment(segment: SegmentInfo): void {
    const feed = this.#feeds.get(segment.channelId);
    if (feed === undefined) return;
    feed.takeSegments(feed.reaches(segment) ? [segment] : this.#segmentsOf(segment.channelId));
  }

  /** Ends all feeds. */
  close(): void {
    clearTimeout(this.#timer);
    this.#feeds.clear();
  }
}
