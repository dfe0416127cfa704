/**
 * Few samples of a session that look like all of them, on the real time axis.
 * @module
 */
import { DisplayStream } from "./_display_stream.ts";
import { decimateBlock, type DecimatedSamples, type DecimationChoice } from "./decimate_block.ts";
import { decimateByPyramid } from "./decimate_view.ts";
import { type ChannelBlockOptions, sessionBlocks } from "./read_channel.ts";
import { concatAxes, gatherAxis, type SampleAxis } from "./sample_axis.ts";
import { concatBlocks, type SampleBlock } from "./sample_block.ts";
import type { ChannelSession } from "./segment_selection.ts";

/**
 * Chooses among the samples of a session without holding more than a batch of them, where that is possible:
 * numbers, by the display method, whole.
 *
 * @returns undefined where it has to be done in memory
 */
function decimateStream(
  session: ChannelSession,
  choice: DecimationChoice,
  options: ChannelBlockOptions,
): DecimatedSamples | undefined {
  const { maxPoints } = choice;
  if (maxPoints === undefined || !canStream(session, choice, options)) return undefined;
  const stream = new DisplayStream(session.samples, maxPoints), axes: SampleAxis[] = [];
  for (const { axis, values } of sessionBlocks(session, { ...options, reuse: true })) {
    if (values.kind !== "number" || !stream.add(values.data)) return undefined;
    axes.push(axis);
  }
  const kept = stream.finish();
  if (kept === undefined) return undefined;
  const axis = gatherAxis(concatAxes(axes), kept.indices);
  return { axis, values: { kind: "number", data: kept.values }, sampleIndex: kept.indices };
}

function canStream(
  session: ChannelSession,
  { maxPoints = 0, widthPixels, method = "display" }: DecimationChoice,
  { lastN, startMicros = -Infinity, endMicros = Infinity }: ChannelBlockOptions,
): boolean {
  return maxPoints >= 4 && session.samples > maxPoints && method === "display" &&
    widthPixels === undefined && lastN === undefined &&
    session.segments.every(({ dataType, firstMicros, lastMicros }) =>
      (dataType === "waveform" || dataType === "scalar") &&
      firstMicros >= startMicros && lastMicros <= endMicros
    );
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
  return whole === undefined
    ? undefined
    : decimateBlock(whole, (i) => whole.firstIndex + i, choice);
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
