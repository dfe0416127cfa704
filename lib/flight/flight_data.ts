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
import { decodeAnyDescriptor, encodeFlightDescriptor } from "./message_codec.ts";
import type { FlightDataMessage, FlightPayload } from "./service.ts";
import { varintSize, Wire, WireCursor, writeVarint } from "./wire_fields.ts";

const EMPTY: Uint8Array = new Uint8Array(0);
const ZEROS = new Uint8Array(8);
const FIELD_DESCRIPTOR = 1;
const FIELD_HEADER = 2;
const FIELD_APP_METADATA = 3;
const FIELD_BODY = 1000;

function decodeDescriptor(parts: readonly Uint8Array[]): FlightDataMessage["descriptor"] {
  // A message field that occurs twice is merged, which its bytes in a row amount to.
  const bytes = parts.length === 1 ? parts[0]! : concatBytes(parts);
  return decodeAnyDescriptor(bytes);
}

/**
 * Decodes a FlightData message without copying.
 *
 * @param bytes the whole message
 * @returns views of `bytes`
 * @throws {FlightError} INVALID_ARGUMENT for malformed bytes
 */
export function decodeFlightData(bytes: Uint8Array): FlightDataMessage {
  const cursor = new WireCursor(bytes, "FlightData");
  const descriptorParts: Uint8Array[] = [];
  let header: Uint8Array = EMPTY;
  let appMetadata = EMPTY;
  let body = EMPTY;
  while (!cursor.atEnd) {
    const { field, wire } = cursor.tag();
    if (wire !== Wire.BYTES) cursor.skip(field, wire);
    else if (field === FIELD_BODY) body = cursor.bytes();
    else if (field === FIELD_HEADER) header = cursor.bytes();
    else if (field === FIELD_APP_METADATA) appMetadata = cursor.bytes();
    else if (field === FIELD_DESCRIPTOR) descriptorParts.push(cursor.bytes());
    else cursor.skip(field, wire);
  }
  const descriptor = descriptorParts.length === 0 ? undefined : decodeDescriptor(descriptorParts);
  return { header, appMetadata, body, ...(descriptor && { descriptor }) };
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
