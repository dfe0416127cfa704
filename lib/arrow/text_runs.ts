/**
 * Stretches of equal text in a column, found by comparing bytes: most batches hold one run id and few
 * event types, which then are decoded once.
 * @module
 */
import type { ArrowColumn } from "./field.ts";

/** Rows `start` up to `end` that hold the same text, or null. */
export interface TextRun {
  readonly text: string | null;
  readonly start: number;
  readonly end: number;
}

const decoder = new TextDecoder();

/** The stretches of a utf8 column in order. */
export function* textRuns(column: ArrowColumn): Generator<TextRun> {
  const [validity, offsetBytes, data] = column.buffers;
  if (offsetBytes === undefined || data === undefined || column.length === 0) return;
  const offsets = new Int32Array(offsetBytes.buffer, offsetBytes.byteOffset, column.length + 1);
  const isNull = (row: number): boolean =>
    column.nullCount > 0 && validity !== undefined && validity.byteLength > 0 &&
    (((validity[row >> 3] ?? 0) >> (row & 7)) & 1) === 0;
  const textOf = (row: number): string | null =>
    isNull(row) ? null : decoder.decode(data.subarray(offsets[row], offsets[row + 1]));
  let start = 0;
  for (let row = 1; row <= column.length; row++) {
    if (row < column.length && isNull(row) === isNull(start) && same(data, offsets, row, start)) {
      continue;
    }
    yield { text: textOf(start), start, end: row };
    start = row;
  }
}

function same(data: Uint8Array, offsets: Int32Array, a: number, b: number): boolean {
  const fromA = offsets[a] ?? 0;
  const fromB = offsets[b] ?? 0;
  const length = (offsets[a + 1] ?? 0) - fromA;
  if (length !== (offsets[b + 1] ?? 0) - fromB) return false;
  // From the end: ids and paths differ there first.
  for (let i = length - 1; i >= 0; i--) if (data[fromA + i] !== data[fromB + i]) return false;
  return true;
}
