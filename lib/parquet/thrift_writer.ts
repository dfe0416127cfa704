/**
 * The Thrift compact protocol, as far as the metadata of Parquet needs it: writing.
 *
 *     field      delta of its number (4 bits) | type (4 bits)
 *     number     zigzag varint
 *     binary     varint length, bytes
 *     list       count (4 bits) | type (4 bits); 15 means that the count follows as varint
 *     struct     fields, then 0
 *
 * @module
 */
import { ByteSink } from "./byte_sink.ts";
import { THRIFT } from "./format.ts";

/** Writes one struct, field by field in rising order of their numbers. */
export class ThriftWriter {
  readonly #sink: ByteSink;
  #last = 0;

  constructor(sink: ByteSink = new ByteSink()) {
    this.#sink = sink;
  }

  #field(number: number, type: number): void {
    this.#sink.byte((number - this.#last) << 4 | type);
    this.#last = number;
  }

  #zigzag(value: number): void {
    this.#sink.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  /** A true or false. */
  bool(number: number, value: boolean): void {
    this.#field(number, value ? THRIFT.yes : THRIFT.no);
  }

  /** A number of 32 bits. */
  int32(number: number, value: number): void {
    this.#field(number, THRIFT.int32);
    this.#zigzag(value);
  }

  /** A number of 64 bits. */
  int64(number: number, value: number): void {
    this.#field(number, THRIFT.int64);
    this.#zigzag(value);
  }

  /** Bytes. */
  binary(number: number, value: Uint8Array): void {
    this.#field(number, THRIFT.binary);
    this.#sink.varint(value.byteLength);
    this.#sink.append(value);
  }

  /** Text as UTF-8. */
  text(number: number, value: string): void {
    this.#field(number, THRIFT.binary);
    this.#sink.varintText(value);
  }

  /** A struct within. */
  struct(number: number, write: (inner: ThriftWriter) => void): void {
    this.#field(number, THRIFT.struct);
    this.#inner(write);
  }

  #inner(write: (inner: ThriftWriter) => void): void {
    const inner = new ThriftWriter(this.#sink);
    write(inner);
    inner.end();
  }

  /** A list of structs. */
  structs<T>(
    number: number,
    items: readonly T[],
    write: (inner: ThriftWriter, item: T) => void,
  ): void {
    this.#list(number, THRIFT.struct, items.length);
    for (const item of items) this.#inner((inner) => write(inner, item));
  }

  /** A list of 32-bit numbers. */
  int32s(number: number, items: readonly number[]): void {
    this.#list(number, THRIFT.int32, items.length);
    for (const item of items) this.#zigzag(item);
  }

  /** A list of texts. */
  texts(number: number, items: readonly string[]): void {
    this.#list(number, THRIFT.binary, items.length);
    for (const item of items) this.#sink.varintText(item);
  }

  #list(number: number, type: number, count: number): void {
    this.#field(number, THRIFT.list);
    if (count < 15) this.#sink.byte(count << 4 | type);
    else {
      this.#sink.byte(0xf0 | type);
      this.#sink.varint(count);
    }
  }

  /** Ends the struct. */
  end(): Uint8Array<ArrayBuffer> {
    this.#sink.byte(0);
    return this.#sink.bytes();
  }
}
