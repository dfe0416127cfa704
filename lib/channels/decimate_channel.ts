/**
 * Few samples of a session that look like all of them, on the real time axis.
 * @module
 */
import { gather } from "./_arguments.ts";
import { displayStream, regularLttb, type SampleStream, timedLttb } from "./_session_streams.ts";
import { chooseTriangles } from "./_triangles.ts";
import {
  decimateBlock,
  type DecimatedSamples,
  type DecimationChoice,
  secondsOf,
} from "./decimate_block.ts";
import { decimateByPyramid } from "./decimate_view.ts";
import { preselectedPoints } from "./min_max_lttb.ts";
import { type ChannelBlockOptions, sessionBlocks } from "./read_channel.ts";
import { concatAxes, gatherAxis, type SampleAxis } from "./sample_axis.ts";
import { concatBlocks, type SampleBlock } from "./sample_block.ts";
import type { SampleValues } from "./sample_values.ts";
import type { ChannelSession } from "./segment_selection.ts";

/**
 * Chooses among the samples of a session without holding more than a batch of them, where that is possible:
 * numbers without gaps, whole.
 *
 * @returns undefined where it has to be done in memory
 */
function decimateStream(
  session: ChannelSession,
  choice: DecimationChoice,
  options: ChannelBlockOptions,
): DecimatedSamples | undefined {
  const { maxPoints, method = "display" } = choice, { samples } = session;
  if (maxPoints === undefined || !canStream(session, choice, options)) return undefined;
  const by = (stream: SampleStream) => streamed(session, options, stream);
  switch (method) {
    case "display":
      return by(displayStream(samples, maxPoints));
    case "minmaxlttb": {
      const preselected = preselectedPoints(maxPoints);
      const some = samples > preselected ? by(displayStream(samples, preselected)) : undefined;
      return some === undefined ? undefined : amongPreselected(some, maxPoints);
    }
    case "lttb":
      return by(regularLttb(samples, maxPoints)) ?? by(timedLttb(samples, maxPoints));
    case "minmax":
      return undefined;
  }
}

function canStream(
  session: ChannelSession,
  { maxPoints = 0, widthPixels }: DecimationChoice,
  { lastN, startMicros = -Infinity, endMicros = Infinity }: ChannelBlockOptions,
): boolean {
  return maxPoints >= 4 && session.samples > maxPoints && widthPixels === undefined &&
    lastN === undefined &&
    session.segments.every(({ dataType, firstMicros, lastMicros }) =>
      (dataType === "waveform" || dataType === "scalar") &&
      firstMicros >= startMicros && lastMicros <= endMicros
    );
}

interface StreamedSamples extends DecimatedSamples {
  readonly values: Extract<SampleValues, { readonly kind: "number" }>;
}

function streamed(
  session: ChannelSession,
  options: ChannelBlockOptions,
  stream: SampleStream,
): StreamedSamples | undefined {
  const axes: SampleAxis[] = [];
  for (const { axis, values } of sessionBlocks(session, { ...options, reuse: true })) {
    if (values.kind !== "number" || !stream.add(values.data, axis)) return undefined;
    axes.push(axis);
  }
  const kept = stream.finish();
  if (kept === undefined) return undefined;
  const axis = gatherAxis(concatAxes(axes), kept.indices);
  return { axis, values: { kind: "number", data: kept.values }, sampleIndex: kept.indices };
}

function amongPreselected(
  { axis, values: { data }, sampleIndex }: StreamedSamples,
  points: number,
): DecimatedSamples | undefined {
  const x = secondsOf(axis);
  if (axis.timeAt(0) === axis.timeAt(axis.length - 1)) return undefined; // numbered as all samples are
  const indices = chooseTriangles(x, data, points);
  return {
    axis: gatherAxis(axis, indices),
    values: { kind: "number", data: gather(data, indices) },
    sampleIndex: gather(sampleIndex, indices),
  };
}

/** Chooses among the samples of a session, by pyramids where they are known and it pays. */
export function decimateSession(
  session: ChannelSession,
  choice: DecimationChoice,
  options: ChannelBlockOptions,
): DecimatedSamples | undefined {
  const viewed = options.pyramids === undefined
    ? undefined
    : decimateByPyramid(session, choice, options, options.pyramids);
  if (viewed !== undefined) return viewed;
  let damaged = false;
  const watched: ChannelBlockOptions = {
    ...options,
    onDamage: () => damaged = true,
  };
  const streamed = decimateStream(session, choice, watched);
  if (streamed !== undefined && !damaged) return streamed;
  const whole = numbersOfSession(session, options) ?? blockOfSession(session, options);
  return whole === undefined ? undefined : decimateBlock(whole, whole.firstIndex, choice);
}

type WholeBlock = SampleBlock & { readonly firstIndex: number };

/** All samples of the window, straight into one array: blocks and a copy of them would take twice the memory. */
function numbersOfSession(
  session: ChannelSession,
  options: ChannelBlockOptions,
): WholeBlock | undefined {
  const { lastN, startMicros = -Infinity, endMicros = Infinity } = options;
  if (lastN !== undefined) return undefined;
  const inside = session.segments.filter(({ firstMicros, lastMicros }) =>
    lastMicros >= startMicros && firstMicros <= endMicros
  );
  const data = new Float64Array(inside.reduce((sum, { samples }) => sum + samples, 0));
  const axes: SampleAxis[] = [];
  let at = 0, first: number | undefined;
  for (const { axis, values, firstIndex } of sessionBlocks(session, { ...options, reuse: true })) {
    if (values.kind !== "number" || at + values.data.length > data.length) return undefined;
    data.set(values.data, at);
    at += values.data.length;
    axes.push(axis);
    first ??= firstIndex;
  }
  if (first === undefined) return undefined;
  const values = { kind: "number", data: data.subarray(0, at) } as const;
  return { axis: concatAxes(axes), values, firstIndex: first };
}

function blockOfSession(
  session: ChannelSession,
  options: ChannelBlockOptions,
): WholeBlock | undefined {
  const blocks = [...sessionBlocks(session, { ...options, reuse: false })], [first] = blocks;
  return first === undefined
    ? undefined
    : { ...concatBlocks(blocks), firstIndex: first.firstIndex };
}
