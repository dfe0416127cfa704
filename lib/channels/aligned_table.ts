/**
 * Channels of one session side by side, on a time axis that they share.
 * @module
 */
import { boolColumn, float64Column, int64Column, utf8Column } from "../arrow/column_builder.ts";
import { type ArrowBatch, type ArrowColumn, type ArrowField, field } from "../arrow/field.ts";
import type { Alignment, ChannelQuery } from "../protocol/channel_ticket.ts";
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import { isLongRead } from "./long_read.ts";
import { checkQuery } from "./_query_checks.ts";
import type { ChannelAnswer } from "./channel_query.ts";
import { channelBlocks, type ChannelWindow } from "./read_channel.ts";
import { concatBlocks, type SampleBlock } from "./sample_block.ts";
import { gatherAxis } from "./sample_axis.ts";
import {
  concatNumbers,
  gatherValues,
  numbersOf,
  type SampleValues,
  textsOf,
} from "./sample_values.ts";
import { sharedUnits, withUnits } from "./_value_units.ts";
import type { SegmentIndex } from "./segment_index.ts";
import { type ChannelSession, findChannel } from "./segment_selection.ts";

/** What is wanted of channels that share a time axis. */
export interface AlignedQuery extends ChannelQuery {
  /**
   * `asof`: at each time the latest value of each channel, null before its first; `linear`: the value on the
   * line between its neighbours, null outside of them.
   */
  readonly align?: Alignment;
}

/** One channel, read. */
interface Series {
  readonly field: ArrowField;
  /** Nanoseconds from the origin; samples of some channels are closer than a microsecond. */
  readonly nanos: Float64Array;
  readonly values: SampleValues;
  readonly numbers: Float64Array | undefined;
}

/**
 * Prepares a table of `timestamp`, `offset_seconds` and a column for each channel. Its rows are all times at
 * which any channel has a sample, or `maxPoints` times at equal distances.
 *
 * @throws {NotFoundError} for an unknown channel or session
 * @throws {RangeError} where no one session is meant, and for text and structures on a line
 */
export function alignedTable(
  index: SegmentIndex,
  channelIds: readonly string[],
  query: AlignedQuery & { readonly align: Alignment },
): ChannelAnswer {
  checkAligned(query);
  const listing = index.refresh();
  const found = channelIds.map((id) => findChannel(listing, id, query.sessionId));
  const sessionId = sharedSession(channelIds, found);
  const sessions = found.map((each) => each.find((session) => session.sessionId === sessionId)!);
  const fields = [
    field("timestamp", "tsu:UTC"),
    field("offset_seconds", "g"),
    ...sessions.map((session) => {
      const units = sharedUnits(session.segments.map((segment) => segment.units));
      return withUnits(field(session.channelId, formatOf(session, query.align)), units);
    }),
  ];
  return {
    schema: { fields },
    isLong: () => isLongRead(sessions, query),
    *batches(wanted = fields.map((_, i) => i)) {
      const origin = Math.min(...sessions.map(({ firstMicros }) => firstMicros));
      const series = sessions.map((session, i) =>
        readSeries(session, fields[i + 2]!, query, origin)
      );
      const axis = commonAxis(series, query, origin);
      for (let from = 0; from < axis.length; from += CHANNEL_BOUNDS.resultRows) {
        const nanos = axis.subarray(from, from + CHANNEL_BOUNDS.resultRows);
        yield tableBatch(fields, wanted, nanos, origin, series, query.align);
      }
    },
  };
}

function checkAligned(query: AlignedQuery): void {
  checkQuery(query);
  const { align, lastN, widthPixels, captures, method } = query;
  if (align !== "asof" && align !== "linear") {
    throw new RangeError(`Unknown alignment "${String(align)}": wanted asof, linear`);
  }
  const extra = Object.entries({ lastN, widthPixels, captures, method })
    .find(([, value]) => value !== undefined && value !== false);
  if (extra === undefined) return;
  throw new RangeError(
    `Cannot align with ${extra[0]}: a common axis takes sessionId, start, end and maxPoints`,
  );
}

/** The only session that all channels have. */
function sharedSession(
  channelIds: readonly string[],
  found: readonly (readonly ChannelSession[])[],
): string {
  const [first = [], ...rest] = found;
  const shared = first.map(({ sessionId }) => sessionId).filter((id) =>
    rest.every((sessions) => sessions.some(({ sessionId }) => sessionId === id))
  );
  const [only] = shared;
  if (only !== undefined && shared.length === 1) return only;
  throw new RangeError(
    `Cannot align ${channelIds.join(", ")}: ` +
      (shared.length === 0
        ? "they have no session in common"
        : `they share ${shared.length} sessions, name one by sessionId, such as ${shared.at(-1)}`),
  );
}

const FORMATS = { scalar: "g", waveform: "g", scalar_bool: "b", scalar_str: "u", struct: "u" };

function formatOf({ channelId, segments }: ChannelSession, align: Alignment): string {
  const format = FORMATS[segments[0]!.dataType];
  if (align === "asof") return format;
  if (format !== "u") return "g";
  throw new RangeError(`Cannot interpolate channel "${channelId}": it has no numbers, use asof`);
}

function readSeries(
  session: ChannelSession,
  column: ArrowField,
  { startMicros, endMicros, align, gaps }: AlignedQuery,
  originMicros: number,
): Series {
  const blocks: SampleBlock[] = [];
  // What holds at the start of the window was measured before it.
  if (startMicros !== undefined && align === "asof" && session.firstMicros < startMicros) {
    blocks.push(...read(session, { endMicros: startMicros - 1, lastN: 1 }));
  }
  blocks.push(...read(session, { startMicros, endMicros }));
  const whole = blocks.length === 0 ? undefined : concatBlocks(blocks);
  const all = whole !== undefined && gaps === "omit" ? withoutNumbersMissing(whole) : whole;
  const nanos = new Float64Array(all?.axis.length ?? 0);
  all?.axis.fillSeconds(nanos, 0, originMicros);
  for (let i = 0; i < nanos.length; i++) nanos[i] = Math.round(nanos[i]! * 1e9);
  const values = all?.values ?? { kind: "number", data: nanos };
  return { field: column, nanos, values, numbers: numbersOf(values) };
}

/** The samples that have a number. */
function withoutNumbersMissing(block: SampleBlock): SampleBlock {
  const y = numbersOf(block.values);
  if (y === undefined) return block;
  const kept = Uint32Array.from(y.keys().filter((i) => !Number.isNaN(y[i])));
  return { axis: gatherAxis(block.axis, kept), values: gatherValues(block.values, kept) };
}

function read(session: ChannelSession, window: ChannelWindow): SampleBlock[] {
  return [...channelBlocks([session], window)];
}

/** Times of all samples inside of the window, each once; or as many as asked for at equal distances. */
function commonAxis(
  series: readonly Series[],
  { startMicros = -Infinity, maxPoints }: AlignedQuery,
  originMicros: number,
): Float64Array {
  const all = concatNumbers(series.map(({ nanos }) => nanos)).sort();
  const start = (startMicros - originMicros) * 1000;
  let length = 0;
  for (const nanos of all) {
    if (nanos >= start && (length === 0 || nanos !== all[length - 1])) all[length++] = nanos;
  }
  const axis = all.subarray(0, length);
  if (maxPoints === undefined || length <= maxPoints) return axis;
  const first = axis[0]!, span = axis[length - 1]! - first;
  return Float64Array.from(
    { length: maxPoints },
    (_, i) => Math.round(first + span * i / (maxPoints - 1)),
  );
}

function tableBatch(
  fields: readonly ArrowField[],
  wanted: readonly number[],
  nanos: Float64Array,
  originMicros: number,
  series: readonly Series[],
  align: Alignment,
): ArrowBatch {
  const columnOf = (i: number): ArrowColumn => {
    const each = series[i - 2];
    if (each !== undefined) {
      return align === "asof" ? asofColumn(each, nanos) : linearColumn(each, nanos);
    }
    return i === 0
      ? int64Column(fields[0]!, nanos.map((at) => originMicros + Math.round(at / 1000)))
      : float64Column(fields[1]!, nanos.map((at) => at / 1e9));
  };
  return {
    schema: { fields: wanted.map((i) => fields[i]!) },
    rows: nanos.length,
    columns: wanted.map(columnOf),
  };
}

/** For each time the last sample at or before it; -1 before the first. */
function samplesAt({ nanos }: Series, times: Float64Array): Int32Array {
  const found = new Int32Array(times.length);
  let at = -1;
  for (let i = 0; i < times.length; i++) {
    while (at + 1 < nanos.length && nanos[at + 1]! <= times[i]!) at++;
    found[i] = at;
  }
  return found;
}

function asofColumn(series: Series, times: Float64Array): ArrowColumn {
  const { field, values } = series, at = samplesAt(series, times);
  const known = at.findIndex((index) => index >= 0), first = known < 0 ? at.length : known;
  const held = gatherValues(values, Uint32Array.from(at.subarray(first)));
  const padded = <T>(data: Iterable<T>): (T | null)[] => [...Array(first).fill(null), ...data];
  if (field.format === "u") return utf8Column(field, padded(textsOf(held)));
  if (held.kind === "bool") return boolColumn(field, padded(held.data));
  return float64Column(field, padded(held.kind === "number" ? held.data : []));
}

function linearColumn(series: Series, times: Float64Array): ArrowColumn {
  const { field, nanos, numbers } = series, at = samplesAt(series, times);
  const values = Array.from(times, (time, i) => {
    const left = at[i]!, y = numbers?.[left];
    if (y === undefined || nanos[left] === time) return y ?? null;
    const next = numbers?.[left + 1];
    if (next === undefined) return null;
    return y + (next - y) * (time - nanos[left]!) / (nanos[left + 1]! - nanos[left]!);
  });
  return float64Column(field, values);
}
