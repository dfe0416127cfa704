/**
 * Whole columns as JavaScript arrays.
 * @module
 */
import { valueReader } from "./column_values.ts";
import type { ArrowColumn, ArrowField } from "./field.ts";

type TypedArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | BigInt64Array
  | BigUint64Array;

const TYPED: Readonly<
  Record<string, new (buffer: ArrayBufferLike, offset: number, length: number) => TypedArray>
> = {
  c: Int8Array,
  C: Uint8Array,
  s: Int16Array,
  S: Uint16Array,
  i: Int32Array,
  I: Uint32Array,
  l: BigInt64Array,
  L: BigUint64Array,
  f: Float32Array,
  g: Float64Array,
};

/**
 * Concatenates the chunks of a column.
 *
 * @returns a typed array where the format has one and nothing is null, otherwise a plain array; the
 * units of timestamps are bigint either way
 */
export function columnArray(
  field: ArrowField,
  chunks: readonly ArrowColumn[],
): ArrayLike<unknown> {
  const format = field.format.startsWith("ts") ? "l" : field.format;
  const typed = TYPED[format];
  const full = chunks.every((chunk) => chunk.nullCount === 0);
  if (typed === undefined || field.dictionary !== undefined || !full) {
    return chunks.flatMap((chunk) => {
      const read = field.format.startsWith("ts") ? unitReader(chunk) : valueReader(chunk);
      return Array.from({ length: chunk.length }, (_, row) => read(row));
    });
  }
  const views = chunks.map((chunk) => {
    const data = chunk.buffers[1] ?? new Uint8Array(0);
    return new typed(data.buffer, data.byteOffset, chunk.length);
  });
  const [first] = views;
  if (views.length === 1 && first !== undefined) return first;
  const width = new typed(new ArrayBuffer(0), 0, 0).BYTES_PER_ELEMENT;
  const length = views.reduce((sum, view) => sum + view.length, 0);
  const bytes = new Uint8Array(length * width);
  let at = 0;
  for (const view of views) {
    bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), at);
    at += view.byteLength;
  }
  return new typed(bytes.buffer, 0, length);
}

/** Times as units since the epoch, so that one null does not turn a column of numbers into text. */
function unitReader(chunk: ArrowColumn): (row: number) => bigint | null {
  const { dictionary, field } = chunk;
  if (dictionary !== undefined) {
    const inner = unitReader(dictionary);
    const { dictionary: _values, ...indices } = chunk;
    const { dictionary: info, ...plain } = field;
    const index = valueReader({
      ...indices,
      field: { ...plain, format: info?.indexFormat ?? "i" },
    });
    return (row) => {
      const at = index(row);
      return at === null ? null : inner(Number(at));
    };
  }
  const [validity = new Uint8Array(0), data = new Uint8Array(0)] = chunk.buffers;
  const units = new BigInt64Array(data.buffer, data.byteOffset, chunk.length);
  const all = chunk.nullCount === 0 || validity.byteLength === 0;
  return (row) =>
    all || (((validity[row >> 3] ?? 0) >> (row & 7)) & 1) === 1 ? units[row] ?? null : null;
}
