/**
 * What must hold of a column's buffers before anything follows an offset in them.
 * @module
 */
import { isAscii, isUtf8 } from "node:buffer";
import { InvalidDataError } from "../base/errors.ts";
import type { ArrowColumn, ArrowField } from "./field.ts";
import { layoutOf } from "./field.ts";

/** The error for a column that does not hold what it announces. */
export function malformedColumn(field: ArrowField, what: string): InvalidDataError {
  return new InvalidDataError(`Malformed record batch: column "${field.name}": ${what}`);
}

/** Refuses a buffer shorter than its column needs. */
export function checkSize(field: ArrowField, buffer: Uint8Array, bytes: number): void {
  if (buffer.byteLength < bytes) {
    throw malformedColumn(field, `buffer of ${buffer.byteLength} bytes, wanted ${bytes}`);
  }
}

/**
 * Refuses null bits that contradict the announced number of nulls: DuckDB and others skip the bits where
 * the number is zero, so that such a column would read differently from one program to the next.
 */
export function checkNulls(
  field: ArrowField,
  validity: Uint8Array,
  length: number,
  nullCount: number,
): void {
  if (validity.byteLength === 0) {
    if (nullCount > 0) throw malformedColumn(field, "no validity bits");
    return;
  }
  checkSize(field, validity, Math.ceil(length / 8));
  const nulls = length - countBits(validity, length);
  if (nulls !== nullCount) {
    throw malformedColumn(field, `${nulls} nulls, its header says ${nullCount}`);
  }
}

function countBits(bytes: Uint8Array, length: number): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, length >> 5);
  let count = 0;
  for (let i = 0; i < words.length; i++) count += onesOf(words[i] ?? 0);
  for (let i = words.length * 32; i < length; i++) {
    count += ((bytes[i >> 3] ?? 0) >> (i & 7)) & 1;
  }
  return count;
}

function onesOf(word: number): number {
  if (word === 0xffffffff) return 32;
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Refuses offsets that are negative or decrease. */
export function checkOffsets(
  field: ArrowField,
  buffer: Uint8Array,
  width: 4 | 8,
  length: number,
): void {
  if (width === 4) {
    const offsets = new Int32Array(buffer.buffer, buffer.byteOffset, length + 1);
    let previous = 0;
    for (let i = 0; i <= length; i++) {
      const offset = offsets[i] ?? 0;
      if (offset < previous) throw malformedColumn(field, "offsets decrease");
      previous = offset;
    }
    return;
  }
  const offsets = new BigInt64Array(buffer.buffer, buffer.byteOffset, length + 1);
  let previous = 0n;
  for (let i = 0; i <= length; i++) {
    const offset = offsets[i] ?? 0n;
    if (offset < previous) throw malformedColumn(field, "offsets decrease");
    previous = offset;
  }
}

/** The offset at an index. */
export function offsetAt(buffer: Uint8Array, width: 4 | 8, index: number): number {
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  return width === 4 ? view.getInt32(index * 4, true) : Number(view.getBigInt64(index * 8, true));
}

/** Refuses values outside of their buffer, and text of which a value is not UTF-8 by itself. */
export function checkValues(
  field: ArrowField,
  format: string,
  offsets: Uint8Array,
  data: Uint8Array,
  length: number,
): void {
  const width = format === "U" || format === "Z" ? 8 : 4;
  const first = offsetAt(offsets, width, 0);
  const last = offsetAt(offsets, width, length);
  if (last > data.byteLength) throw malformedColumn(field, "values outside of their buffer");
  if (format !== "u" && format !== "U") return;
  const used = data.subarray(first, last);
  if (isAscii(used)) return;
  if (!isUtf8(used)) throw malformedColumn(field, "text is not UTF-8");
  for (let i = 1; i < length; i++) {
    // The whole may be valid while an offset cuts a character in two.
    const at = offsetAt(offsets, width, i);
    if (at < last && ((data[at] ?? 0) & 0xc0) === 0x80) {
      throw malformedColumn(field, "text is not UTF-8");
    }
  }
}

/** Refuses rows that lead outside of the columns beneath. */
export function checkChildren(
  field: ArrowField,
  format: string,
  buffers: readonly Uint8Array[],
  children: readonly ArrowColumn[],
  length: number,
): void {
  const layout = layoutOf(format);
  const first = children[0];
  switch (layout.kind) {
    case "list": {
      const last = offsetAt(buffers[1] ?? new Uint8Array(8), layout.offsetWidth, length);
      if (first !== undefined && last <= first.length) return;
      throw malformedColumn(field, "list outside its child");
    }
    case "fixedList":
      if (first !== undefined && first.length >= length * layout.size) return;
      throw malformedColumn(field, "list outside its child");
    case "struct":
      if (children.every((child) => child.length >= length)) return;
      throw malformedColumn(field, "member shorter than the struct");
    case "union":
      return checkUnion(field, format, buffers, children, length);
  }
}

function checkUnion(
  field: ArrowField,
  format: string,
  buffers: readonly Uint8Array[],
  children: readonly ArrowColumn[],
  length: number,
): void {
  // Rows that a type id may point to: -1 for ids that were not declared.
  const limits = new Int32Array(256).fill(-1);
  format.slice(4).split(",").forEach((id, i) => limits[Number(id)] = children[i]?.length ?? 0);
  const [ids = new Uint8Array(0), offsets] = buffers;
  const slots = offsets === undefined
    ? undefined
    : new Int32Array(offsets.buffer, offsets.byteOffset, length);
  for (let row = 0; row < length; row++) {
    const limit = limits[ids[row] ?? 0] ?? -1;
    if (limit < 0) throw malformedColumn(field, "union member that was not declared");
    const slot = slots === undefined ? row : slots[row] ?? 0;
    if (slot < 0 || slot >= limit) throw malformedColumn(field, "union outside its member");
  }
}

/** Refuses dictionary indices of valid rows that lead outside of the dictionary. */
export function checkIndices(
  field: ArrowField,
  indexFormat: string,
  buffers: readonly Uint8Array[],
  length: number,
  dictionaryLength: number,
): void {
  const [validity = new Uint8Array(0), indices = new Uint8Array(0)] = buffers;
  const view = wholeNumbers(indexFormat, indices, length);
  for (let row = 0; row < length; row++) {
    const index = view[row] ?? -1;
    if (index >= 0 && index < dictionaryLength) continue;
    const valid = validity.byteLength === 0 || (((validity[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
    if (valid) throw malformedColumn(field, "index outside its dictionary");
  }
}

function wholeNumbers(
  format: string,
  { buffer, byteOffset }: Uint8Array,
  length: number,
): ArrayLike<number | bigint> {
  switch (format) {
    case "c":
      return new Int8Array(buffer, byteOffset, length);
    case "C":
      return new Uint8Array(buffer, byteOffset, length);
    case "s":
      return new Int16Array(buffer, byteOffset, length);
    case "S":
      return new Uint16Array(buffer, byteOffset, length);
    case "i":
      return new Int32Array(buffer, byteOffset, length);
    case "I":
      return new Uint32Array(buffer, byteOffset, length);
    case "l":
      return new BigInt64Array(buffer, byteOffset, length);
    default:
      return new BigUint64Array(buffer, byteOffset, length);
  }
}

/** True where two fields describe the same layout, names and metadata aside. */
export function sameLayout(a: ArrowField, b: ArrowField): boolean {
  return a.format === b.format && a.children.length === b.children.length &&
    a.children.every((child, i) => {
      const other = b.children[i];
      return other !== undefined && sameLayout(child, other) &&
        child.dictionary?.id === other.dictionary?.id &&
        child.dictionary?.indexFormat === other.dictionary?.indexFormat;
    });
}
