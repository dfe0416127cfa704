/**
 * gRPC's framing of messages in the bytes of an HTTP/2 stream.
 *
 *     compressed  u8      0 here: only the identity encoding is spoken
 *     length      u32 BE
 *     message     length bytes
 *
 * @module
 */

import { FlightError } from "../base/errors.ts";
import { GrpcStatus } from "./status.ts";

/** Size of the frame header. */
export const FRAME_HEADER_BYTES = 5;

/** A length field alone must not make us reserve more than this before the bytes are here. */
const INITIAL_RESERVE_BYTES = 4 * 1024 * 1024;

/** Writes the frame header into the first five bytes of the first chunk. */
export function writeFrameHeader(chunks: readonly Uint8Array[]): void {
  const first = chunks[0];
  if (first === undefined || first.length < FRAME_HEADER_BYTES) {
    throw new RangeError(`The first chunk must start with ${FRAME_HEADER_BYTES} free bytes`);
  }
  let length = -FRAME_HEADER_BYTES;
  for (const chunk of chunks) length += chunk.length;
  if (length > 0xffffffff) {
    throw new RangeError(`A message of ${length} bytes does not fit a frame`);
  }
  first[0] = 0;
  new DataView(first.buffer, first.byteOffset).setUint32(1, length);
}

/** Chunks of a message with room for the frame header; a large message is not copied. */
export function withHeadroom(message: Uint8Array): Uint8Array[] {
  if (message.length > 65_536) return [new Uint8Array(FRAME_HEADER_BYTES), message];
  const chunk = new Uint8Array(FRAME_HEADER_BYTES + message.length);
  chunk.set(message, FRAME_HEADER_BYTES);
  return [chunk];
}

/** Cuts the bytes of a stream into messages; frames may start and end anywhere in a chunk. */
export class MessageAssembler {
  readonly #maxMessageBytes: number;
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES);
  #headerFilled = 0;
  #length = -1;
  #message = new Uint8Array(0);
  #filled = 0;

  /** @param maxMessageBytes largest message that is taken */
  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  /**
   * Takes the next bytes.
   *
   * @param chunk bytes of the stream; copied
   * @param emit called with each message that is complete; its bytes are its own
   * @throws {FlightError} for a frame that is too long, compressed or malformed
   */
  push(chunk: Uint8Array, emit: (message: Uint8Array) => void): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#length < 0) {
        offset = this.#readHeader(chunk, offset);
        if (this.#length < 0) return;
      }
      offset = this.#readMessage(chunk, offset);
      if (this.#filled === this.#length) emit(this.#takeMessage());
    }
  }

  /** Whether a message has begun and is incomplete. */
  get isInside(): boolean {
    return this.#length >= 0 || this.#headerFilled > 0;
  }

  /** Says that no more bytes come. @throws {FlightError} where a message is incomplete */
  end(): void {
    if (this.isInside) {
      throw new FlightError("The request ends inside a message", {
        code: GrpcStatus.INVALID_ARGUMENT,
      });
    }
  }

  #readHeader(chunk: Uint8Array, offset: number): number {
    const taken = Math.min(FRAME_HEADER_BYTES - this.#headerFilled, chunk.length - offset);
    this.#header.set(chunk.subarray(offset, offset + taken), this.#headerFilled);
    this.#headerFilled += taken;
    if (this.#headerFilled === FRAME_HEADER_BYTES) this.#startMessage();
    return offset + taken;
  }

  #startMessage(): void {
    const length = new DataView(this.#header.buffer).getUint32(1);
    checkFlag(this.#header[0]!);
    if (length > this.#maxMessageBytes) {
      throw new FlightError(
        `The message has ${length} bytes: at most ${this.#maxMessageBytes} are taken, send ` +
          `smaller batches`,
        { code: GrpcStatus.RESOURCE_EXHAUSTED },
      );
    }
    this.#length = length;
    this.#filled = 0;
    this.#message = reserve(length, Math.min(length, INITIAL_RESERVE_BYTES));
  }

  #readMessage(chunk: Uint8Array, offset: number): number {
    const taken = Math.min(this.#length - this.#filled, chunk.length - offset);
    if (this.#filled + taken > this.#message.length) this.#grow(this.#filled + taken);
    this.#message.set(chunk.subarray(offset, offset + taken), this.#filled);
    this.#filled += taken;
    return offset + taken;
  }

  #grow(needed: number): void {
    const size = Math.min(this.#length, Math.max(needed, this.#message.length * 4));
    const grown = reserve(this.#length, size);
    grown.set(this.#message.subarray(0, this.#filled));
    this.#message = grown;
  }

  #takeMessage(): Uint8Array {
    const message = this.#message;
    this.#message = new Uint8Array(0);
    this.#headerFilled = 0;
    this.#length = -1;
    return message;
  }
}

/**
 * The body is the last field of FlightData and a multiple of eight bytes long: a message that ends
 * at a multiple of eight has its body aligned, so that typed arrays can view it where it lies.
 */
function reserve(messageBytes: number, size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer((-messageBytes & 7) + size), -messageBytes & 7);
}

function checkFlag(flag: number): void {
  if (flag === 0) return;
  if (flag === 1) {
    throw new FlightError("The message is compressed: only the identity encoding is spoken here", {
      code: GrpcStatus.UNIMPLEMENTED,
    });
  }
  throw new FlightError(`Malformed frame: the flag must be 0 or 1, found ${flag}`, {
    code: GrpcStatus.INVALID_ARGUMENT,
  });
}
