import type { ChannelQuery } from "../protocol/channel_ticket.ts";
import { allIndices } from "./_arguments.ts";
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import { decimateBlock, type DecimationChoice } from "./decimate_block.ts";
import { decimateSession } from "./decimate_channel.ts";
import type { PyramidCache } from "./pyramid_cache.ts";
import { CaptureNumbers, joinedParts, type ResultPart, type SessionPart } from "./result_part.ts";
import { type ChannelBlockOptions, channelBlocks } from "./read_channel.ts";
import { gatherAxis, WaveformAxis } from "./sample_axis.ts";
import {
  concatBlocks,
  type NumberedBlock,
  type SampleBlock,
  sliceBlock,
  timeOrder,
} from "./sample_block.ts";
import { gatherValues } from "./sample_values.ts";
import type { OnDamage } from "./segment_info.ts";
import type { ChannelSession } from "./segment_selection.ts";

/** What of a channel is wanted, and who is told of damage. */
export interface PartQuery extends ChannelQuery {
  readonly onDamage?: OnDamage;
  /** Pyramids of the segments. */
  readonly pyramids?: PyramidCache;
}

/** Few samples of a channel that look like all of them, session by session. */
export function* decimatedParts(
  sessions: readonly ChannelSession[],
  query: PartQuery,
): Generator<ResultPart> {
  const { maxPoints, lastN } = query;
  if (query.captures === true) {
    yield* joinedParts(decimatedCaptures(sessions, query), CHANNEL_BOUNDS.resultRows);
  } else if (lastN !== undefined || maxPoints !== undefined && maxPoints < 2 * sessions.length) {
    yield* decimatedInMemory(sessions, query);
  } else {
    const shares = sharesOf(sessions.map(({ samples }) => samples), maxPoints);
    for (const [i, session] of sessions.entries()) {
      const kept = decimateSession(session, { ...query, maxPoints: shares[i] }, query);
      if (kept !== undefined) yield { ...kept, sessionId: session.sessionId };
    }
  }
}

/** Points for each session, by its samples; two at least, all together `maxPoints`. */
export function sharesOf(samples: readonly number[], maxPoints: number | undefined): number[] {
  const all = samples.reduce((sum, count) => sum + count, 0);
  if (maxPoints === undefined) return samples.map(() => Infinity);
  if (all <= maxPoints) return [...samples].map((count) => Math.max(2, count));
  const spare = maxPoints - samples.reduce((sum, count) => sum + Math.min(2, count), 0);
  const beyond = all - samples.reduce((sum, count) => sum + Math.min(2, count), 0);
  let before = 0;
  return samples.map((count) => {
    // Rounded sums, not rounded parts: nothing is lost.
    const extra = count - Math.min(2, count), from = Math.round(before / beyond * spare);
    before += extra;
    return Math.max(2, Math.min(2, count) + Math.round(before / beyond * spare) - from);
  });
}

/** By session where each gets two points, else all in one, in order of time. */
function decimatedInMemory(
  sessions: readonly ChannelSession[],
  query: PartQuery,
): ResultPart[] {
  const runs: NumberedBlock[][] = [];
  for (const block of channelBlocks(sessions, query)) {
    if (runs.at(-1)?.[0]?.sessionId === block.sessionId) runs.at(-1)!.push(block);
    else runs.push([block]);
  }
  const whole = runs.map((blocks) => ({ first: blocks[0]!, block: concatBlocks(blocks) }));
  if (query.maxPoints !== undefined && query.maxPoints < 2 * whole.length) {
    return [decimatedTogether(whole, query)];
  }
  const shares = sharesOf(whole.map(({ block }) => block.axis.length), query.maxPoints);
  return whole.map(({ first, block }, i) => {
    const choice: DecimationChoice = { ...query, maxPoints: shares[i] };
    const kept = decimateBlock(block, first.firstIndex, choice);
    return { ...kept, sessionId: first.sessionId };
  });
}

/** Fewer points than two for each session: one series over all of them. */
function decimatedTogether(
  runs: readonly { readonly first: NumberedBlock; readonly block: SampleBlock }[],
  query: PartQuery,
): ResultPart {
  const all = concatBlocks(runs.map(({ block }) => block)),
    times = new Float64Array(all.axis.length);
  all.axis.fillTimes(times, 0);
  const order = timeOrder(times) ?? allIndices(times.length);
  const starts = runs.map(() => 0);
  for (let i = 1; i < runs.length; i++) starts[i] = starts[i - 1]! + runs[i - 1]!.block.axis.length;
  const runOf = (at: number): number => starts.findLastIndex((start) => start <= at);
  const sorted = { axis: gatherAxis(all.axis, order), values: gatherValues(all.values, order) };
  const kept = decimateBlock(sorted, 0, query);
  const origins = Array.from(kept.sampleIndex, (i) => order[i]!);
  return {
    ...kept,
    sessionId: origins.map((at) => runs[runOf(at)]!.first.sessionId),
    sampleIndex: Float64Array.from(origins, (at) => {
      const run = runOf(at);
      return runs[run]!.first.firstIndex + at - starts[run]!;
    }),
  };
}

/** Each capture by itself. */
function* decimatedCaptures(
  sessions: readonly ChannelSession[],
  query: PartQuery,
): Generator<SessionPart> {
  const numbers = new CaptureNumbers();
  // The window of a capture is the capture: its pixel columns do not depend on where the others lie.
  const choice: DecimationChoice = { ...query, startMicros: undefined, endMicros: undefined };
  for (const capture of wholeCaptures(sessions, query)) {
    const { firstIndex, sessionId, axis } = capture;
    const sampleIndex = new Float64Array(axis.length).map((_, i) => firstIndex + i);
    const { captures } = numbers.add({ ...capture, sampleIndex });
    const kept = decimateBlock(capture, firstIndex, choice);
    yield { ...kept, sessionId, captures: new Float64Array(kept.axis.length).fill(captures![0]!) };
  }
}

/** One block for each capture: a waveform, or all of a session that has none. */
function* wholeCaptures(
  sessions: readonly ChannelSession[],
  query: ChannelBlockOptions,
): Generator<NumberedBlock> {
  let rows: NumberedBlock[] = [];
  for (const block of channelBlocks(sessions, query)) {
    const { axis, firstIndex, sessionId } = block;
    if (rows.length > 0 && (axis instanceof WaveformAxis || rows[0]!.sessionId !== sessionId)) {
      yield { ...rows[0]!, ...concatBlocks(rows) };
      rows = [];
    }
    if (!(axis instanceof WaveformAxis)) {
      rows.push(block);
      continue;
    }
    for (const { at, count } of axis.pieces) {
      yield { ...block, ...sliceBlock(block, at, at + count), firstIndex: firstIndex + at };
    }
  }
  if (rows.length > 0) yield { ...rows[0]!, ...concatBlocks(rows) };
}
