/**
 * Live subscriptions to channels over DoExchange:
 *
 *     client -> descriptor path ["subscribe", "channels", CHANNEL], app_metadata {"window": 10, ...}
 *     server -> app_metadata {"since": ..}
 *     server -> schema, then batches of history with app_metadata {"positions": {..}, "missed": 0}
 *     server -> app_metadata {"live": true}: the seam
 *     server -> batches as they are written, with metadata as above
 *
 * @module
 */
import type { ArrowField } from "../arrow/field.ts";
import { encodeBatch, encodeSchema } from "../arrow/message_writer.ts";
import { systemClock } from "../base/clock.ts";
import { FlightError, InvalidDataError } from "../base/errors.ts";
import { CHANNEL_LIMITS } from "../base/limits.ts";
import { checkChannelId } from "../channels/channel_types.ts";
import { channelBlocks } from "../channels/read_channel.ts";
import { resultBatch, resultFields, sharedKind } from "../channels/result_part.ts";
import { concatBlocks, type SampleBlock, sliceBlock } from "../channels/sample_block.ts";
import type { SampleValues } from "../channels/sample_values.ts";
import type { CoveredRange } from "../channels/segment_metadata.ts";
import { groupSessions } from "../channels/segment_selection.ts";
import type { CallContext, FlightDataMessage, FlightPayload } from "../flight/service.ts";
import { GrpcStatus } from "../flight/status.ts";
import {
  type LiveNote,
  type LivePosition,
  type LivePositions,
  type LiveRequest,
  parseLiveRequest,
} from "../protocol/channel_live.ts";
import { BlockQueue } from "./block_queue.ts";
import { inWriterOrder, newBlocks, type Progress } from "./channel_feed.ts";
import type { ChannelFeeds, Watch } from "./channel_feeds.ts";
import { behind, type LiveBlock, positionAfter } from "./live_block.ts";
import { requestMetadata } from "./request_metadata.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const FIELDS = ["session_id", "timestamp", "offset_seconds", "value"];
const NO_INDEX = new Float64Array(0);
/** Rows of one message. */
const UPDATE_ROWS = 65_536;

/** Serves live subscriptions to channels. */
export class ChannelLive {
  readonly #feeds: ChannelFeeds;

  constructor(feeds: ChannelFeeds) {
    this.#feeds = feeds;
  }

  /** Serves one subscription until the client leaves. */
  async *subscribe(
    path: readonly string[],
    messages: AsyncIterable<FlightDataMessage>,
    context: CallContext,
  ): AsyncGenerator<FlightPayload> {
    const [channelId, text, ...more] = path;
    if (channelId === undefined || more.length > 0) {
      throw new InvalidDataError('Subscribe to the path ["subscribe", "channels", CHANNEL]');
    }
    checkChannelId(channelId);
    const queue = new BlockQueue(CHANNEL_LIMITS.liveBytes);
    const iterator = messages[Symbol.asyncIterator]();
    const metadata = () => requestMetadata(iterator, (error) => queue.fail(error));
    const request = parseLiveRequest(text ?? decoder.decode(await metadata()));
    const isWanted = wantedBy(request);
    using watch = this.#feeds.watch(channelId, (block) => {
      if (isWanted(block.sessionId)) queue.offer(block);
    });
    context.signal.addEventListener("abort", () => queue.end(), { once: true });
    const from = request.from ?? beginningOf(request);
    yield note({ since: from.since });
    const updates = new Updates(request.latest === true, kindOf(watch, isWanted));
    for (const block of history(watch, request, from)) yield* updates.payloads([block], 0);
    yield note({ live: true });
    yield* live(queue, updates, request.max_rate);
  }
}

async function* live(
  queue: BlockQueue,
  updates: Updates,
  maxRate: number | undefined,
): AsyncGenerator<FlightPayload> {
  const pauseMillis = maxRate === undefined ? 0 : 1000 / maxRate;
  for (let lastMillis = -Infinity;;) {
    if (!await queue.ready()) return;
    const wait = lastMillis + pauseMillis - performance.now();
    if (wait > 0) await queue.pause(wait);
    lastMillis = performance.now();
    const { blocks, missed } = queue.takeAll();
    for (const run of runsOf(blocks)) {
      yield* updates.payloads(run, run[0] === blocks[0] ? missed : 0);
    }
  }
}

/** What a session filter lets through. */
function wantedBy({ session_id }: LiveRequest): (sessionId: string) => boolean {
  return (sessionId) => session_id === undefined || session_id === sessionId;
}

/** Where a subscription starts that is no continuation. */
function beginningOf({ window = 0 }: LiveRequest): LivePositions {
  const since = window === "all"
    ? Number.MIN_SAFE_INTEGER
    : systemClock.nowMicros() - Math.round(window * 1e6);
  return { since, writers: {} };
}

function kindOf(watch: Watch, isWanted: (id: string) => boolean): SampleValues["kind"] | undefined {
  const segments = watch.segments.filter(({ sessionId }) => isWanted(sessionId));
  return segments.length === 0 ? undefined : sharedKind(segments.map(({ dataType }) => dataType));
}

/** What was written before the moment of the watch and is wanted all the same. */
function* history(watch: Watch, request: LiveRequest, from: LivePositions): Generator<LiveBlock> {
  const isWanted = wantedBy(request);
  const unsealed = watch.unsealed.filter(({ sessionId }) => isWanted(sessionId));
  if (request.from === undefined && request.latest === true) {
    const last = unsealed.at(-1) ?? lastSealed(watch, isWanted);
    if (last !== undefined) yield last;
    return;
  }
  if (request.from !== undefined || request.window !== undefined) {
    yield* sealedSince(watch, isWanted, from);
    for (const block of unsealed) {
      const known = from.writers[block.source];
      if (known !== undefined && block.sequence <= known[0]) continue;
      const rest = known === undefined ? behind(block, sinceOnly(from)) : block;
      if (rest !== undefined) yield rest;
    }
  }
}

function lastSealed(watch: Watch, isWanted: (id: string) => boolean): LiveBlock | undefined {
  const sessions = groupSessions(watch.segments).filter(({ sessionId }) => isWanted(sessionId));
  const [block] = channelBlocks(sessions, { lastN: 1 });
  return block === undefined ? undefined : { ...block, source: "", sequence: 0 };
}

function* sealedSince(
  watch: Watch,
  isWanted: (id: string) => boolean,
  from: LivePositions,
): Generator<LiveBlock> {
  for (const { sessionId, firstMicros, segments } of groupSessions(watch.segments)) {
    if (!isWanted(sessionId)) continue;
    const originMicros = watch.originOf(sessionId, () => firstMicros);
    for (const segment of inWriterOrder(segments)) {
      const named = segment.covers.map(({ writer }) => from.writers[writer]).filter(isKnown);
      const isNamed = named.length > 0;
      const seen = isNamed ? Math.max(...named.map(([, micros]) => micros)) : from.since;
      if (segment.lastMicros <= seen && !segment.covers.some(isBehind(from))) continue;
      for (const block of newBlocks(segment, originMicros, (key) => progress(from.writers[key]))) {
        const rest = isNamed ? block : behind(block, sinceOnly(from));
        if (rest !== undefined) yield rest;
      }
    }
  }
}

function isKnown(position: LivePosition | undefined): position is LivePosition {
  return position !== undefined;
}

/** True for batches of a named writer that come after what the subscriber has of it. */
function isBehind({ writers }: LivePositions): (range: CoveredRange) => boolean {
  return ({ writer, last }) => last > (writers[writer]?.[0] ?? Infinity);
}

function progress(position: LivePosition | undefined): Progress {
  return { next: (position?.[0] ?? 0) + 1, position };
}

/** A position that only tells a time. */
function sinceOnly({ since }: LivePositions): LivePosition {
  return [0, since, Infinity];
}

/** Blocks of one session each, that follow one another. */
function runsOf(blocks: readonly LiveBlock[]): LiveBlock[][] {
  const runs: LiveBlock[][] = [];
  for (const block of blocks) {
    if (runs.at(-1)?.[0]?.sessionId === block.sessionId) runs.at(-1)!.push(block);
    else runs.push([block]);
  }
  return runs;
}

/** Makes messages of blocks. */
class Updates {
  readonly #latest: boolean;
  #fields: readonly ArrowField[] | undefined;
  #isTold = false;

  constructor(latest: boolean, kind: SampleValues["kind"] | undefined) {
    this.#latest = latest;
    if (kind !== undefined) this.#fields = resultFields(kind, false);
  }

  /** The messages of blocks of one session; `missed` samples were lost before them. */
  *payloads(blocks: readonly LiveBlock[], missed: number): Generator<FlightPayload> {
    const { sessionId } = blocks[0]!, last = blocks.at(-1)!;
    const all: SampleBlock = this.#latest
      ? sliceBlock(last, last.axis.length - 1, last.axis.length)
      : concatBlocks(blocks);
    const fields = this.#fields ??= resultFields(all.values.kind, false);
    const columns = FIELDS.map((name) => fields.findIndex((each) => each.name === name));
    if (!this.#isTold) {
      yield { header: encodeSchema({ fields: columns.map((i) => fields[i]!) }).metadata };
    }
    this.#isTold = true;
    checkKind(fields, all.values.kind);
    const { length } = all.axis;
    for (let from = 0; from < length; from += UPDATE_ROWS) {
      const to = Math.min(length, from + UPDATE_ROWS);
      const part = { ...sliceBlock(all, from, to), sessionId, sampleIndex: NO_INDEX };
      const { metadata, body } = encodeBatch(resultBatch(fields, columns, part));
      const told = { missed: from === 0 ? missed : 0, ...(to < length ? {} : positions(blocks)) };
      yield { header: metadata, body, ...note(told) };
    }
  }
}

function positions(blocks: readonly LiveBlock[]): LiveNote {
  return {
    positions: Object.fromEntries(
      blocks.filter(({ source }) => source !== "").map((block) => [
        block.source,
        positionAfter(block),
      ]),
    ),
  };
}

/** A stream has one schema: a client that comes again gets the other one. */
function checkKind(fields: readonly ArrowField[], kind: SampleValues["kind"]): void {
  const has = fields.at(-1)?.format;
  if (has === "u" || has === resultFields(kind, false).at(-1)?.format) return;
  throw new FlightError("The channel has values of another type from here on: subscribe again", {
    code: GrpcStatus.UNAVAILABLE,
  });
}

function note(told: LiveNote): FlightPayload {
  return { appMetadata: encoder.encode(JSON.stringify(told)) };
}
