/**
 * Record batches of one schema, put together.
 * @module
 */
import { concatBytes } from "../base/concat_bytes.ts";
import { type ArrowBatch, type ArrowColumn, type ArrowField, layoutOf } from "./field.ts";

const NOTHING = new Uint8Array(0);

/** True where columns have the same names, formats and order. */
export function sameFields(a: readonly ArrowField[], b: readonly ArrowField[]): boolean {
  return a.length === b.length && a.every((field, i) => {
    const other = b[i]!;
    return field.name === other.name && field.format === other.format &&
      sameFields(field.children, other.children);
  });
}

/**
 * One batch with the rows of all, in order. Takes columns of fixed width, of bits, of text and bytes with
 * 32-bit offsets, and lists of such.
 *
 * @param batches at least one, of the same fields
 * @throws {TypeError} for columns of other layouts
 * @throws {RangeError} where text or lists become too long for 32-bit offsets
 */
export function concatBatches(batches: readonly ArrowBatch[]): ArrowBatch {
  const [first] = batches;
  if (first === undefined) throw new TypeError("No batches to put together");
  if (batches.length === 1) return first;
  return {
    schema: first.schema,
    rows: batches.reduce((sum, { rows }) => sum + rows, 0),
    columns: first.columns.map((_, i) => concatColumns(batches.map(({ columns }) => columns[i]!))),
  };
}

function concatColumns(parts: readonly ArrowColumn[]): ArrowColumn {
  const { field } = parts[0]!;
  const layout = layoutOf(field.format);
  const common = {
    field,
    length: parts.reduce((sum, { length }) => sum + length, 0),
    nullCount: parts.reduce((sum, { nullCount }) => sum + nullCount, 0),
  };
  const validity = validityOf(parts, common.length, common.nullCount);
  if (field.dictionary === undefined) {
    if (layout.kind === "bits") {
      const values = joinedBits(parts, common.length, ({ buffers }) => buffers[1]);
      return { ...common, buffers: [validity, values], children: [] };
    }
    if (layout.kind === "fixed") {
      const values = concatBytes(
        parts.map(({ buffers, length }) =>
          (buffers[1] ?? NOTHING).subarray(0, length * layout.width)
        ),
      );
      return { ...common, buffers: [validity, values], children: [] };
    }
    if (layout.kind === "variable" && layout.offsetWidth === 4) {
      const spans = parts.map(spanOf);
      const values = parts.map(({ buffers }, i) =>
        (buffers[2] ?? NOTHING).subarray(spans[i]!.from, spans[i]!.to)
      );
      const offsets = joinedOffsets(parts, spans, field);
      return { ...common, buffers: [validity, offsets, concatBytes(values)], children: [] };
    }
    if (layout.kind === "list" && layout.offsetWidth === 4) {
      const spans = parts.map(spanOf);
      const items = concatColumns(parts.map((part, i) => itemsOf(part, spans[i]!)));
      return {
        ...common,
        buffers: [validity, joinedOffsets(parts, spans, field)],
        children: [items],
      };
    }
  }
  throw new TypeError(`Columns of Arrow format "${field.format}" are not put together`);
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function offsetsOf({ buffers, length }: ArrowColumn): Int32Array {
  const bytes = buffers[1] ?? NOTHING;
  return bytes.byteLength === 0
    ? new Int32Array(length + 1)
    : new Int32Array(bytes.buffer, bytes.byteOffset, length + 1);
}

/** What of the items belongs to the rows: the first offset need not be zero. */
function spanOf(column: ArrowColumn): Span {
  const offsets = offsetsOf(column);
  return { from: offsets[0] ?? 0, to: offsets[column.length] ?? 0 };
}

function joinedOffsets(
  parts: readonly ArrowColumn[],
  spans: readonly Span[],
  field: ArrowField,
): Uint8Array {
  const out = new Int32Array(parts.reduce((sum, { length }) => sum + length, 1));
  let at = 0, base = 0;
  parts.forEach((part, i) => {
    const offsets = offsetsOf(part), { from, to } = spans[i]!;
    for (let row = 1; row <= part.length; row++) out[at + row] = base + offsets[row]! - from;
    at += part.length;
    base += to - from;
  });
  if (base <= 2 ** 31 - 1) return new Uint8Array(out.buffer);
  throw new RangeError(`Column "${field.name}" holds more than fits 32-bit offsets`);
}

/** The items of the rows alone; only those of whole bytes of validity are cut without a copy. */
function itemsOf({ children: [items] }: ArrowColumn, { from, to }: Span): ArrowColumn {
  if (items === undefined) throw new TypeError("A list column needs a child");
  if (from === 0 && to === items.length) return items;
  const { kind, ...layout } = layoutOf(items.field.format);
  if (kind !== "fixed" || !("width" in layout) || items.nullCount > 0) {
    throw new TypeError(`Lists of Arrow format "${items.field.format}" are not cut`);
  }
  const values = (items.buffers[1] ?? NOTHING).subarray(from * layout.width, to * layout.width);
  return { ...items, length: to - from, buffers: [NOTHING, values] };
}

function validityOf(
  parts: readonly ArrowColumn[],
  length: number,
  nullCount: number,
): Uint8Array {
  if (nullCount === 0) return NOTHING;
  return joinedBits(
    parts,
    length,
    ({ buffers, nullCount }) => nullCount === 0 ? undefined : buffers[0],
  );
}

/** Bits one after the other; a missing buffer stands for ones. */
function joinedBits(
  parts: readonly ArrowColumn[],
  length: number,
  bitsOf: (column: ArrowColumn) => Uint8Array | undefined,
): Uint8Array {
  const out = new Uint8Array(Math.ceil(length / 8));
  let at = 0;
  for (const part of parts) {
    const bits = bitsOf(part);
    for (let i = 0; i < part.length; i++, at++) {
      const set = bits === undefined || ((bits[i >> 3]! >> (i & 7)) & 1) === 1;
      if (set) out[at >> 3]! |= 1 << (at & 7);
    }
  }
  return out;
}
