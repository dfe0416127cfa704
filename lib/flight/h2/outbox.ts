/** What one stream has still to send, and the window for it. @module */

import { FRAME_HEADER_BYTES, FrameType, writeFrameHeader } from "./frames.ts";

/** Told of what a connection takes from an {@linkcode Outbox}. */
export interface OutboxHandlers {
  /** Bytes of data were taken. */
  onTaken(bytes: number): void;
  /** The end of the stream was taken. */
  onEnd(): void;
}

/** Headers, then data, then trailers of one stream. Data stays where it is until it is taken. */
export class Outbox {
  /** The stream. */
  readonly streamId: number;
  /** Bytes of data that the client's window for the stream allows; negative after a change of settings. */
  windowBytes: number;
  /** Whether the connection has it in its round. */
  isQueued = false;
  readonly #handlers: OutboxHandlers;
  readonly #chunks: Uint8Array[] = [];
  #head: Uint8Array | undefined;
  #tail: Uint8Array | undefined;
  /** Place in the first chunk. */
  #offset = 0;
  #pendingBytes = 0;

  /** @param windowBytes initial window */
  constructor(streamId: number, windowBytes: number, handlers: OutboxHandlers) {
    this.streamId = streamId;
    this.windowBytes = windowBytes;
    this.#handlers = handlers;
  }

  /** Bytes of data that were not taken yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Whether the headers were not taken yet. */
  get hasHead(): boolean {
    return this.#head !== undefined;
  }

  /** HEADERS frames that can go now. */
  get nextBlock(): Uint8Array | undefined {
    return this.#head ?? (this.#pendingBytes === 0 ? this.#tail : undefined);
  }

  /** Whether anything can go as far as the stream is concerned. */
  get isReady(): boolean {
    return this.nextBlock !== undefined || (this.#pendingBytes > 0 && this.windowBytes > 0);
  }

  /** Adds the headers. */
  putHead(frames: Uint8Array): void {
    this.#head = frames;
  }

  /** Adds data. */
  putData(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#pendingBytes += chunk.length;
  }

  /** Adds what ends the stream. */
  putTail(frames: Uint8Array): void {
    this.#tail = frames;
  }

  /** Drops everything. */
  clear(): void {
    this.#chunks.length = 0;
    this.#pendingBytes = 0;
    this.#head = undefined;
    this.#tail = undefined;
  }

  /** Says that {@linkcode nextBlock} was taken. */
  takeBlock(): void {
    if (this.#head !== undefined) {
      this.#head = undefined;
      return;
    }
    this.#tail = undefined;
    this.#handlers.onEnd();
  }

  /**
   * Writes one DATA frame.
   *
   * @param target where to
   * @param maxBytes largest payload
   */
  takeData(target: Uint8Array, offset: number, maxBytes: number): number {
    const length = Math.min(this.#pendingBytes, this.windowBytes, maxBytes);
    const header = { length, type: FrameType.DATA, flags: 0, streamId: this.streamId };
    writeFrameHeader(target, offset, header);
    this.#copy(target, offset + FRAME_HEADER_BYTES, length);
    this.windowBytes -= length;
    this.#pendingBytes -= length;
    this.#handlers.onTaken(length);
    return length;
  }

  #copy(target: Uint8Array, start: number, length: number): void {
    let used = 0;
    let filled = 0;
    while (filled < length) {
      const chunk = this.#chunks[used]!;
      const taken = Math.min(length - filled, chunk.length - this.#offset);
      target.set(chunk.subarray(this.#offset, this.#offset + taken), start + filled);
      filled += taken;
      this.#offset += taken;
      if (this.#offset < chunk.length) break;
      this.#offset = 0;
      used++;
    }
    this.#chunks.splice(0, used);
  }
}
