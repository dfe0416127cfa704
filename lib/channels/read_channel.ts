/**
 * Samples of a channel in order of time, block by block, with no more in memory than overlaps in time.
 * @module
 */
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import { findAgain } from "./find_again.ts";
import type { PyramidCache } from "./pyramid_cache.ts";
import {
  concatBlocks,
  lowerBound,
  type NumberedBlock,
  type SampleBlock,
  sliceBlock,
  sortBlock,
} from "./sample_block.ts";
import { WaveformAxis } from "./sample_axis.ts";
import { concatValues, type SampleValues } from "./sample_values.ts";
import { SegmentIndex } from "./segment_index.ts";
import type { OnDamage, SegmentInfo } from "./segment_info.ts";
import { readSegment } from "./segment_reader.ts";
import { type ChannelSession, findChannel } from "./segment_selection.ts";

/** The stretch of a channel that is wanted. */
export interface ChannelWindow {
  /** Microseconds since the epoch, inclusive. */
  readonly startMicros?: number | undefined;
  /** Microseconds since the epoch, inclusive. */
  readonly endMicros?: number | undefined;
  /** Only the last samples of what is left then. */
  readonly lastN?: number | undefined;
}

/** How blocks are read. */
export interface ChannelBlockOptions extends ChannelWindow {
  /** Whether each waveform is a capture by itself. @default false */
  readonly captures?: boolean | undefined;
  /** Whether a block is valid only until the next one is asked for. @default false */
  readonly reuse?: boolean | undefined;
  readonly onDamage?: OnDamage | undefined;
  /** Pyramids to view long sessions by; without them all samples are read. */
  readonly pyramids?: PyramidCache | undefined;
}

/** Options of {@linkcode readChannel}. */
export interface ReadChannelOptions extends ChannelBlockOptions {
  /** Only this session. */
  readonly sessionId?: string | undefined;
  /** What is known of the segments; shared between calls, it saves looking at each file again. */
  readonly index?: SegmentIndex | undefined;
}

/** Whole columns of a channel. */
export interface ChannelData {
  /** Runs of samples of one session, in order. */
  readonly sessions: readonly { readonly sessionId: string; readonly length: number }[];
  /** Place of each sample in its channel and session, from 0. */
  readonly sampleIndex: Float64Array;
  /** Whole microseconds since the epoch. */
  readonly timestampMicros: Float64Array;
  /** Seconds from the start of the capture; exact where samples are closer than a microsecond. */
  readonly offsetSeconds: Float64Array;
  readonly values: SampleValues;
}

/**
 * Reads whole columns of a channel from the files of a data directory.
 *
 * @param dataDir the data directory
 * @param channelId the channel
 * @throws {NotFoundError} for an unknown channel or session
 * @throws {DamagedDataError} where nothing of it is whole
 * @throws {StorageError} where a file cannot be read
 */
export function readChannel(
  dataDir: string,
  channelId: string,
  options: ReadChannelOptions = {},
): ChannelData {
  const { index = new SegmentIndex(dataDir), sessionId } = options;
  const sessions = findChannel(index.refresh(), channelId, sessionId);
  const blocks = [...channelBlocks(sessions, { ...options, reuse: false })];
  const length = blocks.reduce((sum, { axis }) => sum + axis.length, 0);
  const sampleIndex = new Float64Array(length), timestampMicros = new Float64Array(length);
  const offsetSeconds = new Float64Array(length);
  const runs: { sessionId: string; length: number }[] = [];
  let at = 0;
  for (const { axis, firstIndex, sessionId } of blocks) {
    for (let i = 0; i < axis.length; i++) sampleIndex[at + i] = firstIndex + i;
    axis.fillTimes(timestampMicros, at);
    axis.fillOffsets(offsetSeconds, at);
    const run = runs.at(-1);
    if (run?.sessionId === sessionId) run.length += axis.length;
    else runs.push({ sessionId, length: axis.length });
    at += axis.length;
  }
  const values = concatValues(blocks.map((block) => block.values));
  return { sessions: runs, sampleIndex, timestampMicros, offsetSeconds, values };
}

/** Reads sessions one after the other; `lastN` counts over all of them. */
export function* channelBlocks(
  sessions: readonly ChannelSession[],
  options: ChannelBlockOptions = {},
): Generator<NumberedBlock> {
  const { lastN } = options;
  if (lastN === undefined) {
    for (const session of sessions) yield* sessionBlocks(session, options);
    return;
  }
  checkLastN(lastN);
  if (lastN >= CHANNEL_BOUNDS.longSamples && sessions.every((each) => isCounted(each, options))) {
    yield* longTail(sessions, lastN, options);
    return;
  }
  const kept: NumberedBlock[][] = [];
  let missing = lastN;
  for (const session of sessions.toReversed()) {
    if (missing === 0) break;
    const blocks = lastBlocksWhereverTheyLie(session, missing, options);
    for (const { axis } of blocks) missing -= axis.length;
    kept.unshift(blocks);
  }
  yield* kept.flat();
}

function checkLastN(lastN: number): void {
  if (Number.isSafeInteger(lastN) && lastN >= 1) return;
  throw new RangeError(`Cannot read the last ${lastN} samples: wanted a whole number from 1 on`);
}

/** True where the segments tell how many samples come before any of them. */
function isCounted(
  { segments }: ChannelSession,
  { startMicros, endMicros }: ChannelBlockOptions,
): boolean {
  return startMicros === undefined && endMicros === undefined &&
    segments.every(({ sealed, lastMicros }, i) =>
      sealed && lastMicros <= (segments[i + 1]?.firstMicros ?? Infinity)
    );
}

/** Finds the last samples by count, so that none of them has to wait in memory for the others. */
function* longTail(
  sessions: readonly ChannelSession[],
  lastN: number,
  options: ChannelBlockOptions,
): Generator<NumberedBlock> {
  let before = Math.max(0, sessions.reduce((sum, { samples }) => sum + samples, 0) - lastN);
  for (const session of sessions) {
    const from = before;
    before = Math.max(0, before - session.samples);
    if (from >= session.samples) continue;
    const start = session.segments[segmentAt(session, from)]!.firstMicros;
    // Of several segments that begin at one time the window takes all.
    for (const block of sessionBlocks(session, { ...options, startMicros: start })) {
      const { firstIndex, axis: { length } } = block, skip = Math.max(0, from - firstIndex);
      if (skip >= length) continue;
      yield { ...block, ...sliceBlock(block, skip, length), firstIndex: firstIndex + skip };
    }
  }
}

/** Number of the segment that holds a sample of its session. */
function segmentAt({ segments }: ChannelSession, sample: number): number {
  let end = 0;
  return segments.findIndex(({ samples }) => (end += samples) > sample);
}

/** Begins anew where a merge takes segments away: the last ones may lie elsewhere then. */
function lastBlocksWhereverTheyLie(
  session: ChannelSession,
  lastN: number,
  options: ChannelBlockOptions,
): NumberedBlock[] {
  for (let now = session;;) {
    try {
      return lastBlocks(now, lastN, options);
    } catch (error) {
      now = findAgain(now, error);
    }
  }
}

/** Keeps what may still be among the last while reading on. */
function lastBlocks(
  session: ChannelSession,
  lastN: number,
  options: ChannelBlockOptions,
): NumberedBlock[] {
  const kept: NumberedBlock[] = [];
  let total = 0;
  const tail = { ...session, segments: tailSegments(session.segments, lastN, options) };
  const skipped = session.samples - tail.segments.reduce((sum, { samples }) => sum + samples, 0);
  for (const block of listedBlocks(tail, { ...options, reuse: false })) {
    kept.push({ ...block, firstIndex: block.firstIndex + skipped });
    total += block.axis.length;
    while (total - kept[0]!.axis.length >= lastN) total -= kept.shift()!.axis.length;
  }
  const [first] = kept, surplus = total - lastN;
  if (first !== undefined && surplus > 0) {
    const rest = sliceBlock(first, surplus, first.axis.length);
    kept[0] = { ...first, ...rest, firstIndex: first.firstIndex + surplus };
  }
  return kept;
}

/** Segments that hold the last samples: all that reach into the time that those span. */
function tailSegments(
  segments: readonly SegmentInfo[],
  lastN: number,
  { startMicros = -Infinity, endMicros = Infinity }: ChannelWindow,
): SegmentInfo[] {
  const byEnd = segments.toSorted((a, b) => b.lastMicros - a.lastMicros);
  let found = 0, from = Infinity;
  for (const { firstMicros, lastMicros, samples } of byEnd) {
    if (found >= lastN && lastMicros < from) break;
    from = Math.min(from, firstMicros);
    // Of a segment that the window cuts nobody knows how many samples are inside.
    if (firstMicros >= startMicros && lastMicros <= endMicros) found += samples;
  }
  return segments.filter(({ lastMicros }) => lastMicros >= from);
}

/** Reads one session in order of time, also while its segments are merged. */
export function* sessionBlocks(
  session: ChannelSession,
  options: ChannelBlockOptions = {},
): Generator<NumberedBlock> {
  for (let now = session, done = 0;;) {
    try {
      for (const block of listedBlocks(now, options)) {
        const { firstIndex, axis: { length } } = block, from = Math.max(0, done - firstIndex);
        if (from >= length) continue;
        done = firstIndex + length;
        yield { ...block, ...sliceBlock(block, from, length), firstIndex: firstIndex + from };
      }
      return;
    } catch (error) {
      now = findAgain(now, error);
    }
  }
}

/** Reads a session from the segments that it was listed with, as long as they are there. */
export function* listedBlocks(
  session: ChannelSession,
  options: ChannelBlockOptions,
): Generator<NumberedBlock> {
  const { startMicros = -Infinity, endMicros = Infinity, reuse = false, captures = false } =
    options;
  const { sessionId, firstMicros: originMicros } = session;
  const read = { originMicros, captures, onDamage: options.onDamage };
  // What ends before the window comes before it in time, whatever its place among the segments.
  const before = session.segments.filter(({ lastMicros }) => lastMicros < startMicros);
  let index = before.reduce((sum, { samples }) => sum + samples, 0);
  const number = (block: SampleBlock): NumberedBlock | undefined => {
    const from = startMicros === -Infinity ? 0 : lowerBound(block.axis, startMicros);
    const to = endMicros === Infinity ? block.axis.length : lowerBound(block.axis, endMicros + 1);
    const firstIndex = index + from;
    index += block.axis.length;
    if (from >= to) return undefined;
    return { ...sliceBlock(block, from, to), sessionId, firstIndex };
  };
  const segments = session.segments.filter(({ firstMicros, lastMicros }) =>
    lastMicros >= startMicros && firstMicros <= endMicros
  );
  let pool: SampleBlock[] = [];
  for (const [i, segment] of segments.entries()) {
    const next = segments[i + 1]?.firstMicros ?? Infinity;
    if (pool.length === 0 && segment.ordered && segment.lastMicros <= next) {
      for (const block of readSegment(segment, { ...read, reuse })) {
        const numbered = number(block);
        if (numbered !== undefined) yield numbered;
      }
      continue;
    }
    // Two writers at once, or times that go back: sort what is known up to where the next segment starts.
    pool.push(...readSegment(segment, read));
    if (pool.length === 0) continue;
    const { known, rest } = captures ? capturesUntil(pool, next) : samplesUntil(pool, next);
    pool = rest;
    for (const block of known) {
      const numbered = number(block);
      if (numbered !== undefined) yield numbered;
    }
  }
}

interface SortedBlocks {
  readonly known: SampleBlock[];
  /** What lies behind the time up to which all is known. */
  readonly rest: SampleBlock[];
}

function samplesUntil(pool: readonly SampleBlock[], micros: number): SortedBlocks {
  const sorted = sortBlock(concatBlocks(pool)), { length } = sorted.axis;
  const known = micros === Infinity ? length : lowerBound(sorted.axis, micros);
  return {
    known: known > 0 ? [sliceBlock(sorted, 0, known)] : [],
    rest: known < length ? [sliceBlock(sorted, known, length)] : [],
  };
}

/** Captures may overlap in time, as shots of one trigger time do: each stays whole. */
function capturesUntil(pool: readonly SampleBlock[], micros: number): SortedBlocks {
  const shots = pool.flatMap((block) =>
    block.axis instanceof WaveformAxis
      ? block.axis.pieces.map(({ at, count }) => sliceBlock(block, at, at + count))
      : [block]
  );
  shots.sort((a, b) => a.axis.timeAt(0) - b.axis.timeAt(0));
  const at = shots.findIndex(({ axis }) => axis.timeAt(0) >= micros);
  return at < 0 ? { known: shots, rest: [] } : { known: shots.slice(0, at), rest: shots.slice(at) };
}
