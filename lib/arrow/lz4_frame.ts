/**
 * Reading LZ4 frames (https://github.com/lz4/lz4, doc/lz4_Frame_format.md and lz4_Block_format.md), which
 * Arrow allows as compression of buffers. The size is known beforehand, so nothing is ever allocated for
 * what a frame claims.
 *
 *     | 04224D18 | flags | block size | [content size 8] | check 1 | block ... | 00000000 | [checksum 4] |
 *     block      length, top bit for one that is stored plain | bytes | [checksum 4]
 *     sequence   token: literals << 4 | match - 4, 15 goes on in the next bytes | literals | distance 2
 *
 * @module
 */
import { InvalidDataError } from "../base/errors.ts";
import { xxh32 } from "./xxh32.ts";

const MAGIC = 0x184d2204;
/** Version 1 in the two highest bits of the flags. */
const VERSION = 0x40;
const VERSION_BITS = 0xc0;
const BLOCK_CHECKSUMS = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
/** One is reserved, the other names a dictionary that nobody has. */
const REFUSED_BITS = 0x03;
const PLAIN_BLOCK = 0x80000000;
const LENGTH_GOES_ON = 15;
const SHORTEST_MATCH = 4;
/** Longer runs are copied by the engine. */
const LOOP_BYTES = 32;

/**
 * Decompresses one frame.
 *
 * @param target exactly as long as the content
 * @throws {InvalidDataError} where the frame is damaged or its content has another length
 */
export function decompressLz4Frame(frame: Uint8Array, target: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.byteLength < 7 || view.getUint32(0, true) !== MAGIC) throw malformed("no magic number");
  const flags = view.getUint8(4);
  if ((flags & VERSION_BITS) !== VERSION || (flags & REFUSED_BITS) !== 0) {
    throw malformed(`flags ${flags.toString(16)} are not those of version 1 without dictionary`);
  }
  let at = (flags & CONTENT_SIZE) === 0 ? 6 : 14;
  if (at >= frame.byteLength) throw malformed("it ends inside of its header");
  if (((xxh32(frame.subarray(4, at)) >>> 8) & 0xff) !== view.getUint8(at)) {
    throw malformed("the checksum of its header does not match");
  }
  at++;
  const checkBytes = (flags & BLOCK_CHECKSUMS) === 0 ? 0 : 4;
  let filled = 0;
  for (;;) {
    if (at + 4 > frame.byteLength) throw malformed("it has no end mark");
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const isPlain = word >= PLAIN_BLOCK;
    const end = at + (isPlain ? word - PLAIN_BLOCK : word);
    if (end + checkBytes > frame.byteLength) throw malformed("a block is cut short");
    const block = frame.subarray(at, end);
    if (checkBytes > 0 && xxh32(block) !== view.getUint32(end, true)) {
      throw malformed("the checksum of a block does not match");
    }
    filled = isPlain ? copyBlock(block, target, filled) : decompressBlock(block, target, filled);
    at = end + checkBytes;
  }
  if (filled !== target.byteLength) {
    throw malformed(`${filled} bytes in it, wanted ${target.byteLength}`);
  }
  if ((flags & CONTENT_CHECKSUM) === 0) return;
  if (at + 4 > frame.byteLength || xxh32(target) !== view.getUint32(at, true)) {
    throw malformed("the checksum of its content does not match");
  }
}

function copyBlock(block: Uint8Array, target: Uint8Array, filled: number): number {
  if (block.byteLength > target.byteLength - filled) throw tooLong(target);
  target.set(block, filled);
  return filled + block.byteLength;
}

/** Matches reach back over the blocks before, as far as the target goes. */
function decompressBlock(block: Uint8Array, target: Uint8Array, filled: number): number {
  const last = block.byteLength;
  let to = filled;
  for (let at = 0; at < last;) {
    const token = block[at++]!;
    let length = token >> 4;
    if (length === LENGTH_GOES_ON) [length, at] = longLength(block, at, length);
    if (length > last - at) throw malformed("literals are cut short");
    if (length > target.byteLength - to) throw tooLong(target);
    if (length > LOOP_BYTES) target.set(block.subarray(at, at + length), to);
    else for (let i = 0; i < length; i++) target[to + i] = block[at + i]!;
    at += length;
    to += length;
    if (at === last) break; // the last sequence has literals only
    if (at + 2 > last) throw malformed("a distance is cut short");
    const distance = block[at]! | block[at + 1]! << 8;
    at += 2;
    length = token & 15;
    if (length === LENGTH_GOES_ON) [length, at] = longLength(block, at, length);
    length += SHORTEST_MATCH;
    if (distance === 0 || distance > to) throw malformed("a match lies before its beginning");
    if (length > target.byteLength - to) throw tooLong(target);
    copyMatch(target, to, distance, length);
    to += length;
  }
  return to;
}

/** A length that goes on in further bytes, and where they end. */
function longLength(block: Uint8Array, start: number, base: number): [number, number] {
  let length = base;
  for (let at = start; at < block.byteLength;) {
    const more = block[at++]!;
    length += more;
    if (more !== 255) return [length, at];
  }
  throw malformed("a length is cut short");
}

function copyMatch(target: Uint8Array, to: number, distance: number, length: number): void {
  if (length <= LOOP_BYTES || distance < LOOP_BYTES) {
    // A match may overlap itself, and then repeats what it has just written.
    for (let i = to; i < to + length; i++) target[i] = target[i - distance]!;
    return;
  }
  for (let done = 0; done < length;) {
    const step = Math.min(distance, length - done);
    target.copyWithin(to + done, to + done - distance, to + done - distance + step);
    done += step;
  }
}

function tooLong(target: Uint8Array): InvalidDataError {
  return malformed(`more than the announced ${target.byteLength} bytes in it`);
}

function malformed(what: string): InvalidDataError {
  return new InvalidDataError(`Malformed LZ4 frame: ${what}`);
}
