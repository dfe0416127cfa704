/**
 * Samples as the rows of a result.
 * @module
 */
import {
  constantUtf8Column,
  float64Column,
  int64Column,
  utf8Column,
} from "../arrow/column_builder.ts";
import { type ArrowBatch, type ArrowColumn, type ArrowField, field } from "../arrow/field.ts";
import { gather } from "./_arguments.ts";
import { withUnits } from "./_value_units.ts";
import type { ChannelDataType } from "./channel_types.ts";
import { gatherAxis, WaveformAxis } from "./sample_axis.ts";
import { concatBlocks, type SampleBlock } from "./sample_block.ts";
import {
  concatNumbers,
  gatherValues,
  numbersOf,
  type SampleValues,
  textsOf,
  valueColumn,
} from "./sample_values.ts";

const VALUE_FORMATS = { number: "g", bool: "b", text: "u", struct: "u" } as const;
const VALUE_KINDS = {
  scalar: "number",
  waveform: "number",
  scalar_bool: "bool",
  scalar_str: "text",
  struct: "struct",
} as const;
const CAPTURE = field("capture", "l");

/** Rows of a result before they are columns. */
export interface ResultPart extends SampleBlock {
  readonly sessionId: string | readonly string[];
  readonly sampleIndex: Float64Array;
  readonly captures?: Float64Array;
}

/** A part that is of one session. */
export type SessionPart = ResultPart & { readonly sessionId: string };

/** The kind that the values of all types share, else text. */
export function sharedKind(types: Iterable<ChannelDataType>): SampleValues["kind"] {
  const kinds = new Set(Array.from(types, (type) => VALUE_KINDS[type]));
  const [first = "number"] = kinds;
  return kinds.size > 1 ? "text" : first;
}

/** Columns of a result; `units` are those that all values share. */
export function resultFields(
  kind: SampleValues["kind"],
  captures: boolean,
  units?: string,
): ArrowField[] {
  const fields = [
    field("session_id", "u"),
    field("sample_index", "l"),
    field("timestamp", "tsu:UTC"),
    field("offset_seconds", "g"),
    withUnits(field("value", VALUE_FORMATS[kind]), units),
  ];
  return captures ? [...fields, CAPTURE] : fields;
}

/**
 * Makes a batch of a part.
 *
 * @param fields as {@linkcode resultFields} gave them
 * @param wanted which of them; others are not built
 */
export function resultBatch(
  fields: readonly ArrowField[],
  wanted: readonly number[],
  part: ResultPart,
): ArrowBatch {
  const columns = wanted.map((i) => resultColumn(fields[i]!, part));
  const schema = { fields: wanted.map((i) => fields[i]!) };
  return { schema, rows: part.axis.length, columns };
}

function resultColumn(wanted: ArrowField, part: ResultPart): ArrowColumn {
  const { axis, values, sessionId, sampleIndex, captures } = part, rows = axis.length;
  switch (wanted.name) {
    case "session_id":
      return typeof sessionId === "string"
        ? constantUtf8Column(wanted, sessionId, rows)
        : utf8Column(wanted, sessionId);
    case "sample_index":
      return int64Column(wanted, sampleIndex);
    case "timestamp": {
      const times = new Float64Array(rows);
      axis.fillTimes(times, 0);
      return int64Column(wanted, times);
    }
    case "offset_seconds": {
      const offsets = new Float64Array(rows);
      axis.fillOffsets(offsets, 0);
      return float64Column(wanted, offsets);
    }
    case "capture":
      return int64Column(wanted, captures ?? new Float64Array(rows));
    default:
      return wanted.format === "u" ? utf8Column(wanted, textsOf(values)) : valueColumn(values);
  }
}

/** Takes samples without a number out. */
export function withoutGaps<T extends ResultPart>(part: T): T {
  const y = numbersOf(part.values);
  if (y === undefined || !y.some(Number.isNaN)) return part;
  const kept = Uint32Array.from(y.keys().filter((i) => !Number.isNaN(y[i])));
  const { sessionId, captures } = part;
  return {
    ...part,
    axis: gatherAxis(part.axis, kept),
    values: gatherValues(part.values, kept),
    sessionId: typeof sessionId === "string" ? sessionId : Array.from(kept, (i) => sessionId[i]!),
    sampleIndex: gather(part.sampleIndex, kept),
    ...(captures === undefined ? {} : { captures: gather(captures, kept) }),
  };
}

/** Numbers the captures of each session from 0; a capture without a waveform is the whole session. */
export class CaptureNumbers {
  #sessionId: string | undefined;
  #number = 0;
  #startMicros = NaN;
  /** Where in the last capture the next sample of it would be. */
  #next = 0;

  /** Adds the numbers to a part that follows those before. */
  add(part: SessionPart): SessionPart {
    const { axis, sessionId } = part;
    if (sessionId !== this.#sessionId) {
      this.#sessionId = sessionId;
      this.#number = axis instanceof WaveformAxis ? -1 : 0;
      this.#startMicros = NaN;
    }
    const captures = new Float64Array(axis.length).fill(this.#number);
    if (!(axis instanceof WaveformAxis)) return { ...part, captures };
    for (const { at, count, startMicros, skipped } of axis.pieces) {
      // Captures may share their start; one that goes on does so at the very next sample.
      if (startMicros !== this.#startMicros || skipped !== this.#next) this.#number++;
      this.#startMicros = startMicros;
      this.#next = skipped + count;
      captures.fill(this.#number, at, at + count);
    }
    return { ...part, captures };
  }
}

/** Joins short parts of the same session, so that not every capture becomes a batch of its own. */
export function* joinedParts(parts: Iterable<SessionPart>, rows: number): Generator<SessionPart> {
  let open: SessionPart[] = [], length = 0;
  for (const part of parts) {
    const goesOn = open.length > 0 && open[0]!.sessionId === part.sessionId && length < rows;
    if (!goesOn && open.length > 0) yield joined(open);
    if (!goesOn) open = [], length = 0;
    open.push(part);
    length += part.axis.length;
  }
  if (open.length > 0) yield joined(open);
}

function joined(parts: readonly SessionPart[]): SessionPart {
  const [first] = parts;
  if (parts.length === 1) return first!;
  return {
    ...first!,
    ...concatBlocks(parts),
    sampleIndex: concatNumbers(parts.map((part) => part.sampleIndex)),
    captures: concatNumbers(
      parts.map(({ captures, axis }) => captures ?? new Float64Array(axis.length)),
    ),
  };
}
