/** One HTTP/2 stream, without what it means. @module */

import {
  ConnectionError,
  encodeFrame,
  encodeHeadersFrames,
  encodeNumberFrame,
  ErrorCode,
  Flag,
  FrameType,
  MAX_WINDOW_BYTES,
} from "./frames.ts";
import type { FrameWriter } from "./frame_writer.ts";
import type { SendWindow } from "../send_window.ts";
import type { HeaderField } from "./hpack.ts";
import { Outbox } from "./outbox.ts";

/** What a stream may send ahead of its reader: four messages of 2 MiB. */
export const STREAM_WINDOW_BYTES = 8 * 1024 * 1024;
/** Bytes read after which the peer is told that it may send as many more. */
const WINDOW_STEP_BYTES = STREAM_WINDOW_BYTES / 4;
/** How long a client may go on to send after it was answered. */
const LINGER_MILLIS = 5000;

/** What a stream needs of its connection. */
export interface StreamOwner {
  /** Whether it answers, so that nothing more is wanted of the peer once it did. */
  readonly isServer: boolean;
  /** The outgoing side. */
  readonly writer: FrameWriter;
  /** Counts the data of all its streams that waits for the client. */
  readonly pending: SendWindow;
  /** Bytes of the stream were read, so that the connection may get as many more. */
  onRead(bytes: number): void;
  /** The stream is over. */
  onClose(stream: Http2Stream): void;
}

/** Told of what a stream brings. */
export interface StreamHandlers {
  /** Headers came after those that opened the stream; undefined where they are more than the limit. */
  onHeaders?(fields: readonly HeaderField[] | undefined): void;
  /** Bytes came; they are valid until the call returns. */
  onData(bytes: Uint8Array): void;
  /** The peer has sent all. */
  onEnd(): void;
  /** Bytes of data were taken for sending. */
  onTaken(bytes: number): void;
  /**
   * The stream is over, by its end or before it.
   *
   * @param code by which the peer has reset it, where that is why
   */
  onClose(code?: number): void;
}

/** A stream. */
export class Http2Stream {
  /** Its number. */
  readonly id: number;
  readonly #owner: StreamOwner;
  readonly #outbox: Outbox;
  #handlers: StreamHandlers | undefined;
  #windowBytes = STREAM_WINDOW_BYTES;
  /** Bytes that came while it was paused. */
  #heldBytes = 0;
  #unannouncedBytes = 0;
  #lingerTimer: ReturnType<typeof setTimeout> | undefined;
  #isPaused = true;
  #isEnded = false;
  #isSent = false;
  #isClosed = false;

  /** @param sendWindowBytes what the peer lets each stream send at first */
  constructor(id: number, sendWindowBytes: number, owner: StreamOwner) {
    this.id = id;
    this.#owner = owner;
    this.#outbox = new Outbox(id, sendWindowBytes, {
      onTaken: (bytes) => {
        owner.pending.done(bytes);
        this.#handlers?.onTaken(bytes);
      },
      onEnd: () => this.#onSent(),
    });
  }

  /** Whether both sides have sent all. */
  get isDone(): boolean {
    return this.#isEnded && this.#isSent;
  }

  /** Whether it is over. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sets who is told; once. */
  handle(handlers: StreamHandlers): void {
    this.#handlers = handlers;
  }

  /** Lets the peer send no more than its window. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Lets the peer go on; a new stream waits for it. */
  resume(): void {
    this.#isPaused = false;
    const held = this.#heldBytes;
    this.#heldBytes = 0;
    this.#read(held);
  }

  /** Sends headers; `isLast` ends the stream, and what the client still sends is dropped. */
  sendHeaders(block: Uint8Array, isLast: boolean): void {
    if (this.#isClosed) return;
    const frames = encodeHeadersFrames(this.id, block, isLast);
    if (isLast) this.#outbox.putTail(frames);
    else this.#outbox.putHead(frames);
    this.#owner.writer.enqueue(this.#outbox);
    if (isLast) this.resume();
  }

  /** Says behind all data that no more comes; the peer may go on. */
  sendEnd(): void {
    if (this.#isClosed) return;
    const payload = new Uint8Array(0);
    const flags = Flag.END_STREAM;
    this.#outbox.putTail(encodeFrame({ type: FrameType.DATA, flags, streamId: this.id, payload }));
    this.#owner.writer.enqueue(this.#outbox);
  }

  /** Sends data, which must not change any more. */
  sendData(chunks: readonly Uint8Array[]): void {
    if (this.#isClosed) return;
    for (const chunk of chunks) {
      this.#owner.pending.add(chunk.length);
      this.#outbox.putData(chunk);
    }
    this.#owner.writer.enqueue(this.#outbox);
  }

  /** Ends it at once. */
  reset(code: number): void {
    if (this.#isClosed) return;
    // A server knows nothing of a stream whose headers are still here, and would take it for a fault.
    if (this.#owner.isServer || !this.#outbox.hasHead) {
      this.#owner.writer.send(encodeNumberFrame(FrameType.RST_STREAM, this.id, code));
    }
    this.close();
  }

  /** The peer lets it send more, or less after a change of settings. */
  grant(bytes: number): void {
    if (this.#outbox.windowBytes + bytes > MAX_WINDOW_BYTES) {
      return this.reset(ErrorCode.FLOW_CONTROL_ERROR);
    }
    this.#outbox.windowBytes += bytes;
    this.#owner.writer.enqueue(this.#outbox);
  }

  /** Data came, which counts `windowBytes`. */
  receive(bytes: Uint8Array, windowBytes: number, isLast: boolean): void {
    if (this.#isEnded) {
      this.#owner.onRead(windowBytes);
      return this.reset(ErrorCode.STREAM_CLOSED);
    }
    this.#windowBytes -= windowBytes;
    if (this.#windowBytes < 0) {
      throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "More data than the window allows");
    }
    if (bytes.length > 0) this.#handlers?.onData(bytes);
    if (this.#isPaused && !this.#isClosed) this.#heldBytes += windowBytes;
    else this.#read(windowBytes);
    if (isLast) this.end();
  }

  /** Headers came for the open stream. */
  receiveHeaders(fields: readonly HeaderField[] | undefined, isLast: boolean): void {
    if (this.#handlers?.onHeaders !== undefined) this.#handlers.onHeaders(fields);
    else if (!isLast || fields === undefined) return this.reset(ErrorCode.PROTOCOL_ERROR);
    if (isLast) this.end();
  }

  /** The peer has sent all. */
  end(): void {
    if (this.#isClosed) return;
    if (this.#isEnded) return this.reset(ErrorCode.STREAM_CLOSED);
    this.#isEnded = true;
    this.#handlers?.onEnd();
    this.#closeIfDone();
  }

  /**
   * It is over, whatever is left.
   *
   * @param code by which the peer has reset it, where that is why
   */
  close(code?: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#lingerTimer);
    this.#owner.pending.done(this.#outbox.pendingBytes);
    this.#outbox.clear();
    this.#owner.onRead(this.#heldBytes);
    this.#heldBytes = 0;
    this.#owner.onClose(this);
    this.#handlers?.onClose(code);
  }

  #onSent(): void {
    this.#isSent = true;
    this.#closeIfDone();
    if (this.#isClosed) return;
    if (!this.#owner.isServer) return;
    this.#lingerTimer = setTimeout(() => this.reset(ErrorCode.NO_ERROR), LINGER_MILLIS);
  }

  #closeIfDone(): void {
    if (this.isDone) this.close();
  }

  #read(bytes: number): void {
    if (bytes === 0) return;
    this.#owner.onRead(bytes);
    this.#unannouncedBytes += bytes;
    if (this.#unannouncedBytes < WINDOW_STEP_BYTES || this.#isEnded || this.#isClosed) return;
    this.#windowBytes += this.#unannouncedBytes;
    const frame = encodeNumberFrame(FrameType.WINDOW_UPDATE, this.id, this.#unannouncedBytes);
    this.#unannouncedBytes = 0;
    this.#owner.writer.send(frame);
  }
}
