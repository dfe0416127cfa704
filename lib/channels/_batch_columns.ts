import { valueReader } from "../arrow/column_values.ts";
import type { ArrowBatch, ArrowColumn } from "../arrow/field.ts";
import { layoutOf } from "../arrow/field.ts";

const NOTHING = new Uint8Array(0);
/** Units of a timestamp in a microsecond, below one where they are longer. */
const PER_MICRO: Readonly<Record<string, number>> = { s: 1e-6, m: 1e-3, u: 1, n: 1e3 };

/** A column by name. */
export function columnOf(batch: ArrowBatch, name: string): ArrowColumn | undefined {
  return batch.columns.find(({ field }) => field.name === name);
}

/** Timestamps as whole microseconds since the epoch, NaN where null. */
export function microsOfColumn(column: ArrowColumn): Float64Array {
  const out = new Float64Array(column.length);
  const data = column.buffers[1] ?? NOTHING;
  const per = PER_MICRO[column.field.format[2] ?? "u"] ?? 1;
  const words = new Int32Array(data.buffer, data.byteOffset, column.length * 2);
  for (let i = 0; i < out.length; i++) {
    // Two halves instead of a BigInt: exact below 2^53, as all microseconds from 1684 to 2255 are.
    out[i] = words[2 * i + 1]! * 4294967296 + (words[2 * i]! >>> 0);
  }
  if (per !== 1) { for (let i = 0; i < out.length; i++) out[i] = Math.floor(out[i]! / per); }
  clearNulls(column, out);
  return out;
}

/** Numbers of any format as doubles, NaN where null; a view where they are doubles already. */
export function doublesOfColumn(column: ArrowColumn): Float64Array {
  if (column.field.format === "g" && column.field.dictionary === undefined) {
    const data = column.buffers[1] ?? NOTHING;
    const view = new Float64Array(data.buffer, data.byteOffset, column.length);
    if (column.nullCount === 0) return view;
    const out = view.slice();
    clearNulls(column, out);
    return out;
  }
  const read = valueReader(column);
  return Float64Array.from({ length: column.length }, (_, i) => {
    const value = read(i);
    return value === null ? NaN : Number(value);
  });
}

function clearNulls(column: ArrowColumn, out: Float64Array): void {
  const validity = column.buffers[0] ?? NOTHING;
  if (column.nullCount === 0 || validity.byteLength === 0) return;
  for (let i = 0; i < out.length; i++) {
    if ((((validity[i >> 3] ?? 0) >> (i & 7)) & 1) === 0) out[i] = NaN;
  }
}

/** Where the items of each row of a list column start; one more than rows. */
export function listOffsets(column: ArrowColumn): (row: number) => number {
  const data = column.buffers[1] ?? new Uint8Array(8);
  const layout = layoutOf(column.field.format);
  if ("offsetWidth" in layout && layout.offsetWidth === 8) {
    const wide = new BigInt64Array(data.buffer, data.byteOffset, column.length + 1);
    return (row) => Number(wide[row] ?? 0n);
  }
  const narrow = new Int32Array(data.buffer, data.byteOffset, column.length + 1);
  return (row) => narrow[row] ?? 0;
}

/** Session of each row; all of them the same one, as a text, where that is so. */
export function sessionsOf(batch: ArrowBatch): string | readonly (string | null)[] {
  const column = columnOf(batch, "session_id");
  if (column === undefined || batch.rows === 0) return "";
  const read = valueReader(column);
  const values = Array.from({ length: batch.rows }, (_, row) => {
    const value = read(row);
    return value === null ? null : String(value).toLowerCase();
  });
  const [first = null] = values;
  return first !== null && values.every((value) => value === first) ? first : values;
}
