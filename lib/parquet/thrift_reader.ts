/**
 * The Thrift compact protocol, as far as the metadata of Parquet needs it: reading. See thrift_writer.ts.
 * @module
 */
import { THRIFT } from "./format.ts";

/** Structs within structs; Parquet has five. */
const MAX_DEPTH = 16;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** What to do with the fields of a struct, by number; others are passed over. */
export type FieldReaders = Readonly<Record<number, () => void>>;

/** Reads values one after the other; each method throws RangeError where the bytes end before. */
export class ThriftReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #type = 0;

  constructor(bytes: Uint8Array, start = 0) {
    this.#bytes = bytes;
    this.#at = start;
  }

  /** Where the next value begins. */
  get position(): number {
    return this.#at;
  }

  /** Passes over bytes that are known by heart; false where others follow. */
  passIfNext(known: Uint8Array): boolean {
    const end = this.#at + known.byteLength;
    if (end > this.#bytes.byteLength) return false;
    for (let i = 0; i < known.byteLength; i++) {
      if (this.#bytes[this.#at + i] !== known[i]) return false;
    }
    this.#at = end;
    return true;
  }

  /** A copy of what was read since a position. */
  since(position: number): Uint8Array {
    return this.#bytes.slice(position, this.#at);
  }

  #byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new RangeError("Metadata ends within a value");
    return value;
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      if (scale > 2 ** 63) throw new RangeError("Number in the metadata is too long");
    }
  }

  /** A number. */
  number(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Whether the field that is being read is true. */
  bool(): boolean {
    return this.#type === THRIFT.yes;
  }

  #length(): number {
    const length = this.#varint();
    if (length > this.#bytes.byteLength - this.#at) {
      throw new RangeError("Metadata ends within a text or list");
    }
    return length;
  }

  #pass(count: number): void {
    this.#at += count;
  }

  /** Text. */
  text(): string {
    const length = this.#length();
    this.#pass(length);
    return decoder.decode(this.#bytes.subarray(this.#at - length, this.#at));
  }

  /** A struct. */
  struct(readers: FieldReaders): void {
    for (let number = 0;;) {
      const head = this.#byte();
      if (head === 0) return;
      const delta = head >> 4;
      number = delta === 0 ? this.number() : number + delta;
      this.#type = head & 15;
      const read = readers[number];
      if (read === undefined) this.#skip(head & 15, 0);
      else read();
    }
  }

  /** A list; `read` takes one item. */
  list(read: () => void): void {
    const { count } = this.#listHead();
    for (let i = 0; i < count; i++) read();
  }

  #listHead(): { count: number; type: number } {
    const head = this.#byte();
    const count = head >> 4 === 15 ? this.#length() : head >> 4;
    return { count, type: head & 15 };
  }

  #skip(type: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new RangeError("Metadata is nested too deep");
    switch (type) {
      case THRIFT.yes:
      case THRIFT.no:
        return;
      case THRIFT.int8:
        this.#pass(1);
        return;
      case THRIFT.int16:
      case THRIFT.int32:
      case THRIFT.int64:
        this.#varint();
        return;
      case THRIFT.double:
        this.#pass(8);
        return;
      case THRIFT.binary:
        this.#pass(this.#length());
        return;
      case THRIFT.list:
      case THRIFT.set: {
        const { count, type: item } = this.#listHead();
        for (let i = 0; i < count; i++) {
          // Within a list a true or false is a byte of its own.
          if (item === THRIFT.yes || item === THRIFT.no) this.#pass(1);
          else this.#skip(item, depth + 1);
        }
        return;
      }
      case THRIFT.struct:
        for (let head = this.#byte(); head !== 0; head = this.#byte()) {
          if (head >> 4 === 0) this.#varint();
          this.#skip(head & 15, depth + 1);
        }
        return;
      default:
        throw new RangeError(`Metadata holds a value of unknown type ${type}`);
    }
  }
}
