/**
 * Gathers the arrays of one column, chunk after chunk, and copies them once: to where they lie in the body
 * of a record batch. Copying into buffers that grow and joining these took three times as long.
 * https://arrow.apache.org/docs/format/CDataInterface.html
 *
 *     ArrowArray (10 words)  length null_count offset n_buffers n_children buffers children dictionary release private
 *
 * @module
 */
import type { ArrowColumn, ArrowField, Layout } from "../arrow/field.ts";
import { layoutOf } from "../arrow/field.ts";
import { LimitError } from "../base/errors.ts";
import { BodyLayout, paddedBytes, writeBits } from "./body_layout.ts";
import { type Address, copyFrom, viewAt, wordsAt } from "./native_memory.ts";

const NOTHING = new Uint8Array(0);
const MAX_OFFSET = 0x7fffffff;

/** One array of a column; the addresses are good until it is released. */
interface Piece {
  readonly length: number;
  readonly nullCount: number;
  readonly validity: Address;
  /** Values, bits, offsets or type ids. */
  readonly data: Address;
  /** What the offsets of text point into. */
  readonly text: Address;
  /** Bytes of text, items of a list. */
  readonly span: number;
  /** What is added to the offsets: bytes or items before this piece. */
  readonly base: number;
}

/** Gathers the arrays of one column. */
export class ColumnGatherer {
  readonly #field: ArrowField;
  readonly #layout: Layout;
  readonly #pieces: Piece[] = [];
  readonly #children: ColumnGatherer[];
  #dictionary: ArrowColumn | undefined;
  #length = 0;
  #nullCount = 0;
  #textBytes = 0;

  constructor(field: ArrowField) {
    this.#field = field;
    this.#layout = layoutOf(field.dictionary?.indexFormat ?? field.format);
    this.#children = field.dictionary === undefined
      ? field.children.map((child) => new ColumnGatherer(child))
      : [];
  }

  /** Slots gathered so far. */
  get length(): number {
    return this.#length;
  }

  /** Bytes that the column takes in a body. */
  get byteLength(): number {
    return this.#children.reduce((sum, child) => sum + child.byteLength, this.#ownBytes());
  }

  /** Takes an ArrowArray, which must stay as it is until {@linkcode place} has returned. */
  append(array: BigUint64Array): void {
    const [lengthWord = 0n, nullWord = 0n, offset = 0n, bufferCount = 0n, , list = 0n] = array;
    if (offset !== 0n) throw new TypeError("Arrow C arrays with an offset are not expected here");
    const length = Number(lengthWord);
    const buffers = bufferCount === 0n ? [] : [...wordsAt(list, Number(bufferCount))];
    const { kind } = this.#layout;
    const hasValidity = kind !== "union" && kind !== "null";
    const validity = hasValidity ? buffers[0] ?? 0n : 0n;
    const data = buffers[hasValidity ? 1 : 0] ?? 0n;
    const piece = {
      length,
      nullCount: nullsOf(Number(BigInt.asIntN(64, nullWord)), validity, length),
      validity,
      data,
      text: buffers[2] ?? 0n,
      ...this.#offsets(data, length),
    };
    this.#pieces.push(piece);
    this.#length += length;
    this.#nullCount += piece.nullCount;
    if (kind === "variable") this.#textBytes += piece.span;
    this.#appendChildren(array);
  }

  #offsets(address: Address, length: number): { readonly span: number; readonly base: number } {
    const { kind } = this.#layout;
    if (kind === "union" && this.#layout.dense) {
      throw new TypeError("Dense unions are not expected from DuckDB");
    }
    if (kind !== "variable" && kind !== "list" || length === 0) return { span: 0, base: 0 };
    const offsets = viewAt(address);
    if (offsets.getInt32(0) !== 0) {
      throw new TypeError("Arrow C arrays with an offset are not expected here");
    }
    const span = offsets.getInt32(length * 4);
    // Not the slots so far: chunks of empty lists leave their items an offset and no slot.
    const base = kind === "variable" ? this.#textBytes : this.#children[0]?.length ?? 0;
    if (base + span > MAX_OFFSET) {
      throw new LimitError("Result is too large: a batch exceeds 2 GiB in one column");
    }
    return { span, base };
  }

  #appendChildren(array: BigUint64Array): void {
    const dictionary = array[7] ?? 0n;
    if (dictionary !== 0n) this.#dictionary ??= this.#readDictionary(dictionary);
    if (this.#children.length === 0) return;
    const addresses = wordsAt(array[6] ?? 0n, this.#children.length);
    this.#children.forEach((child, i) => child.append(wordsAt(addresses[i] ?? 0n, 10)));
  }

  #readDictionary(address: Address): ArrowColumn {
    const { dictionary: _, ...values } = this.#field;
    const gatherer = new ColumnGatherer(values);
    gatherer.append(wordsAt(address, 10));
    return gatherer.place(new BodyLayout(gatherer.byteLength));
  }

  #ownBytes(): number {
    const validity = this.#nullCount > 0 ? paddedBytes(Math.ceil(this.#length / 8)) : 0;
    switch (this.#layout.kind) {
      case "null":
        return 0;
      case "union":
        return paddedBytes(this.#length);
      case "bits":
        return validity + paddedBytes(Math.ceil(this.#length / 8));
      case "fixed":
        return validity + paddedBytes(this.#length * this.#layout.width);
      case "variable":
        return validity + this.#offsetBytes() + paddedBytes(this.#textBytes);
      case "list":
        return validity + this.#offsetBytes();
      default:
        return validity;
    }
  }

  #offsetBytes(): number {
    return paddedBytes((this.#length + 1) * 4);
  }

  /** Copies everything gathered into the next buffers of a body. */
  place(body: BodyLayout): ArrowColumn {
    const isNull = this.#layout.kind === "null";
    const column = {
      field: this.#field,
      length: this.#length,
      nullCount: isNull ? this.#length : this.#nullCount,
      buffers: isNull ? [] : this.#placeBuffers(body),
      children: this.#children.map((child) => child.place(body)),
    };
    return this.#dictionary === undefined ? column : { ...column, dictionary: this.#dictionary };
  }

  #placeBuffers(body: BodyLayout): Uint8Array[] {
    const layout = this.#layout;
    if (layout.kind === "union") return [this.#placeFixed(body, 1)];
    const validity = this.#placeValidity(body);
    switch (layout.kind) {
      case "bits":
        return [validity, this.#placeBits(body)];
      case "fixed":
        return [validity, this.#placeFixed(body, layout.width)];
      case "variable":
        return [validity, this.#placeOffsets(body), this.#placeText(body)];
      case "list":
        return [validity, this.#placeOffsets(body)];
      default:
        return [validity];
    }
  }

  #placeValidity(body: BodyLayout): Uint8Array {
    if (this.#nullCount === 0) return NOTHING;
    const target = body.take(Math.ceil(this.#length / 8));
    let used = 0;
    for (const { length, nullCount, validity } of this.#pieces) {
      writeBits(target, used, nullCount === 0 ? undefined : bitsAt(validity, length), length);
      used += length;
    }
    return target;
  }

  #placeBits(body: BodyLayout): Uint8Array {
    const target = body.take(Math.ceil(this.#length / 8));
    let used = 0;
    for (const { length, data } of this.#pieces) {
      writeBits(target, used, bitsAt(data, length), length);
      used += length;
    }
    return target;
  }

  #placeFixed(body: BodyLayout, width: number): Uint8Array {
    const target = body.take(this.#length * width);
    let at = 0;
    for (const { length, data } of this.#pieces) {
      copyFrom(data, target.subarray(at, at += length * width));
    }
    return target;
  }

  #placeText(body: BodyLayout): Uint8Array {
    const target = body.take(this.#textBytes);
    for (const { text, span, base } of this.#pieces) {
      copyFrom(text, target.subarray(base, base + span));
    }
    return target;
  }

  #placeOffsets(body: BodyLayout): Uint8Array {
    const target = body.take((this.#length + 1) * 4);
    const offsets = new Int32Array(target.buffer, target.byteOffset, this.#length + 1);
    let used = 0;
    for (const { length, data, base } of this.#pieces) {
      if (length === 0) continue;
      // The first offset of a piece falls onto the last one of the piece before.
      copyFrom(data, target.subarray(used * 4, (used + length + 1) * 4));
      const end = used + length;
      if (base > 0) { for (let i = used; i <= end; i++) offsets[i] = offsets[i]! + base; }
      used = end;
    }
    return target;
  }
}

function bitsAt(address: Address, count: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(count / 8));
  copyFrom(address, bits);
  return bits;
}

/** Nulls of an array: counted where the producer did not, none without a bitmap. */
function nullsOf(stated: number, validity: Address, length: number): number {
  if (validity === 0n) return 0;
  if (stated >= 0) return stated;
  const bits = bitsAt(validity, length);
  let nulls = 0;
  for (let i = 0; i < length; i++) if ((((bits[i >> 3] ?? 0) >> (i & 7)) & 1) === 0) nulls++;
  return nulls;
}
