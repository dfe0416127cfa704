/**
 * Few samples of a long session through its pyramids: the cost follows what is shown, not what there is.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import { decimateBlock, type DecimatedSamples, type DecimationChoice } from "./decimate_block.ts";
import { findAgain } from "./find_again.ts";
import type { PyramidCache } from "./pyramid_cache.ts";
import { blockSamplesOf } from "./pyramid_file.ts";
import { type ChannelBlockOptions, listedBlocks } from "./read_channel.ts";
import { concatBlocks } from "./sample_block.ts";
import type { SegmentInfo } from "./segment_info.ts";
import type { ChannelSession } from "./segment_selection.ts";
import { levelFor, SessionView } from "./session_view.ts";
import { displayPoints, pointsOfColumns, type ViewPoints } from "./view_points.ts";
import { PlainPiece, PyramidPiece, type ViewPiece } from "./view_piece.ts";

/** Columns of samples narrower than this are shown from the samples themselves, exactly. */
const PLAIN_COLUMN_SAMPLES = 2 * blockSamplesOf(0);

/**
 * Chooses samples of a session by pyramids, where that is possible and pays.
 *
 * The extremes shown are those of the samples in the window, none more and none less. Where a column or
 * bucket holds at least 512 samples its edges may lie up to a quarter of it beside those of the exact
 * methods; narrower ones are exact. Methods that look at all samples are answered in narrow windows only.
 *
 * @returns undefined where the samples have to be read
 */
export function decimateByPyramid(
  session: ChannelSession,
  choice: DecimationChoice,
  options: ChannelBlockOptions,
  pyramids: PyramidCache,
): DecimatedSamples | undefined {
  if (options.captures === true || options.lastN !== undefined || !isInOrder(session)) {
    return undefined;
  }
  let now = session;
  for (let renewed = false;;) {
    const window = windowOf(now, options);
    if (window.samples < CHANNEL_BOUNDS.viewSamples) return undefined;
    try {
      return viewed(now, window, choice, options, pyramids);
    } catch (error) {
      if (!(error instanceof InvalidDataError)) now = findAgain(now, error);
      else if (renewed) return undefined; // the samples themselves: whoever reads them tells what is wrong
      else {
        renewed = true;
        for (const segment of window.segments) pyramids.renew(segment);
      }
    } finally {
      pyramids.trim();
    }
  }
}

/**
 * True where {@linkcode decimateByPyramid} has little to read: the pyramids are there, and the method goes by
 * them.
 */
export function isViewed(
  session: ChannelSession,
  { widthPixels, method = "display", gaps = "break" }: DecimationChoice,
  options: ChannelBlockOptions,
  pyramids: PyramidCache,
): boolean {
  if (options.captures === true || options.lastN !== undefined || !isInOrder(session)) return false;
  if (widthPixels === undefined && method !== "display" && method !== "minmax") return false;
  const needsAll = gaps === "keep" || widthPixels === undefined && method === "display";
  let plainSamples = 0;
  const isQuick = windowOf(session, options).segments.every((segment) => {
    const found = pyramids.existing(segment)?.header.gaps;
    if (found === undefined) return (plainSamples += segment.samples) < CHANNEL_BOUNDS.viewSamples;
    return found !== null && (needsAll || found.length === 0);
  });
  pyramids.trim();
  return isQuick;
}

/** Numbers, one segment after the other in time. */
function isInOrder({ segments }: ChannelSession): boolean {
  return segments.every(({ dataType, ordered, lastMicros, shared }, i) =>
    (dataType === "waveform" || dataType === "scalar") && ordered && !shared &&
    lastMicros <= (segments[i + 1]?.firstMicros ?? Infinity)
  );
}

interface ViewWindow {
  readonly segments: readonly SegmentInfo[];
  readonly samples: number;
  /** Samples of the session before them. */
  readonly before: number;
}

function windowOf(
  { segments }: ChannelSession,
  { startMicros = -Infinity, endMicros = Infinity }: ChannelBlockOptions,
): ViewWindow {
  let before = 0, samples = 0;
  const inside: SegmentInfo[] = [];
  for (const segment of segments) {
    if (segment.lastMicros < startMicros) before += segment.samples;
    else if (segment.firstMicros <= endMicros) {
      inside.push(segment);
      samples += segment.samples;
    }
  }
  return { segments: inside, samples, before };
}

function viewed(
  session: ChannelSession,
  window: ViewWindow,
  choice: DecimationChoice,
  options: ChannelBlockOptions,
  pyramids: PyramidCache,
): DecimatedSamples | undefined {
  const pieces = piecesOf(session, window.segments, options, pyramids);
  if (pieces === undefined) return undefined;
  const { startMicros = -Infinity, endMicros = Infinity } = options;
  const view = new SessionView(pieces);
  const lo = startMicros === -Infinity ? 0 : view.lowerBound(startMicros);
  const hi = endMicros === Infinity ? view.samples : view.lowerBound(endMicros + 1);
  if (lo >= hi) return undefined;
  const { maxPoints = Infinity, widthPixels = Infinity } = choice;
  const columns = Math.min(maxPoints, widthPixels);
  if (hi - lo <= columns * PLAIN_COLUMN_SAMPLES) {
    return decimateBlock(view.block(lo, hi), window.before + lo, choice);
  }
  const points = pointsOf(view, lo, hi, choice);
  if (points === undefined) return undefined;
  return {
    axis: view.axisOf(points.samples, points.micros, session.firstMicros),
    values: { kind: "number", data: new Float64Array(points.values) },
    sampleIndex: new Float64Array(points.samples).map((sample) => window.before + sample),
  };
}

function pointsOf(
  view: SessionView,
  lo: number,
  hi: number,
  choice: DecimationChoice,
): ViewPoints | undefined {
  const { maxPoints = Infinity, widthPixels, method = "display", gaps = "break" } = choice;
  if (widthPixels !== undefined) {
    if (gaps === "omit" && view.gaps(lo, hi)?.length !== 0) return undefined;
    return pointsOfColumns(view, timeEdges(view, lo, hi, widthPixels, choice));
  }
  if (method === "display") return displayPoints(view, lo, hi, maxPoints, gaps);
  const columns = Math.floor(maxPoints / 4);
  const isWhole = method === "minmax" && columns > 0 &&
    (gaps === "keep" || view.gaps(lo, hi)?.length === 0);
  return isWhole ? pointsOfColumns(view, timeEdges(view, lo, hi, columns, {})) : undefined;
}

/** Where columns of equal time begin, moved to where blocks meet if they are wide. */
function timeEdges(
  view: SessionView,
  lo: number,
  hi: number,
  columns: number,
  { startMicros, endMicros }: DecimationChoice,
): Float64Array {
  const outer = view.block(lo, lo + 1).axis.timeAt(0);
  const last = view.block(hi - 1, hi).axis.timeAt(0);
  const left = Math.min(outer, startMicros ?? outer), right = Math.max(last, endMicros ?? last);
  const microsOf = (column: number): number => left + column / columns * (right - left);
  const near = new Float64Array(columns + 1);
  for (let i = 1; i < columns; i++) near[i] = clamp(view.near(microsOf(i)), lo, hi);
  near[0] = lo;
  near[columns] = hi;
  const edges = near.slice();
  for (let i = 1; i < columns; i++) {
    const beside = Math.min(near[i]! - near[i - 1]!, near[i + 1]! - near[i]!);
    const edge = beside < PLAIN_COLUMN_SAMPLES
      ? view.lowerBound(microsOf(i))
      : view.rounded(near[i]!, levelFor(beside));
    edges[i] = clamp(edge, edges[i - 1]!, hi);
  }
  return edges;
}

function clamp(value: number, lo: number, hi: number): number {
  return Math.min(hi, Math.max(lo, value));
}

/** The samples of the window's segments; undefined where too many of them have no pyramid. */
function piecesOf(
  session: ChannelSession,
  segments: readonly SegmentInfo[],
  options: ChannelBlockOptions,
  pyramids: PyramidCache,
): ViewPiece[] | undefined {
  const pieces: ViewPiece[] = [];
  let plain: SegmentInfo[] = [], plainSamples = 0;
  const read = (): void => {
    if (plain.length > 0) pieces.push(plainPiece(session, plain, options));
    plain = [];
  };
  for (const segment of segments) {
    const file = pyramids.of(segment);
    if (file === undefined) {
      plain.push(segment);
      plainSamples += segment.samples;
      if (plainSamples > CHANNEL_BOUNDS.viewPlainSamples) return undefined;
      continue;
    }
    read();
    pieces.push(new PyramidPiece(file, segment.firstMicros, session.firstMicros));
  }
  read();
  return pieces;
}

function plainPiece(
  session: ChannelSession,
  segments: readonly SegmentInfo[],
  { onDamage }: ChannelBlockOptions,
): PlainPiece {
  const blocks = [...listedBlocks({ ...session, segments }, { onDamage })];
  const found = blocks.reduce((sum, { axis }) => sum + axis.length, 0);
  const wanted = segments.reduce((sum, { samples }) => sum + samples, 0);
  if (found === wanted) return new PlainPiece(concatBlocks(blocks));
  throw new InvalidDataError(`${wanted - found} samples cannot be read`);
}
