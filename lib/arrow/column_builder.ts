/**
 * Columns from JavaScript values, in buffers that grow by doubling and are handed over without a copy.
 * @module
 */
import type { ArrowColumn, ArrowField } from "./field.ts";

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);
const MAX_VARIABLE_BYTES = 2 ** 31 - 1;

/** Null flags, kept only once something is null. */
class Validity {
  #bits: Uint8Array | undefined;
  nullCount = 0;

  setNull(index: number, capacity: number): void {
    this.nullCount++;
    const wanted = Math.ceil(Math.max(capacity, index + 1) / 8);
    if (this.#bits === undefined || this.#bits.byteLength < wanted) {
      const grown = new Uint8Array(wanted).fill(0xff);
      if (this.#bits !== undefined) grown.set(this.#bits);
      this.#bits = grown;
    }
    const byte = index >> 3;
    this.#bits[byte] = (this.#bits[byte] ?? 0) & ~(1 << (index & 7));
  }

  take(length: number): Uint8Array {
    if (this.#bits === undefined) return NOTHING;
    const bytes = new Uint8Array(Math.ceil(length / 8)).fill(0xff);
    bytes.set(this.#bits.subarray(0, bytes.byteLength));
    return bytes;
  }
}

/** Builds utf8 columns. */
export class Utf8Builder {
  #offsets = new Int32Array(257);
  #data = new Uint8Array(8192);
  #rows = 0;
  #used = 0;
  #validity = new Validity();

  /** Number of values so far. */
  get length(): number {
    return this.#rows;
  }

  /** Bytes of text so far. */
  get byteLength(): number {
    return this.#used;
  }

  /** Adds a value. */
  append(value: string | null): void {
    if (this.#rows + 1 >= this.#offsets.length) {
      const grown = new Int32Array(this.#offsets.length * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    if (value === null) this.#validity.setNull(this.#rows, this.#offsets.length);
    else this.#write(value);
    this.#offsets[++this.#rows] = this.#used;
  }

  #write(value: string): void {
    // Three bytes per UTF-16 unit is the most that UTF-8 takes; asking for it avoids a second pass.
    const worst = value.length * 3;
    if (this.#used + worst > this.#data.byteLength) this.#grow(this.#used + worst);
    const { read, written } = encoder.encodeInto(value, this.#data.subarray(this.#used));
    if (read !== value.length) throw new RangeError("Text does not fit into one column batch");
    this.#used += written;
  }

  #grow(wanted: number): void {
    if (this.#used > MAX_VARIABLE_BYTES / 2 && wanted > MAX_VARIABLE_BYTES) {
      throw tooLarge();
    }
    const size = Math.min(MAX_VARIABLE_BYTES, Math.max(wanted, this.#data.byteLength * 2));
    const grown = new Uint8Array(size);
    grown.set(this.#data.subarray(0, this.#used));
    this.#data = grown;
  }

  /** The column of all values so far; the builder may be reused after {@linkcode reset}. */
  finish(field: ArrowField): ArrowColumn {
    return {
      field,
      length: this.#rows,
      nullCount: this.#validity.nullCount,
      buffers: [
        this.#validity.take(this.#rows),
        bytesOf(this.#offsets.subarray(0, this.#rows + 1)),
        this.#data.subarray(0, this.#used),
      ],
      children: [],
    };
  }

  /** Forgets the values and keeps the memory; columns handed out before become invalid. */
  reset(): void {
    this.#rows = 0;
    this.#used = 0;
    this.#validity = new Validity();
  }
}

/** A column of text. */
export function utf8Column(field: ArrowField, values: readonly (string | null)[]): ArrowColumn {
  const builder = new Utf8Builder();
  for (const value of values) builder.append(value);
  return builder.finish(field);
}

/** A column in which each row has the same text, or null. */
export function constantUtf8Column(
  field: ArrowField,
  value: string | null,
  rows: number,
): ArrowColumn {
  if (value === null) return nullColumnOf(field, rows);
  const one = encoder.encode(value);
  if (one.byteLength * rows > MAX_VARIABLE_BYTES) throw tooLarge();
  const data = new Uint8Array(one.byteLength * rows);
  const offsets = new Int32Array(rows + 1);
  for (let i = 0; i < rows; i++) offsets[i + 1] = (i + 1) * one.byteLength;
  if (rows > 0) data.set(one);
  for (let at = one.byteLength; at < data.byteLength; at *= 2) data.copyWithin(at, 0, at);
  const column: ArrowColumn = {
    field,
    length: rows,
    nullCount: 0,
    buffers: [NOTHING, bytesOf(offsets), data],
    children: [],
  };
  constantTexts.set(column, value);
  return column;
}

/** The text of a column that {@linkcode constantUtf8Column} made here. */
export function constantTextOf(column: ArrowColumn): string | undefined {
  return constantTexts.get(column);
}

const constantTexts = new WeakMap<ArrowColumn, string>();

function tooLarge(): RangeError {
  return new RangeError("A text column holds at most 2 GiB per batch, write smaller batches");
}

/** A utf8 column of nulls. */
function nullColumnOf(field: ArrowField, rows: number): ArrowColumn {
  const validity = new Uint8Array(Math.ceil(rows / 8));
  const offsets = new Uint8Array((rows + 1) * 4);
  return {
    field,
    length: rows,
    nullCount: rows,
    buffers: [validity, offsets, NOTHING],
    children: [],
  };
}

/** A column of doubles; null and undefined become null, NaN stays a number. */
export function float64Column(
  field: ArrowField,
  values: Float64Array | readonly (number | null)[],
): ArrowColumn {
  if (values instanceof Float64Array) return fixedColumn(field, values);
  const validity = new Validity();
  const data = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? null;
    if (value === null) validity.setNull(i, values.length);
    else data[i] = value;
  }
  return fixedColumn(field, data, validity);
}

/**
 * A column of 64-bit integers, timestamps or durations from safe numbers.
 *
 * @throws {RangeError} for numbers that are not whole or not exact
 */
export function int64Column(
  field: ArrowField,
  values: Float64Array | readonly (number | null)[],
): ArrowColumn {
  const validity = new Validity();
  const data = new BigInt64Array(values.length);
  const words = new Uint32Array(data.buffer);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? null;
    if (value === null) validity.setNull(i, values.length);
    else if (Number.isSafeInteger(value)) writeInt64(words, i, value);
    else throw notWhole(field, value, "a safe integer");
  }
  return fixedColumn(field, data, validity);
}

function notWhole(field: ArrowField, value: number, wanted: string): RangeError {
  return new RangeError(`Column "${field.name}": wanted ${wanted}, got ${value}`);
}

/**
 * A column of 32-bit integers.
 *
 * @throws {RangeError} for numbers that do not fit
 */
export function int32Column(
  field: ArrowField,
  values: readonly (number | null)[],
): ArrowColumn {
  const validity = new Validity();
  const data = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? null;
    if (value === null) validity.setNull(i, values.length);
    else if ((value | 0) === value) data[i] = value;
    else throw notWhole(field, value, "a 32-bit integer");
  }
  return fixedColumn(field, data, validity);
}

/** A column of booleans. */
export function boolColumn(field: ArrowField, values: readonly (boolean | null)[]): ArrowColumn {
  const validity = new Validity();
  const data = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, i) => {
    if (value === null) validity.setNull(i, values.length);
    else if (value) data[i >> 3] = (data[i >> 3] ?? 0) | (1 << (i & 7));
  });
  return fixedColumn(field, data, validity, values.length);
}

/**
 * A list column over a child that holds the items of all rows; null rows hold no items.
 *
 * @throws {RangeError} where the lengths do not add up to that of the child
 */
export function listColumn(
  field: ArrowField,
  lengths: readonly (number | null)[],
  child: ArrowColumn,
): ArrowColumn {
  const validity = new Validity();
  const offsets = new Int32Array(lengths.length + 1);
  lengths.forEach((length, i) => {
    if (length === null) validity.setNull(i, lengths.length);
    offsets[i + 1] = (offsets[i] ?? 0) + (length ?? 0);
  });
  if (offsets[lengths.length] !== child.length) {
    throw new RangeError(
      `Column "${field.name}": lengths add up to ${
        offsets[lengths.length]
      }, its child has ${child.length}`,
    );
  }
  return {
    field,
    length: lengths.length,
    nullCount: validity.nullCount,
    buffers: [validity.take(lengths.length), bytesOf(offsets)],
    children: [child],
  };
}

/**
 * Writes a safe integer as two 32-bit halves: several times faster than through a BigInt.
 *
 * @param words the 64-bit numbers seen as 32-bit words, little endian
 */
export function writeInt64(words: Uint32Array, index: number, value: number): void {
  const high = Math.floor(value / 4294967296);
  words[index * 2] = value - high * 4294967296;
  words[index * 2 + 1] = high;
}

function fixedColumn(
  field: ArrowField,
  data: ArrayBufferView,
  validity: Validity = new Validity(),
  length: number = data.byteLength / bytesPerItem(data),
): ArrowColumn {
  return {
    field,
    length,
    nullCount: validity.nullCount,
    buffers: [validity.take(length), bytesOf(data)],
    children: [],
  };
}

function bytesPerItem(data: ArrayBufferView): number {
  return "BYTES_PER_ELEMENT" in data ? Number(data.BYTES_PER_ELEMENT) : 1;
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
