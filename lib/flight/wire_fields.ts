/**
 * Protobuf by hand, as far as the messages of Flight need it: a message is fields in a row, each a tag and a
 * value.
 *
 *     tag     varint   field number * 8 + wire type
 *     value   0 varint | 1 eight bytes | 2 length and bytes | 5 four bytes | 3 .. 4 a group
 *
 * A runtime with generated code takes 50 ms to load, which is longer than the call that a command line makes.
 * @module
 */

import { FlightError } from "../base/errors.ts";
import { GrpcStatus } from "./status.ts";

/** How the value of a field is written. */
export const Wire = {
  VARINT: 0,
  FIXED64: 1,
  BYTES: 2,
  GROUP: 3,
  GROUP_END: 4,
  FIXED32: 5,
} as const;

const MAX_FIELD = 2 ** 29 - 1;
const MAX_GROUP_DEPTH = 32;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** A place in protobuf bytes; every read is checked against the end. */
export class WireCursor {
  readonly #bytes: Uint8Array;
  readonly #message: string;
  #offset = 0;

  /** @param message its name, for errors */
  constructor(bytes: Uint8Array, message: string) {
    this.#bytes = bytes;
    this.#message = message;
  }

  /** Whether all was read. */
  get atEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  /** The error for what is not the message. */
  malformed(what: string): FlightError {
    return new FlightError(`Malformed ${this.#message} message: ${what}`, {
      code: GrpcStatus.INVALID_ARGUMENT,
    });
  }

  /** A length or a tag; beyond 2^53 it is not exact, which no check takes for less. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#bytes[this.#offset++];
      if (byte === undefined) throw this.malformed("it ends inside a number");
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw this.malformed("a number is longer than ten bytes");
  }

  /** A whole number of 64 bits with its sign. */
  int64(): bigint {
    let value = 0n;
    const start = this.#offset;
    this.varint();
    for (let at = this.#offset - 1; at >= start; at--) {
      value = value << 7n | BigInt(this.#bytes[at]! & 0x7f);
    }
    return BigInt.asIntN(64, value);
  }

  /** Number and wire type of the next field. */
  tag(): { readonly field: number; readonly wire: number } {
    const tag = this.varint();
    const field = Math.floor(tag / 8);
    if (field < 1 || field > MAX_FIELD) {
      throw this.malformed(`no field can have the number ${field}`);
    }
    return { field, wire: tag % 8 };
  }

  /** Bytes behind their length. */
  bytes(): Uint8Array {
    return this.take(this.varint());
  }

  /** So many bytes. */
  take(length: number): Uint8Array {
    const left = this.#bytes.length - this.#offset;
    if (length > left) throw this.malformed(`a field of ${length} bytes has only ${left} left`);
    const start = this.#offset;
    this.#offset += length;
    return this.#bytes.subarray(start, this.#offset);
  }

  /** Passes over a value. */
  skip(field: number, wire: number, depth = 0): void {
    if (wire === Wire.VARINT) this.varint();
    else if (wire === Wire.FIXED64) this.take(8);
    else if (wire === Wire.BYTES) this.bytes();
    else if (wire === Wire.FIXED32) this.take(4);
    else if (wire === Wire.GROUP) this.#skipGroup(field, depth);
    else throw this.malformed(`field ${field} has the wire type ${wire}`);
  }

  #skipGroup(group: number, depth: number): void {
    if (depth >= MAX_GROUP_DEPTH) throw this.malformed("its groups nest too deeply");
    for (;;) {
      const { field, wire } = this.tag();
      if (wire === Wire.GROUP_END) {
        if (field === group) return;
        throw this.malformed(`group ${group} ends as group ${field}`);
      }
      this.skip(field, wire, depth + 1);
    }
  }
}

/** Takes the values of fields by their numbers; fields of other numbers or other wire types are passed over. */
export interface FieldTakers {
  /** Bytes, text and messages. */
  readonly bytes?: Readonly<Record<number, (value: Uint8Array) => void>>;
  /** Text. @throws {FlightError} for what is no UTF-8 */
  readonly text?: Readonly<Record<number, (value: string) => void>>;
  /** Whole numbers, flags and enumerations. */
  readonly numbers?: Readonly<Record<number, (value: bigint) => void>>;
  /** Values of eight bytes. */
  readonly fixed64?: Readonly<Record<number, (value: DataView) => void>>;
}

/**
 * Reads the fields of a message, in the order in which they stand.
 *
 * @throws {FlightError} INVALID_ARGUMENT for malformed bytes
 */
export function readFields(bytes: Uint8Array, message: string, takers: FieldTakers): void {
  const cursor = new WireCursor(bytes, message);
  while (!cursor.atEnd) {
    const { field, wire } = cursor.tag();
    if (wire === Wire.BYTES && takers.bytes?.[field] !== undefined) {
      takers.bytes[field](cursor.bytes());
    } else if (wire === Wire.BYTES && takers.text?.[field] !== undefined) {
      takers.text[field](textOf(cursor, field));
    } else if (wire === Wire.VARINT && takers.numbers?.[field] !== undefined) {
      takers.numbers[field](cursor.int64());
    } else if (wire === Wire.FIXED64 && takers.fixed64?.[field] !== undefined) {
      const value = cursor.take(8);
      takers.fixed64[field](new DataView(value.buffer, value.byteOffset, 8));
    } else cursor.skip(field, wire);
  }
}

function textOf(cursor: WireCursor, field: number): string {
  try {
    return decoder.decode(cursor.bytes());
  } catch (error) {
    if (error instanceof FlightError) throw error;
    throw cursor.malformed(`field ${field} is not UTF-8 text`);
  }
}

/** Size of a number that is not negative. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** Writes a number that is not negative. @returns the offset behind it */
export function writeVarint(target: Uint8Array, offset: number, value: number): number {
  let rest = value;
  while (rest >= 128) {
    target[offset++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  target[offset++] = rest;
  return offset;
}

/** A field of bytes, of text or of a message. */
export function bytesField(field: number, value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === "string" ? encoder.encode(value) : value;
  const tag = field * 8 + Wire.BYTES;
  const size = varintSize(tag) + varintSize(bytes.length);
  const target = new Uint8Array(size + bytes.length);
  target.set(bytes, writeVarint(target, writeVarint(target, 0, tag), bytes.length));
  return target;
}

/** A field of a whole number, a flag or an enumeration. */
export function numberField(field: number, value: bigint | number | boolean): Uint8Array {
  const bytes: number[] = [field * 8 + Wire.VARINT];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** A field of eight bytes. */
export function fixed64Field(field: number, write: (view: DataView) => void): Uint8Array {
  const target = new Uint8Array(9);
  target[0] = field * 8 + Wire.FIXED64;
  write(new DataView(target.buffer, 1));
  return target;
}
