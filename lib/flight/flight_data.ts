/**
 * The FlightData message by hand, because a protobuf runtime copies bodies and these are megabytes.
 *
 *     field 1     descriptor     FlightDescriptor   0A len bytes
 *     field 2     header         bytes              12 len bytes
 *     field 3     appMetadata    bytes              1A len bytes
 *     field 1000  body           bytes              C2 3E len bytes     written last
 *
 * Decoding gives views; encoding gives one chunk with all that stands before the body, then the
 * body's buffers as they are.
 * @module
 */

import { concatBytes } from "../base/concat_bytes.ts";
import { FlightError } from "../base/errors.ts";
import { decodeMessage, encodeFlightDescriptor, fromWireDescriptor } from "./message_codec.ts";
import type { FlightDataMessage, FlightPayload } from "./service.ts";
import { GrpcStatus } from "./status.ts";
import { FlightDescriptorSchema } from "./wire_messages.ts";

const EMPTY: Uint8Array = new Uint8Array(0);
const ZEROS = new Uint8Array(8);
const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
const WIRE_BYTES = 2;
const WIRE_GROUP = 3;
const WIRE_GROUP_END = 4;
const WIRE_FIXED32 = 5;
const FIELD_DESCRIPTOR = 1;
const FIELD_HEADER = 2;
const FIELD_APP_METADATA = 3;
const FIELD_BODY = 1000;
const MAX_FIELD = 2 ** 29 - 1;
const MAX_GROUP_DEPTH = 32;

function malformed(what: string): FlightError {
  return new FlightError(`Malformed FlightData message: ${what}`, {
    code: GrpcStatus.INVALID_ARGUMENT,
  });
}

/** A place in protobuf bytes; every read is checked against the end. */
class WireCursor {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#bytes[this.#offset++];
      if (byte === undefined) throw malformed("it ends inside a number");
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw malformed("a number is longer than ten bytes");
  }

  tag(): { field: number; wire: number } {
    const tag = this.varint();
    const field = Math.floor(tag / 8);
    if (field < 1 || field > MAX_FIELD) throw malformed(`no field can have the number ${field}`);
    return { field, wire: tag % 8 };
  }

  bytes(): Uint8Array {
    const length = this.varint();
    this.#need(length);
    const start = this.#offset;
    this.#offset += length;
    return this.#bytes.subarray(start, this.#offset);
  }

  skip(field: number, wire: number, depth = 0): void {
    if (wire === WIRE_VARINT) this.varint();
    else if (wire === WIRE_FIXED64) this.#need(8), this.#offset += 8;
    else if (wire === WIRE_BYTES) this.bytes();
    else if (wire === WIRE_FIXED32) this.#need(4), this.#offset += 4;
    else if (wire === WIRE_GROUP) this.#skipGroup(field, depth);
    else throw malformed(`field ${field} has the wire type ${wire}`);
  }

  #skipGroup(group: number, depth: number): void {
    if (depth >= MAX_GROUP_DEPTH) throw malformed("its groups nest too deeply");
    for (;;) {
      const { field, wire } = this.tag();
      if (wire === WIRE_GROUP_END) {
        if (field === group) return;
        throw malformed(`group ${group} ends as group ${field}`);
      }
      this.skip(field, wire, depth + 1);
    }
  }

  #need(length: number): void {
    const left = this.#bytes.length - this.#offset;
    if (length > left) throw malformed(`a field of ${length} bytes has only ${left} left`);
  }
}

function decodeDescriptor(parts: readonly Uint8Array[]): FlightDataMessage["descriptor"] {
  // A message field that occurs twice is merged, which its bytes in a row amount to.
  const bytes = parts.length === 1 ? parts[0]! : concatBytes(parts);
  return fromWireDescriptor(decodeMessage(FlightDescriptorSchema, bytes));
}

/**
 * Decodes a FlightData message without copying.
 *
 * @param bytes the whole message
 * @returns views of `bytes`
 * @throws {FlightError} INVALID_ARGUMENT for malformed bytes
 */
export function decodeFlightData(bytes: Uint8Array): FlightDataMessage {
  const cursor = new WireCursor(bytes);
  const descriptorParts: Uint8Array[] = [];
  let header: Uint8Array = EMPTY;
  let appMetadata = EMPTY;
  let body = EMPTY;
  while (!cursor.atEnd) {
    const { field, wire } = cursor.tag();
    if (wire !== WIRE_BYTES) cursor.skip(field, wire);
    else if (field === FIELD_BODY) body = cursor.bytes();
    else if (field === FIELD_HEADER) header = cursor.bytes();
    else if (field === FIELD_APP_METADATA) appMetadata = cursor.bytes();
    else if (field === FIELD_DESCRIPTOR) descriptorParts.push(cursor.bytes());
    else cursor.skip(field, wire);
  }
  const descriptor = descriptorParts.length === 0 ? undefined : decodeDescriptor(descriptorParts);
  return { header, appMetadata, body, ...(descriptor && { descriptor }) };
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

function writeVarint(target: Uint8Array, offset: number, value: number): number {
  let rest = value;
  while (rest >= 128) {
    target[offset++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  target[offset++] = rest;
  return offset;
}

/** How {@linkcode encodeFlightData} lays a message out. */
export interface EncodeFlightDataOptions {
  /** Bytes left free at the start of the first chunk, for a frame header. @default {0} */
  readonly headroomBytes?: number;
  /** Whether each body buffer is followed by zeros up to a multiple of eight. @default {false} */
  readonly padBuffers?: boolean;
}

function bodyChunks(buffers: readonly Uint8Array[], padBuffers: boolean): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (const buffer of buffers) {
    if (buffer.length > 0) chunks.push(buffer);
    const padding = padBuffers ? -buffer.length & 7 : 0;
    if (padding > 0) chunks.push(ZEROS.subarray(0, padding));
  }
  return chunks;
}

function fieldSize(tagSize: number, length: number): number {
  return tagSize + varintSize(length) + length;
}

function writeField(target: Uint8Array, offset: number, tag: number, bytes: Uint8Array): number {
  target[offset] = tag;
  const start = writeVarint(target, offset + 1, bytes.length);
  target.set(bytes, start);
  return start + bytes.length;
}

/**
 * Encodes a FlightData message.
 *
 * @param payload what to send
 * @param options headroom and padding
 * @returns chunks to write in a row: headroom, fields and the body's tag and length in the first,
 *   the body's buffers themselves in the rest
 */
export function encodeFlightData(
  payload: FlightPayload,
  options: EncodeFlightDataOptions = {},
): Uint8Array[] {
  const headroom = options.headroomBytes ?? 0;
  const chunks = bodyChunks(payload.body ?? [], options.padBuffers ?? false);
  const bodySize = chunks.reduce((size, chunk) => size + chunk.length, 0);
  const fields: [number, Uint8Array][] = [];
  if (payload.descriptor) fields.push([0x0a, encodeFlightDescriptor(payload.descriptor)]);
  if (payload.header?.length) fields.push([0x12, payload.header]);
  if (payload.appMetadata?.length) fields.push([0x1a, payload.appMetadata]);
  let size = headroom;
  for (const [, bytes] of fields) size += fieldSize(1, bytes.length);
  if (payload.body) size += 2 + varintSize(bodySize);
  const prefix = new Uint8Array(size);
  let offset = headroom;
  for (const [tag, bytes] of fields) offset = writeField(prefix, offset, tag, bytes);
  if (payload.body) {
    prefix[offset] = 0xc2;
    prefix[offset + 1] = 0x3e;
    writeVarint(prefix, offset + 2, bodySize);
  }
  return [prefix, ...chunks];
}
