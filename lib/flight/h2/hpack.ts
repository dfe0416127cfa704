/**
 * Header compression of HTTP/2 (RFC 7541): decodes everything; encodes literals without indexing, because
 * the few headers of an answer are not worth a table.
 * @module
 */

import { ConnectionError, ErrorCode } from "./frames.ts";
import { decodeHuffman } from "./huffman.ts";
import { STATIC_TABLE } from "./static_table.ts";

/** A header field; one character per byte. */
export type HeaderField = readonly [name: string, value: string];

/** Size of the dynamic table that clients may use: the default, which is never changed. */
const TABLE_BYTES = 4096;
/** What an entry counts beyond its text (section 4.1). */
const ENTRY_BYTES = 32;
const STATUS_INDEX: ReadonlyMap<string, number> = new Map([["200", 8]]);

function malformed(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.COMPRESSION_ERROR, `Malformed header block: ${what}`);
}

function sizeOf([name, value]: HeaderField): number {
  return name.length + value.length + ENTRY_BYTES;
}

/** A place in a header block; every read is checked against the end. */
class BlockCursor {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  /** The next byte, which stays. */
  peek(): number {
    return this.#bytes[this.#offset]!;
  }

  /** A number whose first part is in the low bits of the next byte (section 5.1). */
  integer(prefixBits: number): number {
    const limit = (1 << prefixBits) - 1;
    let value = this.#byte() & limit;
    if (value < limit) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw malformed("a number is too long");
  }

  /** A string, plain or in Huffman's code (section 5.2). */
  string(): string {
    if (this.atEnd) throw malformed("it ends before a string");
    const isHuffman = this.peek() >= 0x80;
    const length = this.integer(7);
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw malformed("it ends inside a string");
    const bytes = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    const text = isHuffman ? decodeHuffman(bytes) : latin1(bytes);
    if (text === undefined) throw malformed("a string is not in Huffman's code");
    return text;
  }

  #byte(): number {
    const byte = this.#bytes[this.#offset++];
    if (byte === undefined) throw malformed("it ends inside a number");
    return byte;
  }
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Decodes the header blocks of one connection, in their order. */
export class HeaderDecoder {
  readonly #maxListBytes: number;
  /** Newest first. */
  readonly #dynamic: HeaderField[] = [];
  #dynamicBytes = 0;
  #tableBytes = TABLE_BYTES;

  /** @param maxListBytes largest size of a list, counted as in SETTINGS_MAX_HEADER_LIST_SIZE */
  constructor(maxListBytes: number) {
    this.#maxListBytes = maxListBytes;
  }

  /**
   * Decodes one block.
   *
   * @param block all its bytes
   * @returns the fields, or undefined where they are more than the limit; the next block can be decoded
   * all the same
   * @throws {ConnectionError} for a malformed block
   */
  decode(block: Uint8Array): HeaderField[] | undefined {
    const cursor = new BlockCursor(block);
    const fields: HeaderField[] = [];
    let listBytes = 0;
    while (!cursor.atEnd) {
      const field = this.#next(cursor, listBytes === 0);
      if (field === undefined) continue;
      listBytes += sizeOf(field);
      if (listBytes <= this.#maxListBytes) fields.push(field);
    }
    return listBytes <= this.#maxListBytes ? fields : undefined;
  }

  #next(cursor: BlockCursor, isFirst: boolean): HeaderField | undefined {
    const byte = cursor.peek();
    if (byte >= 0x80) return this.#entry(cursor.integer(7));
    if (byte >= 0x40) {
      const field = this.#literal(cursor, 6);
      this.#add(field);
      return field;
    }
    if (byte < 0x20) return this.#literal(cursor, 4);
    this.#resize(cursor.integer(5), isFirst);
    return undefined;
  }

  #literal(cursor: BlockCursor, prefixBits: number): HeaderField {
    const index = cursor.integer(prefixBits);
    const name = index === 0 ? cursor.string() : this.#entry(index)[0];
    return [name, cursor.string()];
  }

  #entry(index: number): HeaderField {
    const field = index <= STATIC_TABLE.length
      ? STATIC_TABLE[index - 1]
      : this.#dynamic[index - STATIC_TABLE.length - 1];
    if (field === undefined) throw malformed(`the index ${index} is in no table`);
    return field;
  }

  #add(field: HeaderField): void {
    this.#dynamic.unshift(field);
    this.#dynamicBytes += sizeOf(field);
    this.#evict();
  }

  #resize(bytes: number, isFirst: boolean): void {
    if (!isFirst) throw malformed("the table changes its size after a field");
    if (bytes > TABLE_BYTES) throw malformed(`a table of ${bytes} bytes was not offered`);
    this.#tableBytes = bytes;
    this.#evict();
  }

  #evict(): void {
    while (this.#dynamicBytes > this.#tableBytes) {
      this.#dynamicBytes -= sizeOf(this.#dynamic.pop()!);
    }
  }
}

/**
 * Encodes a header block.
 *
 * @param fields lower-case names and values; pseudo headers first
 * @throws {RangeError} for a name or value that HTTP/2 cannot carry
 */
export function encodeHeaders(fields: Iterable<HeaderField>): Uint8Array {
  const bytes: number[] = [];
  for (const [name, value] of fields) {
    const index = name === ":status" ? STATUS_INDEX.get(value) : undefined;
    if (index !== undefined) {
      bytes.push(0x80 | index);
      continue;
    }
    if (!/^:?[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) {
      throw new RangeError(`No header can have the name ${JSON.stringify(name)}`);
    }
    if (!/^[\t\x20-\x7e]*$/.test(value)) {
      throw new RangeError(`The header ${name} cannot have the value ${JSON.stringify(value)}`);
    }
    bytes.push(0);
    pushString(bytes, name);
    pushString(bytes, value);
  }
  return Uint8Array.from(bytes);
}

function pushString(bytes: number[], text: string): void {
  if (text.length < 0x7f) {
    bytes.push(text.length);
  } else {
    bytes.push(0x7f);
    let rest = text.length - 0x7f;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push(rest % 0x80 | 0x80);
    bytes.push(rest);
  }
  for (let i = 0; i < text.length; i++) bytes.push(text.charCodeAt(i));
}
