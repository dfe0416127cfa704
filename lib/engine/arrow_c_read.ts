/**
 * Reads the structures of the Arrow C data interface.
 * https://arrow.apache.org/docs/format/CDataInterface.html
 *
 *     ArrowSchema (9 words)  format name metadata flags n_children children dictionary release private
 *     ArrowArray (10 words)  length null_count offset n_buffers n_children buffers children dictionary release private
 *
 * @module
 */
import type { ArrowColumn, ArrowField } from "../arrow/field.ts";
import { layoutOf } from "../arrow/field.ts";
import { LimitError } from "../base/errors.ts";
import { GrowableBytes } from "./growable_bytes.ts";

const NULLABLE = 2n;
const NOTHING = new Uint8Array(0);

/** Address of a C structure or buffer. */
export type Address = bigint;

function view(address: Address): Deno.UnsafePointerView {
  const pointer = Deno.UnsafePointer.create(address);
  if (pointer === null) throw new TypeError("Arrow C structure has a null pointer");
  return new Deno.UnsafePointerView(pointer);
}

function words(address: Address, count: number): BigUint64Array {
  const target = new BigUint64Array(count);
  view(address).copyInto(target);
  return target;
}

/** Dictionary ids are given out in the order in which fields are met. */
export class FieldReader {
  #nextDictionary = 0;

  /** Reads an ArrowSchema. */
  read(schema: BigUint64Array): ArrowField {
    const [format = 0n, name = 0n, , flags = 0n, childCount = 0n, children = 0n, dictionary = 0n] =
      schema;
    const own = view(format).getCString();
    const base = {
      name: name === 0n ? "" : view(name).getCString(),
      nullable: (flags & NULLABLE) !== 0n,
    };
    if (dictionary !== 0n) {
      const id = this.#nextDictionary++;
      const values = this.read(words(dictionary, 9));
      return {
        ...base,
        format: values.format,
        children: values.children,
        dictionary: { id, indexFormat: own, ordered: (flags & 1n) !== 0n },
      };
    }
    const addresses = childCount === 0n ? [] : [...words(children, Number(childCount))];
    return { ...base, format: own, children: addresses.map((at) => this.read(words(at, 9))) };
  }
}

/** Collects the arrays of one column, chunk after chunk, into one set of buffers. */
export class ColumnCollector {
  readonly #field: ArrowField;
  readonly #format: string;
  readonly #validity = new GrowableBytes();
  readonly #first = new GrowableBytes();
  readonly #second = new GrowableBytes();
  readonly #children: ColumnCollector[];
  #dictionary: ArrowColumn | undefined;
  #length = 0;
  #nullCount = 0;

  constructor(field: ArrowField) {
    this.#field = field;
    this.#format = field.dictionary?.indexFormat ?? field.format;
    this.#children = field.dictionary === undefined
      ? field.children.map((child) => new ColumnCollector(child))
      : [];
  }

  /** Slots collected so far. */
  get length(): number {
    return this.#length;
  }

  /** Bytes collected so far. */
  get byteLength(): number {
    return this.#children.reduce(
      (sum, child) => sum + child.byteLength,
      this.#first.length + this.#second.length,
    );
  }

  /** Copies an ArrowArray. */
  append(array: BigUint64Array): void {
    const [lengthWord = 0n, nullWord = 0n, offset = 0n, , , bufferList = 0n] = array;
    if (offset !== 0n) throw new TypeError("Arrow C arrays with an offset are not expected here");
    const length = Number(lengthWord);
    const nulls = Number(BigInt.asIntN(64, nullWord));
    const layout = layoutOf(this.#format);
    const count = Number(array[3] ?? 0n);
    const buffers = count === 0 ? [] : [...words(bufferList, count)];
    if (layout.kind !== "union" && layout.kind !== "null") {
      this.#appendValidity(buffers[0] ?? 0n, length, nulls);
    }
    this.#appendData(layout, buffers, length);
    this.#appendChildren(array);
    this.#length += length;
  }

  #appendValidity(address: Address, length: number, nulls: number): void {
    if (address === 0n || nulls === 0) {
      if (this.#nullCount > 0) this.#validity.appendBits(undefined, this.#length, length);
      return;
    }
    const bits = new Uint8Array(Math.ceil(length / 8));
    view(address).copyInto(bits);
    if (this.#nullCount === 0) this.#validity.appendBits(undefined, 0, this.#length);
    this.#validity.appendBits(bits, this.#length, length);
    this.#nullCount += nulls >= 0 ? nulls : countNulls(bits, length);
  }

  #appendData(
    layout: ReturnType<typeof layoutOf>,
    buffers: readonly Address[],
    length: number,
  ): void {
    switch (layout.kind) {
      case "bits": {
        const bits = new Uint8Array(Math.ceil(length / 8));
        if (length > 0) view(buffers[1] ?? 0n).copyInto(bits);
        this.#first.appendBits(bits, this.#length, length);
        return;
      }
      case "fixed":
        this.#first.copyFrom(buffers[1] ?? 0n, length * layout.width);
        return;
      case "variable": {
        const bytes = this.#appendOffsets(buffers[1] ?? 0n, length, this.#second.length);
        this.#second.copyFrom(buffers[2] ?? 0n, bytes);
        return;
      }
      case "list":
        this.#appendOffsets(buffers[1] ?? 0n, length, this.#children[0]?.length ?? 0);
        return;
      case "union":
        this.#first.copyFrom(buffers[0] ?? 0n, length);
        if (layout.dense) throw new TypeError("Dense unions are not expected from DuckDB");
    }
  }

  /** Appends 32-bit offsets moved to where the values land; returns the bytes or items they span. */
  #appendOffsets(address: Address, length: number, base: number): number {
    const offsets = new Int32Array(length + 1);
    if (length > 0) view(address).copyInto(offsets);
    const start = offsets[0] ?? 0;
    if (start !== 0) throw new TypeError("Arrow C arrays with an offset are not expected here");
    const end = offsets[length] ?? 0;
    if (base + end > 0x7fffffff) {
      throw new LimitError("Result is too large: a batch exceeds 2 GiB in one column");
    }
    if (base > 0) { for (let i = 0; i <= length; i++) offsets[i] = (offsets[i] ?? 0) + base; }
    const bytes = new Uint8Array(offsets.buffer);
    // Not by the slots so far: chunks of empty lists leave their items an offset and no slot.
    this.#first.append(this.#first.length === 0 ? bytes : bytes.subarray(4));
    return end;
  }

  #appendChildren(array: BigUint64Array): void {
    const dictionary = array[7] ?? 0n;
    if (dictionary !== 0n && this.#dictionary === undefined) {
      const { dictionary: _, ...values } = this.#field;
      const collector = new ColumnCollector(values);
      collector.append(words(dictionary, 10));
      this.#dictionary = collector.finish();
    }
    if (this.#children.length === 0) return;
    const addresses = words(array[6] ?? 0n, this.#children.length);
    this.#children.forEach((child, i) => child.append(words(addresses[i] ?? 0n, 10)));
  }

  /** The column of everything collected. */
  finish(): ArrowColumn {
    const validity = this.#nullCount === 0 ? NOTHING : this.#validity.take();
    const layout = layoutOf(this.#format);
    const column = {
      field: this.#field,
      length: this.#length,
      nullCount: layout.kind === "null" ? this.#length : this.#nullCount,
      buffers: this.#buffers(layout.kind, validity),
      children: this.#children.map((child) => child.finish()),
    };
    return this.#dictionary === undefined ? column : { ...column, dictionary: this.#dictionary };
  }

  #buffers(kind: string, validity: Uint8Array): Uint8Array[] {
    const data = this.#first.take();
    switch (kind) {
      case "null":
        return [];
      case "union":
        return [data];
      case "variable":
        return [validity, data.byteLength === 0 ? new Uint8Array(4) : data, this.#second.take()];
      case "list":
        return [validity, data.byteLength === 0 ? new Uint8Array(4) : data];
      case "bits":
      case "fixed":
        return [validity, data];
      default:
        return [validity];
    }
  }
}

function countNulls(bits: Uint8Array, length: number): number {
  let nulls = 0;
  for (let i = 0; i < length; i++) if ((((bits[i >> 3] ?? 0) >> (i & 7)) & 1) === 0) nulls++;
  return nulls;
}
