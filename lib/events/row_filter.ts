/**
 * An event filter over columns: texts are compared by stretches of equal bytes, times as 64-bit words, and
 * no JSON is looked at.
 * @module
 */
import type { ArrowBatch, ArrowColumn } from "../arrow/field.ts";
import { layoutOf } from "../arrow/field.ts";
import { textRuns } from "../arrow/text_runs.ts";
import { parseMicros } from "../base/time.ts";
import type { EventFilter } from "../protocol/event_filter.ts";

/** Rows of a batch that pass, in order; undefined where all do. */
export type RowFilter = (batch: ArrowBatch) => Uint32Array | undefined;

const EVENT_TYPE = 1;
const OCCURRED_AT = 2;
const SESSION_ID = 4;
const RUN_ID = 5;
const NOTHING = new Uint8Array(0);

type TextTest = (text: string | null) => boolean;

/** Compiles a filter once for many batches; the limit is the caller's affair. */
export function compileRowFilter(filter: EventFilter): RowFilter {
  const { eventType, sessionId, runId, since, until } = filter;
  const texts: [number, TextTest][] = [];
  if (sessionId !== undefined) texts.push([SESSION_ID, (text) => text === sessionId]);
  if (runId !== undefined) texts.push([RUN_ID, (text) => text === runId]);
  if (eventType !== undefined) {
    const types: ReadonlySet<unknown> = new Set([eventType].flat());
    texts.push([EVENT_TYPE, (text) => types.has(text)]);
  }
  const from = since === undefined ? -Infinity : micros(since);
  const to = until === undefined ? Infinity : micros(until);
  const timed = since !== undefined || until !== undefined;
  if (texts.length === 0 && !timed) return () => undefined;
  return (batch) => {
    const passing = new Uint8Array(batch.rows).fill(1);
    for (const [column, test] of texts) keepTexts(passing, batch.columns[column], test);
    if (timed) keepTimes(passing, batch.columns[OCCURRED_AT], from, to);
    return rowsOf(passing);
  };
}

function micros(time: string | Date): number {
  return time instanceof Date ? time.getTime() * 1000 : parseMicros(time);
}

function keepTexts(passing: Uint8Array, column: ArrowColumn | undefined, test: TextTest): void {
  if (column === undefined) {
    passing.fill(0);
    return;
  }
  for (const { text, start, end } of textRuns(column)) {
    if (text === null || !test(text)) passing.fill(0, start, end);
  }
}

function keepTimes(
  passing: Uint8Array,
  column: ArrowColumn | undefined,
  from: number,
  to: number,
): void {
  const data = column?.buffers[1] ?? NOTHING;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let row = 0; row < passing.length; row++) {
    if (passing[row] === 0) continue;
    // The nearest double is exact over the years in which times are accepted.
    const time = view.getInt32(row * 8 + 4, true) * 4294967296 + view.getUint32(row * 8, true);
    if (time < from || time >= to || (column !== undefined && isNull(column, row))) {
      passing[row] = 0;
    }
  }
}

/** Whether a slot of a column is null. */
export function isNull({ nullCount, buffers }: ArrowColumn, row: number): boolean {
  const validity = buffers[0];
  if (nullCount === 0 || validity === undefined || validity.byteLength === 0) return false;
  return (((validity[row >> 3] ?? 0) >> (row & 7)) & 1) === 0;
}

function rowsOf(passing: Uint8Array): Uint32Array | undefined {
  let count = 0;
  for (let row = 0; row < passing.length; row++) count += passing[row] ?? 0;
  if (count === passing.length) return undefined;
  const rows = new Uint32Array(count);
  for (let row = 0, at = 0; at < count; row++) if (passing[row] === 1) rows[at++] = row;
  return rows;
}

/** Rows of an event batch as a batch of their own, copied byte by byte and never decoded. */
export function pickRows(batch: ArrowBatch, rows: Uint32Array): ArrowBatch {
  const columns = batch.columns.map((column) => pickColumn(column, rows));
  return { schema: batch.schema, rows: rows.length, columns };
}

function pickColumn(column: ArrowColumn, rows: Uint32Array): ArrowColumn {
  const [validity, nullCount] = pickValidity(column, rows);
  const values = layoutOf(column.field.format).kind === "variable"
    ? pickTexts(column, rows)
    : [pickWords(column, rows)];
  const buffers = [validity, ...values];
  return { field: column.field, length: rows.length, nullCount, buffers, children: [] };
}

function pickValidity(column: ArrowColumn, rows: Uint32Array): [Uint8Array, number] {
  if (column.nullCount === 0) return [NOTHING, 0];
  const bits = new Uint8Array(Math.ceil(rows.length / 8));
  let nullCount = 0;
  rows.forEach((row, i) => {
    if (isNull(column, row)) nullCount++;
    else bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
  });
  return nullCount === 0 ? [NOTHING, 0] : [bits, nullCount];
}

function pickTexts(column: ArrowColumn, rows: Uint32Array): Uint8Array[] {
  const source = column.buffers[1] ?? NOTHING;
  const data = column.buffers[2] ?? NOTHING;
  const from = new Int32Array(source.buffer, source.byteOffset, source.byteLength >> 2);
  const offsets = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    offsets[i + 1] = (offsets[i] ?? 0) + (from[row + 1] ?? 0) - (from[row] ?? 0);
  });
  const picked = new Uint8Array(offsets[rows.length] ?? 0);
  rows.forEach((row, i) => picked.set(data.subarray(from[row], from[row + 1]), offsets[i]));
  return [new Uint8Array(offsets.buffer), picked];
}

function pickWords(column: ArrowColumn, rows: Uint32Array): Uint8Array {
  const source = column.buffers[1] ?? NOTHING;
  const from = new BigInt64Array(source.buffer, source.byteOffset, source.byteLength >> 3);
  const picked = new BigInt64Array(rows.length);
  rows.forEach((row, i) => picked[i] = from[row] ?? 0n);
  return new Uint8Array(picked.buffer);
}
