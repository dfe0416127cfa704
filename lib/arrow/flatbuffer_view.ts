/**
 * Bounds-checked reading of flatbuffers that came from a file or a socket. The generated readers of
 * apache-arrow trust every offset; a flipped bit there reads far away or allocates without limit.
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import { ARROW_LIMITS } from "../base/limits.ts";

const strictText = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenientText = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes that may still be visited; offsets can form cycles and fans, the bill ends them. */
interface Budget {
  left: number;
}

function malformed(what: string): InvalidDataError {
  return new InvalidDataError(`Malformed Arrow metadata: ${what}`);
}

/** A flatbuffer table whose every access is checked against the buffer. */
export class TableView {
  readonly #view: DataView;
  readonly #at: number;
  readonly #vtable: number;
  readonly #vtableSize: number;
  readonly #budget: Budget;

  private constructor(view: DataView, at: number, budget: Budget) {
    this.#view = view;
    this.#at = at;
    this.#budget = budget;
    spend(budget, 4);
    check(view, at, 4, "table");
    this.#vtable = at - view.getInt32(at, true);
    check(view, this.#vtable, 4, "vtable");
    this.#vtableSize = view.getUint16(this.#vtable, true);
    if (this.#vtableSize < 4) throw malformed("vtable too short");
    check(view, this.#vtable, this.#vtableSize, "vtable");
  }

  /** The root table of a buffer. */
  static root(bytes: Uint8Array): TableView {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    check(view, 0, 4, "root");
    const left = bytes.byteLength * ARROW_LIMITS.metadataPasses + ARROW_LIMITS.metadataGraceBytes;
    return new TableView(view, view.getUint32(0, true), { left });
  }

  #slot(index: number, width: number): number {
    const entry = 4 + index * 2;
    if (entry + 2 > this.#vtableSize) return 0;
    const offset = this.#view.getUint16(this.#vtable + entry, true);
    if (offset === 0) return 0;
    check(this.#view, this.#at + offset, width, "field");
    return this.#at + offset;
  }

  /** Unsigned byte at a slot, or the fallback where it is absent. */
  uint8(index: number, fallback = 0): number {
    const at = this.#slot(index, 1);
    return at === 0 ? fallback : this.#view.getUint8(at);
  }

  /** Signed 16-bit number at a slot. */
  int16(index: number, fallback = 0): number {
    const at = this.#slot(index, 2);
    return at === 0 ? fallback : this.#view.getInt16(at, true);
  }

  /** Signed 32-bit number at a slot. */
  int32(index: number, fallback = 0): number {
    const at = this.#slot(index, 4);
    return at === 0 ? fallback : this.#view.getInt32(at, true);
  }

  /** Signed 64-bit number at a slot, refused where it is not a safe integer. */
  int64(index: number, fallback = 0): number {
    const at = this.#slot(index, 8);
    return at === 0 ? fallback : safe(this.#view.getBigInt64(at, true));
  }

  /** Sub-table at a slot, or undefined. */
  table(index: number): TableView | undefined {
    const at = this.#slot(index, 4);
    return at === 0 ? undefined : this.#tableAt(at);
  }

  #tableAt(at: number): TableView {
    return new TableView(this.#view, at + this.#view.getUint32(at, true), this.#budget);
  }

  /** String at a slot, or undefined; refused where it is not UTF-8. */
  string(index: number): string | undefined {
    const bytes = this.#bytes(index);
    if (bytes === undefined) return undefined;
    try {
      return strictText.decode(bytes);
    } catch (cause) {
      throw new InvalidDataError("Malformed Arrow metadata: text is not UTF-8", { cause });
    }
  }

  /** String at a slot, or undefined; Arrow's metadata values may be any bytes. */
  looseString(index: number): string | undefined {
    const bytes = this.#bytes(index);
    return bytes === undefined ? undefined : lenientText.decode(bytes);
  }

  #bytes(index: number): Uint8Array | undefined {
    const vector = this.#vector(index, 1);
    if (vector === undefined) return undefined;
    const { buffer, byteOffset } = this.#view;
    return new Uint8Array(buffer, byteOffset + vector.at, vector.length);
  }

  /** Vector of tables at a slot; empty where absent. */
  tables(index: number): TableView[] {
    const vector = this.#vector(index, 4);
    if (vector === undefined) return [];
    const tables: TableView[] = [];
    for (let i = 0; i < vector.length; i++) tables.push(this.#tableAt(vector.at + i * 4));
    return tables;
  }

  /** Vector of 32-bit numbers at a slot. */
  int32s(index: number): number[] {
    const vector = this.#vector(index, 4);
    if (vector === undefined) return [];
    return Array.from(
      { length: vector.length },
      (_, i) => this.#view.getInt32(vector.at + i * 4, true),
    );
  }

  /** Vector of structs made of two 64-bit numbers (field nodes, buffers), flattened in order. */
  int64Pairs(index: number): number[] {
    const vector = this.#vector(index, 16);
    if (vector === undefined) return [];
    const numbers = new Array<number>(vector.length * 2);
    for (let i = 0; i < numbers.length; i++) {
      numbers[i] = safe(this.#view.getBigInt64(vector.at + i * 8, true));
    }
    return numbers;
  }

  #vector(index: number, width: number): { at: number; length: number } | undefined {
    const slot = this.#slot(index, 4);
    if (slot === 0) return undefined;
    const head = slot + this.#view.getUint32(slot, true);
    check(this.#view, head, 4, "vector");
    const length = this.#view.getUint32(head, true);
    check(this.#view, head + 4, length * width, "vector");
    spend(this.#budget, length * width);
    return { at: head + 4, length };
  }
}

function check(view: DataView, at: number, width: number, what: string): void {
  if (at < 0 || at + width > view.byteLength) throw malformed(`${what} outside of its buffer`);
}

function spend(budget: Budget, bytes: number): void {
  budget.left -= bytes;
  if (budget.left < 0) throw malformed("its offsets lead to the same bytes again and again");
}

function safe(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw malformed(`number ${value} out of range`);
  return number;
}
