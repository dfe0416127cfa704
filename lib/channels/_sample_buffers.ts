import { float64Column, int64Column, listColumn } from "../arrow/column_builder.ts";
import { type ArrowColumn, type ArrowField, field } from "../arrow/field.ts";
import type { InvalidDataError } from "../base/errors.ts";
import { CaptureClock, timeInCapture } from "./_capture_clock.ts";
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import { TimeBuffer, type ValueBuffer, valueBuffer } from "./_row_buffers.ts";
import { TextRuns, type TextTemplates } from "./_text_runs.ts";
import {
  FORMAT_NAMES,
  SAMPLE_INTERVAL,
  SAMPLES,
  SESSION_ID,
  SOURCE_METHOD,
  TIMESTAMP,
  type ValueFormat,
} from "./channel_schema.ts";
import type { CapturePosition } from "./segment_metadata.ts";

/** Rows that became a record batch. */
export interface Cut {
  readonly fields: readonly ArrowField[];
  readonly columns: readonly ArrowColumn[];
  readonly rows: number;
  readonly samples: number;
  readonly firstMicros: number;
  readonly lastMicros: number;
  /** True where no sample is earlier than one before it. */
  readonly ordered: boolean;
  readonly capture?: CapturePosition;
}

/** Samples of one channel and session that are not in a batch yet. */
export interface SampleBuffer {
  readonly rows: number;
  readonly byteLength: number;
  /** Makes batches of everything there is and starts anew. */
  take(): Cut[];
}

/** What all rows of a store share. */
export interface RowContext {
  readonly sessionId: string;
  readonly templates: TextTemplates;
}

/** Time span and order of the rows of a batch. */
class Span {
  firstMicros = Infinity;
  lastMicros = -Infinity;
  ordered = true;

  add(firstMicros: number, lastMicros: number): void {
    if (firstMicros < this.lastMicros) this.ordered = false;
    if (firstMicros < this.firstMicros) this.firstMicros = firstMicros;
    if (lastMicros > this.lastMicros) this.lastMicros = lastMicros;
  }
}

/** Rows of one timestamp each: scalars and structures. */
export class RowSampleBuffer implements SampleBuffer {
  readonly #context: RowContext;
  readonly #names: readonly string[];
  readonly #formats: (ValueFormat | undefined)[];
  #values: (ValueBuffer | undefined)[];
  readonly #times = new TimeBuffer();
  readonly #sources = new TextRuns();
  #span = new Span();

  /**
   * @param names the columns
   * @param formats their formats; undefined until a value other than null tells
   */
  constructor(
    context: RowContext,
    names: readonly string[],
    formats: readonly (ValueFormat | undefined)[],
  ) {
    this.#context = context;
    this.#names = names;
    this.#formats = [...formats];
    this.#values = formats.map((format) => format === undefined ? undefined : valueBuffer(format));
  }

  get rows(): number {
    return this.#times.length;
  }

  get byteLength(): number {
    let bytes = this.rows * (this.#context.sessionId.length + 24);
    for (const value of this.#values) bytes += value?.byteLength ?? 0;
    return bytes;
  }

  /** Names and types of the columns, for messages. */
  describe(): string {
    return this.#names.map((name, i) => {
      const format = this.#formats[i];
      return `${name} (${format === undefined ? "null" : FORMAT_NAMES[format]})`;
    }).join(", ");
  }

  /** Adds a scalar of the right kind. */
  append(micros: number, value: number | boolean | string, source: string): void {
    this.#times.append(micros);
    this.#values[0]!.append(value);
    this.#sources.append(source);
    this.#span.add(micros, micros);
  }

  /** Adds scalars of the right kind. */
  appendMany(
    micros: ArrayLike<number>,
    values: ArrayLike<number | boolean | string>,
    source: string,
    from: number,
    to: number,
  ): void {
    this.#times.appendMany(micros, from, to);
    this.#values[0]!.appendMany(values, from, to);
    this.#sources.append(source, to - from);
    for (let i = from; i < to; i++) this.#span.add(micros[i]!, micros[i]!);
  }

  /**
   * Adds a structure; keys that are missing become null.
   *
   * @throws {InvalidDataError} where a key or type is not that of the columns; nothing is added then
   */
  appendStruct(
    micros: number,
    entries: ReadonlyMap<string, { format: ValueFormat; value: number | boolean | string } | null>,
    source: string,
    conflict: () => InvalidDataError,
  ): void {
    for (const [name, entry] of entries) {
      const at = this.#names.indexOf(name);
      const format = this.#formats[at];
      const fits = at >= 0 && (entry === null || format === undefined || entry.format === format);
      if (!fits) throw conflict();
    }
    this.#names.forEach((name, at) => this.#appendEntry(at, entries.get(name) ?? null));
    this.#times.append(micros);
    this.#sources.append(source);
    this.#span.add(micros, micros);
  }

  #appendEntry(
    at: number,
    entry: { format: ValueFormat; value: number | boolean | string } | null,
  ): void {
    let values = this.#values[at];
    if (values === undefined && entry !== null) {
      this.#formats[at] = entry.format;
      this.#values[at] = values = nulls(entry.format, this.rows);
    }
    values?.append(entry === null ? null : entry.value);
  }

  take(): Cut[] {
    const rows = this.rows;
    if (rows === 0) return [];
    const span = this.#span;
    this.#span = new Span();
    const values = this.#names.map((name, i) => {
      // A column that was null so far has to be of some type on disk: that of most.
      const format = this.#formats[i] ??= "g";
      const column = field(name, format);
      return (this.#values[i] ??= nulls(format, rows)).take(column);
    });
    const columns = [
      this.#times.take(TIMESTAMP),
      ...values,
      this.#sources.take(SOURCE_METHOD, rows, this.#context.templates),
      this.#context.templates.column(SESSION_ID, this.#context.sessionId, rows),
    ];
    const { firstMicros, lastMicros, ordered } = span;
    const fields = columns.map((column) => column.field);
    return [{ fields, columns, rows, samples: rows, firstMicros, lastMicros, ordered }];
  }
}

function nulls(format: ValueFormat, rows: number): ValueBuffer {
  const values = valueBuffer(format);
  for (let i = 0; i < rows; i++) values.append(null);
  return values;
}

interface WaveformRow {
  readonly micros: number;
  readonly samples: Float64Array;
  readonly interval: number;
  readonly source: string;
  readonly capture: CapturePosition;
}

/** Blocks of samples at a fixed interval. */
export class WaveformBuffer implements SampleBuffer {
  readonly #context: RowContext;
  readonly #clock = new CaptureClock();
  #rows: WaveformRow[] = [];
  #samples = 0;

  constructor(context: RowContext) {
    this.#context = context;
  }

  get rows(): number {
    return this.#rows.length;
  }

  get byteLength(): number {
    return this.#samples * 8 + this.#rows.length * (this.#context.sessionId.length + 40);
  }

  /** Time at which the last block ended; NaN before the first. */
  get endMicros(): number {
    return this.#clock.endMicros;
  }

  /** Adds a block and keeps its memory. */
  append(micros: number, samples: Float64Array, interval: number, source: string): void {
    const capture = this.#clock.accept(micros, samples.length, interval);
    this.#rows.push({ micros, samples, interval, source, capture });
    this.#samples += samples.length;
  }

  take(): Cut[] {
    const rows = this.#rows;
    this.#rows = [];
    this.#samples = 0;
    const cuts: Cut[] = [];
    let from = 0;
    while (from < rows.length) {
      let to = from, samples = 0;
      do samples += rows[to++]!.samples.length; while (
        to < rows.length && to - from < CHANNEL_BOUNDS.batchRows &&
        samples + rows[to]!.samples.length <= CHANNEL_BOUNDS.ownBatchSamples
      );
      cuts.push(this.#cut(rows.slice(from, to), samples));
      from = to;
    }
    return cuts;
  }

  #cut(rows: readonly WaveformRow[], samples: number): Cut {
    const span = new Span(), sources = new TextRuns();
    for (const { micros, capture, interval, samples, source } of rows) {
      const last = timeInCapture(
        capture.startMicros,
        capture.samples + samples.length - 1,
        interval,
      );
      span.add(micros, Math.max(micros, last));
      sources.append(source);
    }
    const item = float64Column(SAMPLES.children[0]!, joined(rows, samples));
    const { templates, sessionId } = this.#context;
    const columns = [
      int64Column(TIMESTAMP, rows.map((row) => row.micros)),
      listColumn(SAMPLES, rows.map((row) => row.samples.length), item),
      float64Column(SAMPLE_INTERVAL, rows.map((row) => row.interval)),
      sources.take(SOURCE_METHOD, rows.length, templates),
      templates.column(SESSION_ID, sessionId, rows.length),
    ];
    const { firstMicros, lastMicros, ordered } = span;
    return {
      fields: columns.map((column) => column.field),
      columns,
      rows: rows.length,
      samples,
      firstMicros,
      lastMicros,
      ordered,
      capture: rows[0]!.capture,
    };
  }
}

function joined(rows: readonly WaveformRow[], samples: number): Float64Array {
  const [first] = rows;
  if (rows.length === 1 && first !== undefined) return first.samples;
  const all = new Float64Array(samples);
  let at = 0;
  for (const row of rows) {
    all.set(row.samples, at);
    at += row.samples.length;
  }
  return all;
}
