/**
 * The writing side of a channel store: memory, then sealed segments.
 * @module
 */
import { clearImmediate, setImmediate } from "node:timers";
import { type Clock, systemClock } from "../base/clock.ts";
import { dataLayout } from "../base/data_layout.ts";
import { LimitError } from "../base/errors.ts";
import { CHANNEL_LIMITS } from "../base/limits.ts";
import { batchBytes } from "../arrow/batch_bytes.ts";
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import { TextTemplates } from "./_text_runs.ts";
import { type ChannelWrite, checkDescription, readInput } from "./_write_input.ts";
import type { BatchSink, ChannelBatch, SegmentSink } from "./channel_batch.ts";
import { joinDescriptions } from "./channel_description.ts";
import { ChannelRegistry, type RegistryEntry } from "./channel_registry.ts";
import {
  type ChannelInput,
  type ChannelWriteOptions,
  checkChannelId,
  checkSessionId,
  microsOfTime,
} from "./channel_types.ts";
import { ChannelWriter } from "./channel_writer.ts";
import { OwnSegments } from "./own_segments.ts";
import { encodeSegment, infoOfSegment } from "./segment_encoding.ts";
import { SegmentMerger } from "./segment_merger.ts";
import { segmentDiskLayer, type SegmentFileLayer, SegmentPublisher } from "./segment_publisher.ts";

/** Parts of a {@linkcode ChannelFileWriter}. */
export interface ChannelFileWriterParts {
  readonly dataDir: string;
  readonly sessionId: string;
  readonly clock?: Clock | undefined;
  readonly layer?: SegmentFileLayer | undefined;
  readonly batchSink?: BatchSink | undefined;
  readonly segmentSink?: SegmentSink | undefined;
  /** Longest time a sample waits in memory, milliseconds. @default CHANNEL_LIMITS.sealMillis */
  readonly sealMillis?: number | undefined;
  /** Segments of a channel that are worth a merge. @default CHANNEL_LIMITS.mergeSegments */
  readonly mergeSegments?: number | undefined;
  /** Registry entries made from the files, where the registry was lost. */
  readonly rebuild: () => Iterable<RegistryEntry>;
}

/** How far memory and files are. */
export interface ChannelWriterStatus {
  /** Samples, and rows of waveforms, that wait in memory. */
  readonly pending: number;
  /** Bytes of samples that wait in memory. */
  readonly pendingBytes: number;
  /** Segments published. */
  readonly segments: number;
  /** The last failure in the background, if it was not mended since. */
  readonly writeError?: string;
  /** The last failure to merge segments or to write a pyramid, if not mended since; nothing is lost by it. */
  readonly upkeepError?: string;
}

interface Channel {
  readonly writer: ChannelWriter;
  /** Batches that were taken and could not be published. */
  stuck: ChannelBatch[];
  /** The seals of this channel, one after the other. */
  sealing: Promise<void>;
  /** Whether a seal has yet to start; it will take everything. */
  due: boolean;
  busy: boolean;
}

const BLANK: ChannelWriteOptions = {};
const DEFAULT_SOURCE = "write";

/** Collects the samples of many channels and sessions and publishes them as segments. */
export class ChannelFileWriter {
  readonly sessionId: string;
  readonly #clock: Clock;
  readonly #sealMillis: number;
  readonly #publisher: SegmentPublisher;
  readonly #registry: ChannelRegistry;
  readonly #published: OwnSegments;
  readonly #batchSink: BatchSink | undefined;
  readonly #segmentSink: SegmentSink | undefined;
  readonly #templates = new TextTemplates();
  readonly #sessions = new Map<string, Map<string, Channel>>();
  readonly #own: Map<string, Channel>;
  readonly #slots = new Slots(CHANNEL_BOUNDS.concurrentSeals);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn: ReturnType<typeof setImmediate> | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #lastMicros = -Infinity;
  #sinceCheck = 0;
  #takenBytes = 0;
  #segments = 0;
  #error: unknown;
  #closed = false;

  /** Takes ready parts and does no I/O. */
  constructor(parts: ChannelFileWriterParts) {
    const { dataDir, clock = systemClock, layer = segmentDiskLayer } = parts;
    this.sessionId = checkSessionId(parts.sessionId);
    this.#clock = clock;
    this.#sealMillis = parts.sealMillis ?? CHANNEL_LIMITS.sealMillis;
    this.#publisher = new SegmentPublisher({ layout: dataLayout(dataDir), clock, layer });
    this.#registry = new ChannelRegistry({ dataDir, layer, rebuild: parts.rebuild });
    const merger = new SegmentMerger({ dataDir, clock, layer });
    this.#published = new OwnSegments(merger, parts.mergeSegments);
    this.#batchSink = parts.batchSink;
    this.#segmentSink = parts.segmentSink;
    this.#own = this.#channelsOf(this.sessionId);
  }

  /**
   * Queues a value or block in memory; {@linkcode flush} publishes it, at the latest after a second.
   *
   * @returns the claim-check URI
   * @throws {InvalidDataError} for what no channel can hold, and for a type other than that of the first write
   * @throws {StorageError} where the disk refuses data and the memory for it is used up
   * @throws {LimitError} where more was written than the disk takes; await a flush between blocks
   */
  write(channelId: string, value: ChannelInput, options: ChannelWriteOptions = BLANK): string {
    if (typeof value === "number" && options === BLANK && !this.#closed) {
      const channel = this.#own.get(channelId);
      if (channel?.writer.dataType === "scalar") return this.#writeNumber(channel, value);
    }
    if (this.#closed) throw new TypeError("Channel store is closed: open another to write");
    const sessionId = options.sessionId === undefined
      ? this.sessionId
      : checkSessionId(options.sessionId);
    const channels = sessionId === this.sessionId ? this.#own : this.#channelsOf(sessionId);
    let channel = channels.get(channelId);
    if (channel === undefined) checkChannelId(channelId);
    else this.#checkRoom(channel);
    const start = options.start === undefined ? undefined : microsOfTime(options.start, "start");
    if (options !== BLANK) checkDescription(channelId, options);
    const write = readInput(channelId, value, options);
    channel ??= this.#newChannel(channelId, write, sessionId);
    const { writer } = channel;
    writer.write(write, start, this.#now(), options.source ?? DEFAULT_SOURCE);
    // Only now: a refused write must not leave a channel with a type behind.
    channels.set(channelId, channel);
    if (options !== BLANK) writer.description = joinDescriptions([writer.description, options]);
    this.#afterWrite(channel);
    return writer.uri;
  }

  /** The short way of a scalar stream. */
  #writeNumber(channel: Channel, value: number): string {
    const { writer } = channel;
    if ((++this.#sinceCheck & 1023) === 0) {
      this.#checkRoom(channel);
      this.#afterWrite(channel);
    } else this.#later();
    writer.writeNumber(value, this.#now(), DEFAULT_SOURCE);
    return writer.uri;
  }

  /** The clock is corrected now and then; a small step back must not turn the order of samples. */
  #now(): number {
    const now = this.#clock.nowMicros(), back = this.#lastMicros - now;
    if (back > 0 && back <= CHANNEL_BOUNDS.clockStepMicros) return this.#lastMicros;
    return this.#lastMicros = now;
  }

  #channelsOf(sessionId: string): Map<string, Channel> {
    return this.#sessions.getOrInsertComputed(sessionId, () => new Map());
  }

  #newChannel(channelId: string, first: ChannelWrite, sessionId: string): Channel {
    const writer = new ChannelWriter({
      channelId,
      context: { sessionId, templates: this.#templates },
      first,
      onBatch: (batch) => this.#batchSink?.offer(batch),
    });
    return { writer, stuck: [], sealing: Promise.resolve(), due: false, busy: false };
  }

  #checkRoom({ writer }: Channel): void {
    const waiting = this.#takenBytes + writer.byteLength;
    if (waiting <= CHANNEL_BOUNDS.queuedBytes) return;
    if (this.#error !== undefined) throw this.#error;
    throw new LimitError(
      `Cannot write to channel "${writer.channelId}": ${waiting} bytes wait in memory, at most ` +
        `${CHANNEL_BOUNDS.queuedBytes} may; await flush() between blocks`,
    );
  }

  #afterWrite(channel: Channel): void {
    const { writer, due } = channel;
    const full = writer.byteLength >= CHANNEL_LIMITS.sealBytes ||
      writer.pending >= CHANNEL_LIMITS.sealSamples;
    if (full && !due) this.#inBackground(this.#seal(channel));
    this.#later();
  }

  /** Sees to it that what was just written is sealed in time, and cut at once where somebody watches. */
  #later(): void {
    this.#timer ??= setTimeout(() => this.#inBackground(this.flush()), this.#sealMillis);
    if (this.#batchSink?.eager === true) this.#cutSoon(this.#batchSink);
  }

  /** At the end of this turn of the event loop, unless that was done a moment ago. */
  #cutSoon(sink: BatchSink): void {
    if (this.#turn !== undefined || this.#pause !== undefined) return;
    // A timer of 0 ms takes a millisecond.
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      for (const { writer } of this.#channels()) if (sink.watches(writer.channelId)) writer.cut();
      this.#pause = setTimeout(() => {
        this.#pause = undefined;
        if (this.#hasUncut(sink)) this.#cutSoon(sink);
      }, CHANNEL_BOUNDS.cutMillis);
    });
  }

  #hasUncut(sink: BatchSink): boolean {
    for (const { writer } of this.#channels()) {
      if (writer.uncut > 0 && sink.watches(writer.channelId)) return true;
    }
    return false;
  }

  *#channels(): Generator<Channel> {
    for (const channels of this.#sessions.values()) yield* channels.values();
  }

  #inBackground(work: Promise<void>): void {
    work.then(() => this.#error = undefined, (error: unknown) => {
      this.#error = error;
      // Space may come back; the samples wait.
      if (!this.#closed) this.#later();
    });
  }

  /** Publishes everything of a channel, after the seal that is under way. */
  #seal(channel: Channel): Promise<void> {
    if (channel.due) return channel.sealing;
    channel.due = true;
    const run = () => this.#slots.run(() => this.#sealNow(channel));
    return channel.sealing = channel.sealing.then(run, run);
  }

  async #sealNow(channel: Channel): Promise<void> {
    channel.due = false;
    channel.busy = true;
    const { writer } = channel;
    const taken = writer.take();
    this.#takenBytes += bytesOfAll(taken);
    const batches = [...channel.stuck, ...taken];
    channel.stuck = [];
    try {
      while (batches.length > 0) {
        const group = batches.slice(0, groupLength(batches));
        await this.#publish(writer, group);
        batches.splice(0, group.length);
      }
    } finally {
      channel.stuck = batches;
      channel.busy = false;
    }
  }

  async #publish(writer: ChannelWriter, batches: readonly ChannelBatch[]): Promise<void> {
    const segment = encodeSegment(batches, writer.description);
    const path = await this.#publisher.publish(segment);
    this.#takenBytes -= bytesOfAll(batches);
    this.#segments++;
    const { channelId, dataType, firstSeenMicros, description } = writer;
    this.#registry.note({ channelId, dataType, firstSeenMicros, ...description });
    const { metadata, sizeBytes } = segment;
    const info = infoOfSegment(segment, path);
    this.#published.note(writer.writer, info, segment.placed);
    this.#segmentSink?.offer({ path, sizeBytes, metadata, batches });
  }

  /**
   * Publishes everything written so far. What it resolves for is in sealed files, seen by every reader, and
   * survives the death of this process; {@linkcode sync} adds the power cut.
   *
   * @throws {StorageError} naming file, cause and remedy; the samples are kept and published by a later flush
   */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const seals: Promise<void>[] = [];
    for (const channel of this.#channels()) {
      const { writer, stuck, busy } = channel;
      if (busy || stuck.length > 0 || writer.pending > 0) seals.push(this.#seal(channel));
    }
    const failed = (await Promise.allSettled(seals)).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
    await this.#registry.save();
  }

  /**
   * Flushes, then waits until all segments are on the device.
   *
   * @throws {StorageError} naming file, cause and remedy
   */
  async sync(): Promise<void> {
    await this.flush();
    await this.#publisher.sync();
  }

  /** How far memory and files are. */
  status(): ChannelWriterStatus {
    let pending = 0, pendingBytes = this.#takenBytes;
    for (const { writer } of this.#channels()) {
      pending += writer.pending;
      pendingBytes += writer.byteLength;
    }
    const error = this.#error, upkeepError = this.#published.error;
    return {
      pending,
      pendingBytes,
      segments: this.#segments,
      ...(error === undefined ? {} : { writeError: textOf(error) }),
      ...(upkeepError === undefined ? {} : { upkeepError: textOf(upkeepError) }),
    };
  }

  /** Flushes and syncs; further writes are refused. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.flush();
    } finally {
      clearTimeout(this.#timer);
      clearTimeout(this.#pause);
      if (this.#turn !== undefined) clearImmediate(this.#turn);
      await this.#published.idle();
      await this.#publisher.sync();
    }
  }
}

/** Lets few at a time work. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async run(work: () => Promise<void>): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** How many of the first batches make a segment of good size. */
function groupLength(batches: readonly ChannelBatch[]): number {
  let bytes = batchBytes(batches[0]!.batch), length = 1;
  while (length < batches.length) {
    bytes += batchBytes(batches[length]!.batch);
    if (bytes > CHANNEL_LIMITS.sealBytes * 1.5) break;
    length++;
  }
  return length;
}

function bytesOfAll(batches: readonly ChannelBatch[]): number {
  return batches.reduce((sum, batch) => sum + batchBytes(batch.batch), 0);
}
