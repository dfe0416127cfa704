/**
 * The raw Snappy format: length, then literals and copies of what came before.
 *
 *     literal    (length - 1) << 2, for longer ones a code above and 1 or 2 bytes of length; bytes
 *     copy       length 4..11, distance below 2048:   01, 1 byte
 *                length 1..64, distance below 65536:  10, 2 bytes
 *
 * @module
 */
import { ByteSink } from "./byte_sink.ts";

/** Positions are remembered by a hash of so many bits. */
const HASH_BITS = 13;
/** What lies further back is not looked for: two bytes hold the distance. */
const WINDOW_BYTES = 65_535;
/** Matches shorter than that save nothing. */
const MATCH_BYTES = 4;

/** Less than that is not worth a search. */
const TINY_BYTES = 24;

const positions = new Int32Array(1 << HASH_BITS);

/** Compresses a block. */
export function compressSnappy(input: Uint8Array): Uint8Array<ArrayBuffer> {
  const sink = new ByteSink();
  sink.varint(input.byteLength);
  if (input.byteLength > TINY_BYTES) positions.fill(-1);
  let literal = 0;
  let at = 0;
  const last = input.byteLength > TINY_BYTES ? input.byteLength - MATCH_BYTES : -1;
  while (at <= last) {
    const word = wordAt(input, at);
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS);
    const earlier = positions[slot] ?? -1;
    positions[slot] = at;
    if (earlier < 0 || at - earlier > WINDOW_BYTES || wordAt(input, earlier) !== word) {
      // What does not compress is passed over in growing steps.
      at += 1 + (at - literal >> 5);
      continue;
    }
    let length = MATCH_BYTES;
    while (at + length < input.byteLength && input[earlier + length] === input[at + length]) {
      length++;
    }
    writeLiteral(sink, input.subarray(literal, at));
    writeCopy(sink, at - earlier, length);
    at += length;
    literal = at;
  }
  writeLiteral(sink, input.subarray(literal));
  return sink.bytes();
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | (bytes[at + 1] ?? 0) << 8 | (bytes[at + 2] ?? 0) << 16 |
    (bytes[at + 3] ?? 0) << 24;
}

function writeLiteral(sink: ByteSink, bytes: Uint8Array): void {
  for (let start = 0; start < bytes.byteLength; start += 0x10000) {
    const part = bytes.subarray(start, start + 0x10000);
    const length = part.byteLength - 1;
    if (length < 60) sink.byte(length << 2);
    else if (length < 0x100) {
      sink.byte(60 << 2);
      sink.byte(length);
    } else {
      sink.byte(61 << 2);
      sink.byte(length & 0xff);
      sink.byte(length >> 8);
    }
    sink.append(part);
  }
}

function writeCopy(sink: ByteSink, distance: number, length: number): void {
  for (let left = length; left > 0;) {
    // The last piece keeps a length that the short form has.
    const part = left > 64 ? (left < 68 ? 60 : 64) : left;
    if (part >= 4 && part < 12 && distance < 2048) {
      sink.byte(1 | part - 4 << 2 | distance >> 8 << 5);
      sink.byte(distance & 0xff);
    } else {
      sink.byte(2 | part - 1 << 2);
      sink.byte(distance & 0xff);
      sink.byte(distance >> 8);
    }
    left -= part;
  }
}

/**
 * Gives back what was compressed.
 *
 * @param sizeBytes what the block has to become
 * @throws {RangeError} for bytes that are no such block
 */
export function decompressSnappy(input: Uint8Array, sizeBytes: number): Uint8Array<ArrayBuffer> {
  let at = 0;
  let length = 0;
  for (let shift = 0, more = true; more; shift += 7) {
    const byte = input[at++];
    if (byte === undefined || shift > 28) throw new RangeError("Snappy block has no length");
    length += (byte & 0x7f) * 2 ** shift;
    more = byte > 0x7f;
  }
  // No block grows by more: three bytes copy at most 64.
  if (length > input.byteLength * 22) {
    throw new RangeError("Snappy block is too short for its size");
  }
  if (length !== sizeBytes) {
    throw new RangeError(`Snappy block says ${length} bytes, its page ${sizeBytes}`);
  }
  const output = new Uint8Array(sizeBytes);
  let end = 0;
  while (at < input.byteLength) {
    const tag = input[at++] ?? 0;
    const kind = tag & 3;
    let size = tag >> 2;
    if (kind === 0) {
      if (size >= 60) {
        const bytes = size - 59;
        size = little(input, at, bytes);
        at += bytes;
      }
      size++;
      if (at + size > input.byteLength || end + size > sizeBytes) {
        throw new RangeError("Snappy literal is longer than its block");
      }
      output.set(input.subarray(at, at + size), end);
      at += size;
      end += size;
      continue;
    }
    let distance: number;
    if (kind === 1) {
      distance = tag >> 5 << 8 | little(input, at, 1);
      size = (size & 7) + 4;
      at += 1;
    } else {
      const bytes = kind === 2 ? 2 : 4;
      distance = little(input, at, bytes);
      size++;
      at += bytes;
    }
    if (distance === 0 || distance > end || end + size > sizeBytes) {
      throw new RangeError("Snappy copy reaches out of its block");
    }
    // Byte by byte: a copy may overlap itself.
    for (const stop = end + size; end < stop; end++) output[end] = output[end - distance] ?? 0;
  }
  if (end !== sizeBytes) throw new RangeError("Snappy block ends too early");
  return output;
}

function little(bytes: Uint8Array, start: number, count: number): number {
  if (start + count > bytes.byteLength) throw new RangeError("Snappy block ends within a number");
  let value = 0;
  for (let i = 0; i < count; i++) value += (bytes[start + i] ?? 0) * 2 ** (8 * i);
  return value;
}
