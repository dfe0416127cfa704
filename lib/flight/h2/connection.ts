/**
 * One HTTP/2 connection, of either side: the frames that concern it, and its streams.
 * @module
 */

import { SendWindow } from "../send_window.ts";
import type { ByteStream } from "./byte_stream.ts";
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
  PREFACE,
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
/** Streams that a client opens before the server has told how many it takes: the least it should take. */
const ASSUMED_STREAMS = 100;
/** Bytes read after which the peer is told that it may send as many more. */
const WINDOW_STEP_BYTES = CONNECTION_WINDOW_BYTES / 8;
const MAX_FRAME_BYTES = 1024 * 1024;
const MAX_STREAMS = 1000;
const MAX_HEADER_LIST_BYTES = 64 * 1024;
/** Number of the last stream that a connection can have. */
const LAST_ID = 2 ** 31 - 1;
const SMALL_READ_BYTES = 16 * 1024;
/** A read that fills its buffer is followed by reads of this size. */
const LARGE_READ_BYTES = 512 * 1024;
/** Time for the peer to see the end of the connection before it is cut. */
const CLOSE_MILLIS = 100;

const OFFERS = [
  [Setting.INITIAL_WINDOW_SIZE, STREAM_WINDOW_BYTES],
  [Setting.MAX_FRAME_SIZE, MAX_FRAME_BYTES],
  [Setting.MAX_HEADER_LIST_SIZE, MAX_HEADER_LIST_BYTES],
] as const;
const SERVER_SETTINGS = encodeSettings([[Setting.MAX_CONCURRENT_STREAMS, MAX_STREAMS], ...OFFERS]);
const CLIENT_SETTINGS = encodeSettings([[Setting.ENABLE_PUSH, 0], ...OFFERS]);
const PREFACE_BYTES = new TextEncoder().encode(PREFACE);
const SETTINGS_ACK = encodeFrame({
  type: FrameType.SETTINGS,
  flags: Flag.ACK,
  streamId: 0,
  payload: new Uint8Array(0),
});

/**
 * Told of each request.
 *
 * @param fields its headers; undefined where they are more than the limit
 */
export type OnRequest = (stream: Http2Stream, fields: readonly HeaderField[] | undefined) => void;

/** What the client's side of a connection is told of. */
export interface ClientSide {
  /** Streams have closed, or the settings of the server came: there may be room for more. */
  onRoom(): void;
  /** No more streams can be opened: the server says so, or the connection ends. */
  onLeave(): void;
}

/** A connection. */
export class Connection implements StreamOwner, FrameSink {
  readonly writer: FrameWriter;
  readonly pending = new SendWindow();
  readonly #bytes: ByteStream;
  readonly #onRequest: OnRequest | undefined;
  readonly #client: ClientSide | undefined;
  readonly #reader: FrameReader;
  readonly #blocks = new HeaderBlocks(MAX_HEADER_LIST_BYTES);
  readonly #peer = new PeerSettings();
  readonly #flood = new FloodGuard();
  readonly #streams = new Map<number, Http2Stream>();
  /** Streams have odd numbers: clients open them. */
  #lastStreamId = -1;
  #windowBytes = INITIAL_WINDOW_BYTES;
  #unannouncedBytes = 0;
  #closeTimer: ReturnType<typeof setTimeout> | undefined;
  #isLeaving = false;
  #isEnding = false;
  #isClosed = false;

  /** @param side who is told of requests, which must not throw; or the client's side of a connection */
  constructor(bytes: ByteStream, side: OnRequest | ClientSide) {
    this.#bytes = bytes;
    this.#onRequest = typeof side === "function" ? side : undefined;
    this.#client = typeof side === "function" ? undefined : side;
    this.#reader = new FrameReader(this, MAX_FRAME_BYTES, this.isServer);
    this.writer = new FrameWriter(bytes, () => this.destroy());
  }

  get isServer(): boolean {
    return this.#onRequest !== undefined;
  }

  /** Number of open streams. */
  get streamCount(): number {
    return this.#streams.size;
  }

  /** Whether the server has room for one more stream. */
  get hasRoom(): boolean {
    const most = this.#peer.isKnown ? this.#peer.maxStreams : ASSUMED_STREAMS;
    return this.#streams.size < most;
  }

  /** Whether streams can be opened. */
  get isOpen(): boolean {
    return !this.#isLeaving && !this.#isEnding && !this.#isClosed && this.#lastStreamId < LAST_ID;
  }

  /** Opens a stream, as clients do. */
  open(): Http2Stream {
    this.#lastStreamId += 2;
    return this.#add(this.#lastStreamId);
  }

  /** Whether the peer has spoken HTTP/2. */
  get hasSpoken(): boolean {
    return this.#peer.isKnown;
  }

  /** Whether nothing is on its way to the peer any more. */
  get isSent(): boolean {
    return this.#isClosed || (this.pending.pendingBytes === 0 && !this.writer.isBusy);
  }

  /** Works until the connection is closed. */
  async run(): Promise<void> {
    if (!this.isServer) this.writer.send(PREFACE_BYTES);
    this.writer.send(this.isServer ? SERVER_SETTINGS : CLIENT_SETTINGS);
    this.#announce(CONNECTION_WINDOW_BYTES - INITIAL_WINDOW_BYTES);
    await this.#read();
    this.destroy();
  }

  /** Lets what is being written go, says goodbye and cuts the connection a little later. */
  async end(): Promise<void> {
    if (this.#isEnding || this.#isClosed) return;
    this.#isEnding = true;
    this.#client?.onLeave();
    this.#closeTimer = setTimeout(() => this.destroy(), CLOSE_MILLIS);
    while (this.writer.isBusy) await this.writer.written();
    try {
      if (!this.#isClosed) await this.#bytes.closeWrite();
    } catch {
      this.destroy(); // the peer has left before
    }
  }

  /** Cuts the connection. */
  destroy(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#closeTimer);
    this.writer.close();
    this.#bytes.close();
    this.#client?.onLeave();
    this.#closeStreams();
  }

  onRead(bytes: number): void {
    if (this.isServer) this.#giveBack(bytes);
  }

  #giveBack(bytes: number): void {
    this.#unannouncedBytes += bytes;
    if (this.#unannouncedBytes < WINDOW_STEP_BYTES || this.#isClosed) return;
    this.#announce(this.#unannouncedBytes);
    this.#unannouncedBytes = 0;
  }

  onClose(stream: Http2Stream): void {
    this.#streams.delete(stream.id);
    this.#client?.onRoom();
    if (this.#isLeaving && this.#streams.size === 0) void this.end();
  }

  onData(streamId: number, bytes: Uint8Array, windowBytes: number, isLast: boolean): void {
    this.#checkOrder(FrameType.DATA);
    this.#windowBytes -= windowBytes;
    if (this.#windowBytes < 0) {
      throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "More data than the window allows");
    }
    if (bytes.length === 0 && !isLast) this.#countIdle();
    const stream = this.#find(streamId);
    // A client may leave streams for later: those must not hold up the one that it reads.
    if (stream === undefined || !this.isServer) this.#giveBack(windowBytes);
    stream?.receive(bytes, windowBytes, isLast);
  }

  onFrame(frame: Frame): void {
    const { type, streamId, payload } = frame;
    this.#checkOrder(type);
    switch (type) {
      case FrameType.HEADERS:
        return this.#onHeaders(this.#blocks.start(frame));
      case FrameType.CONTINUATION:
        this.#countIdle();
        return this.#onHeaders(this.#blocks.goOn(frame));
      case FrameType.WINDOW_UPDATE:
        checkSize(payload, 4);
        return this.#onWindowUpdate(streamId, readUint32(payload, 0) & 0x7fffffff);
      case FrameType.PUSH_PROMISE:
        throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "Nothing may be pushed");
    }
    this.#countIdle();
    if (type === FrameType.SETTINGS) this.#onSettings(frame);
    else if (type === FrameType.PING) this.#onPing(frame);
    else if (type === FrameType.RST_STREAM) this.#onReset(frame);
    else if (type === FrameType.GOAWAY) this.#onGoAway(frame);
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
      this.#client?.onLeave(); // what waits for room goes elsewhere
      this.#closeStreams();
      const payload = new Uint8Array(8);
      writeUint32(payload, 0, this.isServer ? Math.max(0, this.#lastStreamId) : 0);
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
    if (this.#onRequest !== undefined && streamId % 2 === 1 && streamId > this.#lastStreamId) {
      this.#lastStreamId = streamId;
      return this.#accept(block, this.#onRequest);
    }
    const stream = this.#find(streamId);
    if (stream === undefined) this.#countIdle();
    else stream.receiveHeaders(fields, isLast);
  }

  #accept({ streamId, fields, isLast }: HeaderBlock, onRequest: OnRequest): void {
    if (this.#streams.size >= MAX_STREAMS) {
      this.#countIdle();
      const code = ErrorCode.REFUSED_STREAM;
      return this.writer.send(encodeNumberFrame(FrameType.RST_STREAM, streamId, code));
    }
    const stream = this.#add(streamId);
    onRequest(stream, fields);
    if (isLast) stream.end();
  }

  #add(streamId: number): Http2Stream {
    const stream = new Http2Stream(streamId, this.#peer.windowBytes, this);
    this.#streams.set(streamId, stream);
    return stream;
  }

  /** Servers that measure the way to their clients send many pings. */
  #countIdle(): void {
    if (this.isServer) this.#flood.count();
  }

  #onWindowUpdate(streamId: number, bytes: number): void {
    const stream = streamId === 0 ? undefined : this.#find(streamId);
    if (bytes === 0) {
      this.#countIdle();
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
    this.#client?.onRoom();
  }

  #onPing({ flags, streamId, payload }: Frame): void {
    checkStream(streamId);
    checkSize(payload, 8);
    if ((flags & Flag.ACK) !== 0) return;
    this.writer.send(encodeFrame({ type: FrameType.PING, flags: Flag.ACK, streamId: 0, payload }));
  }

  #onReset({ streamId, payload }: Frame): void {
    checkSize(payload, 4);
    this.#find(streamId)?.close(readUint32(payload, 0));
  }

  /** No more streams are opened, and the peer leaves when those that it took are over. */
  #onGoAway({ payload }: Frame): void {
    if (payload.length < 8) throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "GOAWAY is cut");
    this.#isLeaving = true;
    this.#client?.onLeave();
    const lastTaken = readUint32(payload, 0) & 0x7fffffff;
    for (const stream of this.isServer ? [] : [...this.#streams.values()]) {
      if (stream.id > lastTaken) stream.close(ErrorCode.REFUSED_STREAM);
    }
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
