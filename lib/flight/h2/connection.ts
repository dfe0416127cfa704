/**
 * One HTTP/2 connection of a client: the frames that concern it, and its streams.
 * @module
 */

import { SendWindow } from "../send_window.ts";
import { FloodGuard } from "./flood_guard.ts";
import { FrameReader, type FrameSink } from "./frame_reader.ts";
import { FrameWriter } from "./frame_writer.ts";
import {
  ConnectionError,
  encodeFrame,
  encodeNumberFrame,
  encodeSettings,
  ErrorCode,
  Flag,
  type Frame,
  FrameType,
  INITIAL_WINDOW_BYTES,
  readUint32,
  Setting,
  writeUint32,
} from "./frames.ts";
import { type HeaderBlock, HeaderBlocks } from "./header_blocks.ts";
import type { HeaderField } from "./hpack.ts";
import { PeerSettings } from "./peer_settings.ts";
import { Http2Stream, STREAM_WINDOW_BYTES, type StreamOwner } from "./stream.ts";

/** What all streams of a connection may send ahead, which bounds memory per connection. */
const CONNECTION_WINDOW_BYTES = 32 * 1024 * 1024;
/** Bytes read after which the client is told that it may send as many more. */
const WINDOW_STEP_BYTES = CONNECTION_WINDOW_BYTES / 8;
const MAX_FRAME_BYTES = 1024 * 1024;
const MAX_STREAMS = 1000;
const MAX_HEADER_LIST_BYTES = 64 * 1024;
const SMALL_READ_BYTES = 16 * 1024;
/** A read that fills its buffer is followed by reads of this size. */
const LARGE_READ_BYTES = 512 * 1024;
/** Time for the client to see the end of the connection before it is cut. */
const CLOSE_MILLIS = 100;

const SETTINGS = encodeSettings([
  [Setting.MAX_CONCURRENT_STREAMS, MAX_STREAMS],
  [Setting.INITIAL_WINDOW_SIZE, STREAM_WINDOW_BYTES],
  [Setting.MAX_FRAME_SIZE, MAX_FRAME_BYTES],
  [Setting.MAX_HEADER_LIST_SIZE, MAX_HEADER_LIST_BYTES],
]);
const SETTINGS_ACK = encodeFrame({
  type: FrameType.SETTINGS,
  flags: Flag.ACK,
  streamId: 0,
  payload: new Uint8Array(0),
});

/** The bytes of a connection, in plain text or TLS. */
export interface ByteStream {
  /** Reads some bytes. @returns how many, or null at the end */
  read(target: Uint8Array): Promise<number | null>;
  /** Writes some of the bytes. @returns how many */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends the outgoing side. */
  closeWrite(): Promise<void>;
  /** Ends both sides at once. */
  close(): void;
}

/**
 * Told of each request.
 *
 * @param fields its headers; undefined where they are more than the limit
 */
export type OnRequest = (stream: Http2Stream, fields: readonly HeaderField[] | undefined) => void;

/** A connection. */
export class Connection implements StreamOwner, FrameSink {
  readonly writer: FrameWriter;
  readonly pending = new SendWindow();
  readonly #bytes: ByteStream;
  readonly #onRequest: OnRequest;
  readonly #reader = new FrameReader(this, MAX_FRAME_BYTES);
  readonly #blocks = new HeaderBlocks(MAX_HEADER_LIST_BYTES);
  readonly #peer = new PeerSettings();
  readonly #flood = new FloodGuard();
  readonly #streams = new Map<number, Http2Stream>();
  #lastStreamId = 0;
  #windowBytes = INITIAL_WINDOW_BYTES;
  #unannouncedBytes = 0;
  #closeTimer: ReturnType<typeof setTimeout> | undefined;
  #isLeaving = false;
  #isEnding = false;
  #isClosed = false;

  /** @param onRequest must not throw */
  constructor(bytes: ByteStream, onRequest: OnRequest) {
    this.#bytes = bytes;
    this.#onRequest = onRequest;
    this.writer = new FrameWriter(bytes, () => this.destroy());
  }

  /** Whether the client has spoken HTTP/2. */
  get hasSpoken(): boolean {
    return this.#peer.isKnown;
  }

  /** Whether nothing is on its way to the client any more. */
  get isSent(): boolean {
    return this.#isClosed || (this.pending.pendingBytes === 0 && !this.writer.isBusy);
  }

  /** Serves the client until the connection is closed. */
  async run(): Promise<void> {
    this.writer.send(SETTINGS);
    this.#announce(CONNECTION_WINDOW_BYTES - INITIAL_WINDOW_BYTES);
    await this.#read();
    this.destroy();
  }

  /** Lets what is being written go, says goodbye and cuts the connection a little later. */
  async end(): Promise<void> {
    if (this.#isEnding || this.#isClosed) return;
    this.#isEnding = true;
    this.#closeTimer = setTimeout(() => this.destroy(), CLOSE_MILLIS);
    while (this.writer.isBusy) await this.writer.written();
    try {
      if (!this.#isClosed) await this.#bytes.closeWrite();
    } catch {
      this.destroy(); // the client has left before
    }
  }

  /** Cuts the connection. */
  destroy(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#closeTimer);
    this.writer.close();
    this.#bytes.close();
    this.#closeStreams();
  }

  onRead(bytes: number): void {
    this.#unannouncedBytes += bytes;
    if (this.#unannouncedBytes < WINDOW_STEP_BYTES || this.#isClosed) return;
    this.#announce(this.#unannouncedBytes);
    this.#unannouncedBytes = 0;
  }

  onClose(stream: Http2Stream): void {
    this.#streams.delete(stream.id);
    if (this.#isLeaving && this.#streams.size === 0) void this.end();
  }

  onData(streamId: number, bytes: Uint8Array, windowBytes: number, isLast: boolean): void {
    this.#checkOrder(FrameType.DATA);
    this.#windowBytes -= windowBytes;
    if (this.#windowBytes < 0) {
      throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "More data than the window allows");
    }
    if (bytes.length === 0 && !isLast) this.#flood.count();
    const stream = this.#find(streamId);
    if (stream === undefined) this.onRead(windowBytes);
    else stream.receive(bytes, windowBytes, isLast);
  }

  onFrame(frame: Frame): void {
    const { type, streamId, payload } = frame;
    this.#checkOrder(type);
    switch (type) {
      case FrameType.HEADERS:
        return this.#onHeaders(this.#blocks.start(frame));
      case FrameType.CONTINUATION:
        this.#flood.count();
        return this.#onHeaders(this.#blocks.goOn(frame));
      case FrameType.WINDOW_UPDATE:
        checkSize(payload, 4);
        return this.#onWindowUpdate(streamId, readUint32(payload, 0) & 0x7fffffff);
      case FrameType.PUSH_PROMISE:
        throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "Clients cannot push");
    }
    this.#flood.count();
    if (type === FrameType.SETTINGS) this.#onSettings(frame);
    else if (type === FrameType.PING) this.#onPing(frame);
    else if (type === FrameType.RST_STREAM) this.#onReset(frame);
    else if (type === FrameType.GOAWAY) this.#onGoAway();
  }

  async #read(): Promise<void> {
    let buffer = new Uint8Array(SMALL_READ_BYTES);
    for (;;) {
      const length = await this.#readInto(buffer);
      if (length === null) return;
      if (!this.#isEnding) this.#take(buffer.subarray(0, length));
      if (length === buffer.length && length < LARGE_READ_BYTES) {
        buffer = new Uint8Array(LARGE_READ_BYTES);
      }
      while (this.writer.isBehind) await this.writer.written();
    }
  }

  async #readInto(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.#bytes.read(buffer);
    } catch {
      return null; // a connection that breaks is one that ends
    }
  }

  #take(bytes: Uint8Array): void {
    try {
      this.#reader.push(bytes);
    } catch (error) {
      const code = error instanceof ConnectionError ? error.code : ErrorCode.INTERNAL_ERROR;
      this.#closeStreams();
      const payload = new Uint8Array(8);
      writeUint32(payload, 0, this.#lastStreamId);
      writeUint32(payload, 4, code);
      this.writer.send(encodeFrame({ type: FrameType.GOAWAY, flags: 0, streamId: 0, payload }));
      void this.end();
    }
  }

  #closeStreams(): void {
    for (const stream of [...this.#streams.values()]) stream.close();
  }

  /** Lets the client send more. */
  #announce(bytes: number): void {
    this.#windowBytes += bytes;
    this.writer.send(encodeNumberFrame(FrameType.WINDOW_UPDATE, 0, bytes));
  }

  #checkOrder(type: number): void {
    if (!this.#peer.isKnown && type !== FrameType.SETTINGS) {
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "The first frame is not SETTINGS");
    }
    if (this.#blocks.isOpen !== (type === FrameType.CONTINUATION)) {
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "A header block is interrupted");
    }
  }

  /** The stream, or undefined where it is over. */
  #find(streamId: number): Http2Stream | undefined {
    if (streamId % 2 === 0 || streamId > this.#lastStreamId) {
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, `There is no stream ${streamId}`);
    }
    return this.#streams.get(streamId);
  }

  #onHeaders(block: HeaderBlock | undefined): void {
    if (block === undefined) return;
    const { streamId, fields, isLast } = block;
    if (streamId % 2 === 1 && streamId > this.#lastStreamId) {
      this.#lastStreamId = streamId;
      return this.#open(block);
    }
    const stream = this.#find(streamId);
    if (stream === undefined) this.#flood.count();
    else if (isLast && fields !== undefined) stream.end();
    else stream.reset(ErrorCode.PROTOCOL_ERROR);
  }

  #open({ streamId, fields, isLast }: HeaderBlock): void {
    if (this.#streams.size >= MAX_STREAMS) {
      this.#flood.count();
      const code = ErrorCode.REFUSED_STREAM;
      return this.writer.send(encodeNumberFrame(FrameType.RST_STREAM, streamId, code));
    }
    const stream = new Http2Stream(streamId, this.#peer.windowBytes, this);
    this.#streams.set(streamId, stream);
    this.#onRequest(stream, fields);
    if (isLast) stream.end();
  }

  #onWindowUpdate(streamId: number, bytes: number): void {
    const stream = streamId === 0 ? undefined : this.#find(streamId);
    if (bytes === 0) {
      this.#flood.count();
      if (streamId === 0) {
        throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "A window grows by nothing");
      }
      stream?.reset(ErrorCode.PROTOCOL_ERROR);
    } else if (streamId === 0) {
      this.writer.grant(bytes);
    } else {
      stream?.grant(bytes);
    }
  }

  #onSettings({ flags, streamId, payload }: Frame): void {
    checkStream(streamId);
    if ((flags & Flag.ACK) !== 0) return checkSize(payload, 0);
    const gained = this.#peer.apply(payload);
    this.writer.maxFrameBytes = this.#peer.maxFrameBytes;
    if (gained !== 0) { for (const stream of this.#streams.values()) stream.grant(gained); }
    this.writer.send(SETTINGS_ACK);
  }

  #onPing({ flags, streamId, payload }: Frame): void {
    checkStream(streamId);
    checkSize(payload, 8);
    if ((flags & Flag.ACK) !== 0) return;
    this.writer.send(encodeFrame({ type: FrameType.PING, flags: Flag.ACK, streamId: 0, payload }));
  }

  #onReset({ streamId, payload }: Frame): void {
    checkSize(payload, 4);
    this.#find(streamId)?.close();
  }

  /** The client opens no more streams and leaves when those that it has are over. */
  #onGoAway(): void {
    this.#isLeaving = true;
    if (this.#streams.size === 0) void this.end();
  }
}

function checkSize(payload: Uint8Array, bytes: number): void {
  if (payload.length === bytes) return;
  throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, `A frame has ${payload.length} bytes`);
}

function checkStream(streamId: number): void {
  if (streamId === 0) return;
  throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "A frame belongs to the connection");
}
