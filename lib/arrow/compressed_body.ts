/**
 * Message bodies whose buffers are compressed, as other programs write them:
 *
 *     buffer     length when plain, 8 bytes (-1: stored plain) | LZ4 frame or Zstandard frame
 *
 * All lengths are added up before the first byte is decompressed, and no buffer gets longer than it
 * announced: a body of a few bytes can announce terabytes.
 *
 * @module
 */
import { zstdDecompressSync } from "node:zlib";
import { InvalidDataError } from "../base/errors.ts";
import { ARROW_LIMITS } from "../base/limits.ts";
import { decompressLz4Frame } from "./lz4_frame.ts";
import type { BatchHeader, BufferSpan } from "./message_reader.ts";

const PREFIX_BYTES = 8;
const STORED_PLAIN = -1;
const LZ4_FRAME = 0;
const ZSTANDARD = 1;
/** Zstandard is given memory in pieces of this size, as it fills them. */
const PIECE_BYTES = 1024 * 1024;

/** A record batch as if it had been sent plain. */
export interface PlainBody {
  readonly header: BatchHeader;
  readonly body: Uint8Array;
}

/**
 * Decompresses the buffers of a record batch.
 *
 * @param header the verified header of the message
 * @throws {InvalidDataError} where a buffer is damaged, or they are too long all together
 */
export function decompressBody(header: BatchHeader, body: Uint8Array): PlainBody {
  const { compression } = header;
  if (compression !== LZ4_FRAME && compression !== ZSTANDARD) {
    throw new InvalidDataError(
      `Compression ${compression} of a record batch: wanted 0 (LZ4 frame) or 1 (Zstandard)`,
    );
  }
  const buffers: BufferSpan[] = [];
  let offset = 0;
  for (const span of header.buffers) {
    const length = plainLength(body, span);
    buffers.push({ offset, length });
    offset += length + (-length & 7);
    if (offset > ARROW_LIMITS.decompressedBytes) {
      throw new InvalidDataError(
        `Compressed record batch is longer than ${ARROW_LIMITS.decompressedBytes} bytes when ` +
          "plain: write smaller batches",
      );
    }
  }
  const plain = new Uint8Array(offset);
  header.buffers.forEach((span, i) => {
    const target = plain.subarray(buffers[i]!.offset, buffers[i]!.offset + buffers[i]!.length);
    fill(target, body.subarray(span.offset, span.offset + span.length), compression);
  });
  return { header: { ...header, buffers, compression: -1 }, body: plain };
}

/** What a buffer announces. */
function plainLength(body: Uint8Array, { offset, length }: BufferSpan): number {
  if (length === 0) return 0; // nothing is not compressed, nor does it carry a length
  if (length < PREFIX_BYTES || offset + length > body.byteLength) {
    throw malformed("a buffer is too short for its length");
  }
  const announced = announcedLength(body, offset);
  if (announced === STORED_PLAIN) return length - PREFIX_BYTES;
  if (announced < 0) throw malformed(`a buffer announces ${announced} bytes`);
  return announced;
}

function announcedLength({ buffer, byteOffset }: Uint8Array, offset: number): number {
  return Number(new DataView(buffer, byteOffset + offset, PREFIX_BYTES).getBigInt64(0, true));
}

function fill(target: Uint8Array, source: Uint8Array, compression: number): void {
  if (source.byteLength === 0) return;
  const bytes = source.subarray(PREFIX_BYTES);
  if (announcedLength(source, 0) === STORED_PLAIN) target.set(bytes);
  else if (compression === ZSTANDARD) target.set(decompressZstandard(bytes, target.byteLength));
  else decompressLz4Frame(bytes, target);
}

function decompressZstandard(frame: Uint8Array, length: number): Uint8Array {
  let content: Uint8Array;
  try {
    content = zstdDecompressSync(frame, {
      maxOutputLength: Math.max(1, length),
      chunkSize: Math.min(PIECE_BYTES, Math.max(64, length)),
    });
  } catch (cause) {
    throw new InvalidDataError(`Malformed Zstandard frame: ${(cause as Error).message}`, { cause });
  }
  if (content.byteLength === length) return content;
  throw malformed(`${content.byteLength} bytes in a buffer, wanted ${length}`);
}

function malformed(what: string): InvalidDataError {
  return new InvalidDataError(`Malformed compressed record batch: ${what}`);
}
