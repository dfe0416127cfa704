/**
 * The outgoing side of a connection: lays the frames of all its streams into one buffer and has the kernel
 * take it. What the client's windows or the kernel hold back stays with the streams, where it counts.
 * @module
 */

import { setImmediate } from "node:timers";
import {
  ConnectionError,
  ErrorCode,
  FRAME_HEADER_BYTES,
  INITIAL_WINDOW_BYTES,
  MAX_WINDOW_BYTES,
  MIN_FRAME_BYTES,
} from "./frames.ts";
import type { Outbox } from "./outbox.ts";

/** Enough for the frames of a small answer. */
const SMALL_BUFFER_BYTES = 16 * 1024;
/** A buffer that fills up is replaced by one of this size, which the second-level cache holds. */
const LARGE_BUFFER_BYTES = 512 * 1024;
/** What a stream sends at its turn. */
const TURN_BYTES = 128 * 1024;
/** A frame of data below this waits for the next buffer, unless it is all that there is. */
const LEAST_ROOM_BYTES = 1024;
/** Answers to control frames from which on nothing more is read from the client. */
const BACKLOG_BYTES = 16 * 1024;

/** Where the bytes go. */
export interface ByteSink {
  /** Writes some of the bytes. @returns how many */
  write(bytes: Uint8Array): Promise<number>;
}

/** Writes the frames of one connection. */
export class FrameWriter {
  /** Largest payload that the client takes. */
  maxFrameBytes = MIN_FRAME_BYTES;
  readonly #sink: ByteSink;
  readonly #onError: (error: unknown) => void;
  /** Frames that go ahead of all streams. */
  #control: Uint8Array[] = [];
  #controlBytes = 0;
  /** Streams in their turn. */
  readonly #round: Outbox[] = [];
  #buffer = new Uint8Array(SMALL_BUFFER_BYTES);
  #filled = 0;
  #windowBytes = INITIAL_WINDOW_BYTES;
  #isWriting = false;
  #isClosed = false;
  readonly #onWritten: (() => void)[] = [];

  /** @param onError told of a write that failed; the writer is closed then */
  constructor(sink: ByteSink, onError: (error: unknown) => void) {
    this.#sink = sink;
    this.#onError = onError;
  }

  /** Whether the client takes too little of the answers to its control frames. */
  get isBehind(): boolean {
    return this.#controlBytes > BACKLOG_BYTES;
  }

  /** Whether something is being written. */
  get isBusy(): boolean {
    return this.#isWriting;
  }

  /** Resolves with the end of the write under way. */
  written(): Promise<void> {
    if (!this.#isWriting) return Promise.resolve();
    return new Promise((resolve) => this.#onWritten.push(resolve));
  }

  /** Sends a frame ahead of all data. */
  send(frame: Uint8Array): void {
    if (this.#isClosed) return;
    this.#control.push(frame);
    this.#controlBytes += frame.length;
    this.#start();
  }

  /** Takes a stream that has something to send into the round. */
  enqueue(outbox: Outbox): void {
    if (this.#isClosed || outbox.isQueued || !outbox.isReady) return;
    outbox.isQueued = true;
    this.#round.push(outbox);
    this.#start();
  }

  /** The client grants more. @throws {ConnectionError} beyond the largest window */
  grant(bytes: number): void {
    this.#windowBytes += bytes;
    if (this.#windowBytes > MAX_WINDOW_BYTES) {
      throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "The window is too large");
    }
    this.#start();
  }

  /** Writes nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#control = [];
    this.#controlBytes = 0;
    this.#round.length = 0;
  }

  #start(): void {
    if (this.#isWriting || this.#isClosed) return;
    this.#isWriting = true;
    // What follows in the same turn goes out in the same write: a small answer in one packet, which a
    // client has whole or not at all when this process is killed.
    setImmediate(() => void this.#write());
  }

  async #write(): Promise<void> {
    try {
      while (this.#fill()) {
        for (let sent = 0; sent < this.#filled;) {
          sent += await this.#sink.write(this.#buffer.subarray(sent, this.#filled));
        }
        this.#wake();
      }
    } catch (error) {
      this.close();
      this.#onError(error);
    }
    this.#isWriting = false;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#onWritten.splice(0)) wake();
  }

  /** Lays out what can go. */
  #fill(): boolean {
    this.#grow();
    this.#filled = 0;
    while (this.#control.length > 0 && this.#has(this.#control[0]!.length)) {
      const frame = this.#control.shift()!;
      this.#controlBytes -= frame.length;
      this.#append(frame);
    }
    // It ends with a full buffer, or when the streams in it have all had a turn in vain.
    for (let misses = 0; misses < this.#round.length;) {
      const outbox = this.#round.shift()!;
      const before = this.#filled;
      const hasRoom = this.#fillFrom(outbox);
      if (!hasRoom) {
        this.#round.unshift(outbox);
        break;
      }
      if (this.#filled > before) misses = 0;
      else if (outbox.isReady) misses++;
      if (outbox.isReady) this.#round.push(outbox);
      else outbox.isQueued = false;
    }
    return this.#filled > 0;
  }

  /** Gives a stream its turn. @returns whether the buffer had room for it */
  #fillFrom(outbox: Outbox): boolean {
    let turnBytes = TURN_BYTES;
    while (outbox.isReady && turnBytes > 0) {
      const block = outbox.nextBlock;
      if (block !== undefined) {
        if (!this.#has(block.length)) return false;
        this.#append(block);
        outbox.takeBlock();
        continue;
      }
      if (this.#windowBytes <= 0) return true;
      const room = this.#buffer.length - this.#filled - FRAME_HEADER_BYTES;
      if (room < Math.min(LEAST_ROOM_BYTES, outbox.pendingBytes)) return false;
      const most = Math.min(room, this.maxFrameBytes, this.#windowBytes, turnBytes);
      const taken = outbox.takeData(this.#buffer, this.#filled, most);
      this.#filled += FRAME_HEADER_BYTES + taken;
      this.#windowBytes -= taken;
      turnBytes -= taken;
    }
    return true;
  }

  #grow(): void {
    if (this.#buffer.length < LARGE_BUFFER_BYTES && this.#filled > this.#buffer.length / 2) {
      this.#buffer = new Uint8Array(LARGE_BUFFER_BYTES);
    }
  }

  /** Whether so many bytes have room; an empty buffer makes it. */
  #has(bytes: number): boolean {
    if (this.#filled === 0 && bytes > this.#buffer.length) this.#buffer = new Uint8Array(bytes);
    return this.#filled + bytes <= this.#buffer.length;
  }

  #append(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }
}
