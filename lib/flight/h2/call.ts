/**
 * One gRPC call on one HTTP/2 stream.
 * @module
 */

import { FlightError } from "../../base/errors.ts";
import { MessageAssembler, writeFrameHeader } from "../grpc_frames.ts";
import { encodeGrpcMessage } from "../grpc_message.ts";
import { MessageQueue } from "../message_queue.ts";
import { SendWindow } from "../send_window.ts";
import { type CallStatus, GrpcStatus, statusOfError } from "../status.ts";
import type { TransportCall } from "../transport.ts";
import { Backlog } from "./backlog.ts";
import { encodeHeaders, type HeaderField } from "./hpack.ts";
import type { RequestHeaders } from "./request_headers.ts";
import type { Http2Stream } from "./stream.ts";

/** Pending bytes from which on a handler waits: two messages of 2 MiB keep a fast reader busy. */
const SEND_BUFFER_BYTES = 4 * 1024 * 1024;
/**
 * Pending bytes of a connection from which on each call has at most one message under way. Not less than
 * one: a client may read its streams one after the other, and a stream that it leaves for later must not
 * hold up the one that it reads.
 */
const CROWDED_BYTES = 16 * 1024 * 1024;
/** Complete messages read ahead of a slow handler; what follows waits as it came. */
const READ_AHEAD_BYTES = 4 * 1024 * 1024;
/** What a message counts beyond its bytes. */
const MESSAGE_BYTES = 128;
/** What is cut into messages at once of that which waited. */
const STEP_BYTES = 256 * 1024;

/** What a call knows of its connection. */
export interface Http2CallOptions {
  /** `ADDRESS:PORT` of the client. */
  readonly peer: string;
  /** Counts what waits for the client on all streams. */
  readonly pending: SendWindow;
  /** Largest request message in bytes. */
  readonly maxMessageBytes: number;
}

/** A call on a stream. */
export class Http2Call implements TransportCall {
  readonly path: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly peer: string;
  readonly authority: string;
  readonly responseHeaders: Map<string, string> = new Map();
  readonly #stream: Http2Stream;
  readonly #pending: SendWindow;
  readonly #assembler: MessageAssembler;
  readonly #queue: MessageQueue<Uint8Array>;
  readonly #window = new SendWindow();
  readonly #controller = new AbortController();
  readonly #contentType: string;
  readonly #backlog = new Backlog();
  #isReading = false;
  #hasEnded = false;
  #isQueueFull = false;
  #hasResponded = false;
  #finished = false;
  #bytesIn = 0;
  #bytesOut = 0;

  /** @param stream a stream whose headers have come */
  constructor(stream: Http2Stream, headers: RequestHeaders, options: Http2CallOptions) {
    this.#stream = stream;
    this.#pending = options.pending;
    this.path = headers.path;
    this.metadata = headers.fields;
    this.peer = options.peer;
    this.authority = headers.authority;
    // Without parameters, which may be any text.
    this.#contentType = headers.fields.get("content-type")?.split(/[ ;]/, 1)[0] ?? "";
    this.#assembler = new MessageAssembler(options.maxMessageBytes);
    this.#queue = new MessageQueue<Uint8Array>({
      weigh: (message) => message.length + MESSAGE_BYTES,
      highWater: READ_AHEAD_BYTES,
      pause: () => {
        this.#isQueueFull = true;
        stream.pause();
      },
      resume: () => {
        this.#isQueueFull = false;
        this.#goOn();
      },
    });
    stream.handle({
      onData: (bytes) => this.#onData(bytes),
      onEnd: () => this.#onEnd(),
      onTaken: (bytes) => this.#window.done(bytes),
      onClose: () => this.#onClose(),
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get bytesIn(): number {
    return this.#bytesIn;
  }

  get bytesOut(): number {
    return this.#bytesOut;
  }

  get messages(): AsyncIterable<Uint8Array> {
    if (!this.#isReading) {
      this.#isReading = true;
      this.#goOn();
    }
    return this.#queue;
  }

  send(chunks: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#finished || this.#stream.isClosed) return undefined;
    writeFrameHeader(chunks);
    if (!this.#hasResponded) {
      this.#stream.sendHeaders(this.#head([]), false);
      this.#hasResponded = true;
    }
    for (const chunk of chunks) {
      this.#bytesOut += chunk.length;
      this.#window.add(chunk.length);
    }
    this.#stream.sendData(chunks);
    const isCrowded = this.#pending.pendingBytes >= CROWDED_BYTES;
    return this.#window.room(isCrowded ? 1 : SEND_BUFFER_BYTES);
  }

  finish(status: CallStatus): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#window.close();
    this.#backlog.clear();
    this.#queue.abort(() => new FlightError("The call has ended", { code: GrpcStatus.CANCELLED }));
    this.#stream.sendHeaders(this.#lastBlock(status), true);
  }

  abort(reason: Error): void {
    if (this.signal.aborted || this.#finished) return;
    this.#controller.abort(reason);
    this.#queue.abort(() => reason);
    this.finish(statusOfError(reason));
  }

  #onData(bytes: Uint8Array): void {
    if (this.#finished) return;
    if (this.#isReading && !this.#isQueueFull) this.#cut(bytes);
    else this.#backlog.append(bytes);
  }

  #onEnd(): void {
    this.#hasEnded = true;
    if (this.#isReading && this.#backlog.isEmpty) this.#endMessages();
  }

  /** The handler has room for more. */
  #goOn(): void {
    while (!this.#backlog.isEmpty) {
      if (this.#isQueueFull || this.#finished) return;
      this.#cut(this.#backlog.take(STEP_BYTES));
    }
    if (this.#hasEnded) this.#endMessages();
    else if (!this.#isQueueFull) this.#stream.resume();
  }

  #cut(bytes: Uint8Array): void {
    try {
      this.#assembler.push(bytes, (message) => {
        this.#bytesIn += message.length;
        this.#queue.push(message);
      });
    } catch (error) {
      this.abort(error as Error);
    }
  }

  #endMessages(): void {
    try {
      this.#assembler.end();
      this.#queue.end();
    } catch (error) {
      this.#queue.fail(error);
    }
  }

  #onClose(): void {
    this.#window.close();
    if (this.#finished) return;
    this.abort(new FlightError("The client has gone away", { code: GrpcStatus.CANCELLED }));
  }

  #lastBlock(status: CallStatus): Uint8Array {
    if (this.#hasResponded) return encodeHeaders(toTrailers(status));
    try {
      return this.#head(toTrailers(status));
    } catch (error) {
      this.responseHeaders.clear();
      return this.#head(toTrailers(statusOfError(error)));
    }
  }

  #head(trailers: readonly HeaderField[]): Uint8Array {
    try {
      return encodeHeaders([
        [":status", "200"],
        ["content-type", this.#contentType],
        ["grpc-accept-encoding", "identity"],
        ...this.responseHeaders,
        ...trailers,
      ]);
    } catch (cause) {
      const { message } = cause as Error;
      throw new FlightError(message, { code: GrpcStatus.INTERNAL, cause });
    }
  }
}

function toTrailers(status: CallStatus): HeaderField[] {
  const code: HeaderField = ["grpc-status", String(status.code)];
  if (status.message === "") return [code];
  return [code, ["grpc-message", encodeGrpcMessage(status.message)]];
}
