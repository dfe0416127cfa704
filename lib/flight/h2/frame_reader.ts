/**
 * Cuts the bytes of a connection into frames; they may start and end anywhere.
 * @module
 */

import {
  ConnectionError,
  ErrorCode,
  Flag,
  type Frame,
  FRAME_HEADER_BYTES,
  FrameType,
  PREFACE,
  readUint32,
  withoutPadding,
} from "./frames.ts";

const PREFACE_BYTES = new TextEncoder().encode(PREFACE);

/** What a {@linkcode FrameReader} finds. */
export interface FrameSink {
  /**
   * Bytes of a DATA frame, which come as they arrive.
   *
   * @param windowBytes what they count for flow control, with padding
   * @param isLast whether the stream ends with them
   */
  onData(streamId: number, bytes: Uint8Array, windowBytes: number, isLast: boolean): void;
  /** Any other frame, whole. */
  onFrame(frame: Frame): void;
}

/** Finds the frames of one connection. */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #maxFrameBytes: number;
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES);
  #headerFilled = 0;
  #prefaceFilled = 0;
  /** Bytes of the payload under way that are still to come. */
  #left = 0;
  /** Where a payload is put together that did not come at once. */
  #payload: Uint8Array | undefined;
  #type = 0;
  #flags = 0;
  #streamId = 0;

  /**
   * @param maxFrameBytes largest payload that was offered
   * @param hasPreface whether the peer is a client, which says so first
   */
  constructor(sink: FrameSink, maxFrameBytes: number, hasPreface: boolean) {
    this.#sink = sink;
    this.#maxFrameBytes = maxFrameBytes;
    if (!hasPreface) this.#prefaceFilled = PREFACE_BYTES.length;
  }

  /**
   * Takes the next bytes.
   *
   * @param chunk bytes of the connection; not kept
   * @throws {ConnectionError} for what is no HTTP/2
   */
  push(chunk: Uint8Array): void {
    let offset = this.#readPreface(chunk);
    while (offset < chunk.length) {
      if (this.#headerFilled < FRAME_HEADER_BYTES) {
        const taken = Math.min(FRAME_HEADER_BYTES - this.#headerFilled, chunk.length - offset);
        this.#header.set(chunk.subarray(offset, offset + taken), this.#headerFilled);
        this.#headerFilled += taken;
        offset += taken;
        if (this.#headerFilled < FRAME_HEADER_BYTES) return;
        this.#startFrame();
        if (this.#left > 0) continue;
      }
      const taken = Math.min(this.#left, chunk.length - offset);
      this.#left -= taken;
      this.#readPayload(chunk.subarray(offset, offset + taken));
      offset += taken;
    }
  }

  #readPreface(chunk: Uint8Array): number {
    let offset = 0;
    while (this.#prefaceFilled < PREFACE_BYTES.length && offset < chunk.length) {
      if (chunk[offset++] !== PREFACE_BYTES[this.#prefaceFilled++]) {
        throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "The client does not speak HTTP/2");
      }
    }
    return offset;
  }

  #startFrame(): void {
    const header = this.#header;
    this.#left = header[0]! << 16 | header[1]! << 8 | header[2]!;
    this.#type = header[3]!;
    this.#flags = header[4]!;
    this.#streamId = readUint32(header, 5) & 0x7fffffff;
    if (this.#left > this.#maxFrameBytes) {
      throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, `A frame has ${this.#left} bytes`);
    }
  }

  #readPayload(part: Uint8Array): void {
    const isEnd = this.#left === 0;
    if (this.#type === FrameType.DATA && (this.#flags & Flag.PADDED) === 0) {
      const isLast = isEnd && (this.#flags & Flag.END_STREAM) !== 0;
      if (isEnd) this.#headerFilled = 0;
      this.#sink.onData(this.#streamId, part, part.length, isLast);
      return;
    }
    if (this.#payload === undefined && isEnd) return this.#emit(part);
    this.#payload ??= new Uint8Array(part.length + this.#left);
    this.#payload.set(part, this.#payload.length - this.#left - part.length);
    if (!isEnd) return;
    const payload = this.#payload;
    this.#payload = undefined;
    this.#emit(payload);
  }

  #emit(payload: Uint8Array): void {
    this.#headerFilled = 0;
    const frame: Frame = {
      type: this.#type,
      flags: this.#flags,
      streamId: this.#streamId,
      payload,
    };
    if (frame.type !== FrameType.DATA) return this.#sink.onFrame(frame);
    const isLast = (frame.flags & Flag.END_STREAM) !== 0;
    this.#sink.onData(frame.streamId, withoutPadding(frame), payload.length, isLast);
  }
}
