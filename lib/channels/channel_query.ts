/**
 * Channel queries answered from the files.
 * @module
 */
import {
  constantUtf8Column,
  float64Column,
  int64Column,
  utf8Column,
} from "../arrow/column_builder.ts";
import {
  type ArrowBatch,
  type ArrowColumn,
  type ArrowField,
  type ArrowSchema,
  field,
} from "../arrow/field.ts";
import { QueryResult } from "../arrow/query_result.ts";
import type { ChannelQuery } from "../protocol/channel_ticket.ts";
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import { allIndices, checkPoints } from "./_arguments.ts";
import type { GapPolicy } from "./decimate.ts";
import {
  decimateBlock,
  type DecimatedSamples,
  decimateSession,
  type DecimationChoice,
} from "./decimate_channel.ts";
import { channelBlocks } from "./read_channel.ts";
import { gatherAxis, type SampleAxis } from "./sample_axis.ts";
import {
  concatBlocks,
  type NumberedBlock,
  type SampleBlock,
  sliceBlock,
  timeOrder,
} from "./sample_block.ts";
import { gatherValues, type SampleValues, textsOf, valueColumn } from "./sample_values.ts";
import { SegmentIndex } from "./segment_index.ts";
import type { OnDamage } from "./segment_info.ts";
import { type ChannelSession, findChannel } from "./segment_selection.ts";

/** What of a channel is wanted, and how it is read. */
export interface ChannelFileQuery extends ChannelQuery {
  /** Columns of an image instead of points: first, lowest, highest and last sample of each. */
  readonly widthPixels?: number;
  /**
   * Keeps each waveform as a capture of its own: `offset_seconds` starts anew with each, `maxPoints` or
   * `widthPixels` hold for each, and a column `capture` numbers them.
   * @default false
   */
  readonly captures?: boolean;
  /** What becomes of NaN. @default "break" */
  readonly gaps?: GapPolicy;
  /** Told of damaged bytes; what is whole is served all the same. */
  readonly onDamage?: OnDamage;
  /** What is known of the segments; shared between queries, it saves looking at each file again. */
  readonly index?: SegmentIndex;
}

const INDEX = field("sample_index", "l"), TIMESTAMP = field("timestamp", "tsu:UTC");
const OFFSET = field("offset_seconds", "g"), SESSION = field("session_id", "u");
const CAPTURE = field("capture", "l");
const FORMATS = { number: "g", bool: "b", text: "u", struct: "u" } as const;

interface ResultPart extends SampleBlock {
  readonly sessionId: string | readonly string[];
  readonly sampleIndex: Float64Array;
  readonly captures?: Float64Array;
}

/** An answer that is read in steps: nothing is read before its batches are. */
export interface ChannelAnswer {
  readonly schema: ArrowSchema;
  /** The batches; each call reads anew. */
  readonly batches: () => Iterable<ArrowBatch>;
}

/**
 * Prepares the answer to a channel query, for whoever reads without waiting.
 *
 * @throws {NotFoundError} for an unknown channel or session, naming the nearest
 * @throws {RangeError} for a bad count
 */
export function openChannelQuery(
  dataDir: string,
  channelId: string,
  query: ChannelFileQuery = {},
): ChannelAnswer {
  checkQuery(query);
  const { index = new SegmentIndex(dataDir), sessionId } = query;
  const sessions = findChannel(index.refresh().segments, channelId, sessionId);
  const kind = kindOf(sessions);
  const captures = query.captures === true;
  const fields: ArrowField[] = [SESSION, INDEX, TIMESTAMP, OFFSET, field("value", FORMATS[kind])];
  if (captures) fields.push(CAPTURE);
  const toBatch = (part: ResultPart): ArrowBatch => batchOf(fields, part);
  const isWhole = query.maxPoints === undefined && query.widthPixels === undefined;
  return {
    schema: { fields },
    batches: () =>
      isWhole ? streamed(sessions, query, toBatch) : decimated(sessions, query).map(toBatch),
  };
}

/**
 * Answers a channel query from the files of a data directory.
 *
 * The columns are `session_id, sample_index, timestamp, offset_seconds, value`, in order of session and
 * time. `maxPoints` is shared out over the sessions by their samples.
 *
 * @param dataDir the data directory
 * @param channelId the channel
 * @returns a result that reads on while it is read, where nothing is decimated
 * @throws {NotFoundError} for an unknown channel or session, naming the nearest
 * @throws {RangeError} for a bad count, and where text or structures were to be decimated
 * @throws {StorageError} where a file cannot be read
 */
export function queryChannelFiles(
  dataDir: string,
  channelId: string,
  query: ChannelFileQuery = {},
): QueryResult {
  const { schema, batches } = openChannelQuery(dataDir, channelId, query);
  const isWhole = query.maxPoints === undefined && query.widthPixels === undefined;
  return new QueryResult(schema, isWhole ? inTurns(batches()) : [...batches()]);
}

/** Reading is synchronous: others get their turn between batches. */
async function* inTurns(batches: Iterable<ArrowBatch>): AsyncGenerator<ArrowBatch> {
  for (const batch of batches) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    yield batch;
  }
}

function checkQuery({ maxPoints, widthPixels, startMicros, endMicros }: ChannelFileQuery): void {
  if (maxPoints !== undefined) checkPoints(maxPoints, "maxPoints");
  if (widthPixels !== undefined) checkPoints(widthPixels, "widthPixels", 1);
  if ((startMicros ?? -Infinity) <= (endMicros ?? Infinity)) return;
  throw new RangeError(`Cannot query: the start ${startMicros} is after the end ${endMicros}`);
}

/** The kind that all values share, else text. */
function kindOf(sessions: readonly ChannelSession[]): SampleValues["kind"] {
  const KINDS = {
    scalar: "number",
    waveform: "number",
    scalar_bool: "bool",
    scalar_str: "text",
    struct: "struct",
  } as const;
  const kinds = new Set(
    sessions.flatMap(({ segments }) => segments.map(({ dataType }) => KINDS[dataType])),
  );
  const [first = "number"] = kinds;
  return kinds.size === 1 ? first : "text";
}

function* streamed(
  sessions: readonly ChannelSession[],
  query: ChannelFileQuery,
  toBatch: (part: ResultPart) => ArrowBatch,
): Generator<ArrowBatch> {
  const numbers = new CaptureNumbers();
  for (const block of channelBlocks(sessions, query)) {
    for (let from = 0; from < block.axis.length; from += CHANNEL_BOUNDS.resultRows) {
      const to = Math.min(block.axis.length, from + CHANNEL_BOUNDS.resultRows);
      const part = { ...sliceBlock(block, from, to), ...placeOf(block, from, to) };
      yield toBatch(query.captures === true ? numbers.add(part) : part);
    }
  }
}

function placeOf(
  { sessionId, firstIndex }: NumberedBlock,
  from: number,
  to: number,
): { sessionId: string; sampleIndex: Float64Array } {
  const sampleIndex = new Float64Array(to - from);
  for (let i = 0; i < sampleIndex.length; i++) sampleIndex[i] = firstIndex + from + i;
  return { sessionId, sampleIndex };
}

/** Numbers the captures of each session from 0. */
class CaptureNumbers {
  #sessionId: string | undefined;
  #startMicros = NaN;
  #number = -1;

  add(part: ResultPart & { readonly sessionId: string }): ResultPart {
    if (part.sessionId !== this.#sessionId) {
      this.#sessionId = part.sessionId;
      this.#startMicros = NaN;
      this.#number = -1;
    }
    const captures = new Float64Array(part.axis.length);
    for (let i = 0; i < captures.length; i++) {
      const start = part.axis.captureAt(i);
      if (start !== this.#startMicros) this.#number++;
      this.#startMicros = start;
      captures[i] = this.#number;
    }
    return { ...part, captures };
  }
}

function decimated(sessions: readonly ChannelSession[], query: ChannelFileQuery): ResultPart[] {
  if (query.captures === true) return decimatedCaptures(sessions, query);
  const { maxPoints } = query;
  const inMemory = query.lastN !== undefined ||
    (maxPoints !== undefined && maxPoints < 2 * sessions.length);
  if (inMemory) return decimatedInMemory(sessions, query);
  const shares = sharesOf(sessions.map(({ samples }) => samples), maxPoints);
  return sessions.flatMap((session, i) => {
    const kept = decimateSession(session, { ...query, maxPoints: shares[i] }, query);
    return kept === undefined ? [] : [{ ...kept, sessionId: session.sessionId }];
  });
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
  query: ChannelFileQuery,
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
    const kept = decimateBlock(block, (at) => first.firstIndex + at, choice);
    return { ...kept, sessionId: first.sessionId };
  });
}

/** Fewer points than two for each session: one series over all of them. */
function decimatedTogether(
  runs: readonly { readonly first: NumberedBlock; readonly block: SampleBlock }[],
  query: ChannelFileQuery,
): ResultPart {
  const all = concatBlocks(runs.map(({ block }) => block)),
    times = new Float64Array(all.axis.length);
  all.axis.fillTimes(times, 0);
  const order = timeOrder(times) ?? allIndices(times.length);
  const starts = runs.map(() => 0);
  for (let i = 1; i < runs.length; i++) starts[i] = starts[i - 1]! + runs[i - 1]!.block.axis.length;
  const runOf = (at: number): number => starts.findLastIndex((start) => start <= at);
  const sorted = { axis: gatherAxis(all.axis, order), values: gatherValues(all.values, order) };
  const kept = decimateBlock(sorted, (i) => i, query);
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

function decimatedCaptures(
  sessions: readonly ChannelSession[],
  query: ChannelFileQuery,
): ResultPart[] {
  const parts: ResultPart[] = [], numbers = new CaptureNumbers();
  let open: NumberedBlock[] = [];
  const close = (): void => {
    const [first] = open;
    if (first === undefined) return;
    const choice: DecimationChoice = { ...query, startMicros: undefined, endMicros: undefined };
    const kept: DecimatedSamples = decimateBlock(
      concatBlocks(open),
      (i) => first.firstIndex + i,
      choice,
    );
    parts.push(numbers.add({ ...kept, sessionId: first.sessionId }));
    open = [];
  };
  for (const block of channelBlocks(sessions, query)) {
    for (const capture of capturesIn(block)) {
      const before = open[0];
      const same = before?.sessionId === capture.sessionId &&
        before.axis.captureAt(0) === capture.axis.captureAt(0);
      if (!same) close();
      open.push(capture);
    }
  }
  close();
  return parts;
}

function* capturesIn(block: NumberedBlock): Generator<NumberedBlock> {
  for (let from = 0; from < block.axis.length;) {
    const to = captureEnd(block.axis, from);
    yield { ...block, ...sliceBlock(block, from, to), firstIndex: block.firstIndex + from };
    from = to;
  }
}

function captureEnd(axis: SampleAxis, from: number): number {
  const start = axis.captureAt(from);
  let to = from + 1;
  while (to < axis.length && axis.captureAt(to) === start) to++;
  return to;
}

function batchOf(fields: readonly ArrowField[], part: ResultPart): ArrowBatch {
  const { axis, sampleIndex, sessionId, captures } = part, rows = axis.length;
  const times = new Float64Array(rows), offsets = new Float64Array(rows);
  axis.fillTimes(times, 0);
  axis.fillOffsets(offsets, 0);
  const columns: ArrowColumn[] = [
    typeof sessionId === "string"
      ? constantUtf8Column(SESSION, sessionId, rows)
      : utf8Column(SESSION, sessionId),
    int64Column(INDEX, sampleIndex),
    int64Column(TIMESTAMP, times),
    float64Column(OFFSET, offsets),
    fields[4]?.format === "u"
      ? utf8Column(fields[4], textsOf(part.values))
      : valueColumn(part.values),
  ];
  if (captures !== undefined) columns.push(int64Column(CAPTURE, captures));
  return { schema: { fields }, rows, columns };
}
