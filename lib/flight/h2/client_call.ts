/**
 * One gRPC call of a client, from before its connection is there until its status has come.
 * @module
 */

import { FlightError } from "../../base/errors.ts";
import { FRAME_HEADER_BYTES, MessageAssembler, writeFrameHeader } from "../grpc_frames.ts";
import { SendWindow } from "../send_window.ts";
import { type CallStatus, GrpcStatus } from "../status.ts";
import type { ClientCall, ClientHandlers } from "../transport.ts";
import { ErrorCode } from "./frames.ts";
import type { HeaderField } from "./hpack.ts";
import { statusOfHeaders, statusOfReset } from "./response_status.ts";
import type { Http2Stream } from "./stream.ts";

/** Pending bytes from which on a writer waits: four messages of 2 MiB. */
const SEND_BUFFER_BYTES = 8 * 1024 * 1024;
/** What a timer can hold; a later deadline is as good as none. */
const MAX_TIMER_MILLIS = 2 ** 31 - 1;

/** How a call is made. */
export interface Http2ClientCallOptions {
  /** Its headers in the form of HTTP/2. */
  readonly headerBlock: Uint8Array;
  /** Deadline from now on. */
  readonly timeoutMillis?: number | undefined;
  /** Largest message in bytes, either way. */
  readonly maxMessageBytes: number;
  /** Told once that the call is over. */
  readonly onOver: (call: Http2ClientCall) => void;
}

/** A call on a stream, once it has one. */
export class Http2ClientCall implements ClientCall {
  readonly #options: Http2ClientCallOptions;
  readonly #handlers: ClientHandlers;
  readonly #assembler: MessageAssembler;
  readonly #window = new SendWindow();
  readonly #deadline: ReturnType<typeof setTimeout> | undefined;
  #stream: Http2Stream | undefined;
  /** What was sent before there was a stream. */
  #waiting: Uint8Array[] = [];
  #isPaused = false;
  #hasSentAll = false;
  #hasAnswered = false;
  /** What the server says of its end, once it has. */
  #status: CallStatus | undefined;
  #isOver = false;

  constructor(options: Http2ClientCallOptions, handlers: ClientHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#assembler = new MessageAssembler(options.maxMessageBytes);
    const { timeoutMillis = Infinity } = options;
    if (timeoutMillis <= MAX_TIMER_MILLIS) {
      this.#deadline = setTimeout(() => {
        this.finish(GrpcStatus.DEADLINE_EXCEEDED, "The deadline of the call has passed");
      }, timeoutMillis);
    }
  }

  /** Whether nothing comes of it any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Goes out on a stream. */
  attach(stream: Http2Stream): void {
    this.#stream = stream;
    stream.handle({
      onHeaders: (fields) => this.#onHeaders(fields),
      onData: (bytes) => this.#onData(bytes),
      onEnd: () => this.#onEnd(),
      onTaken: (bytes) => this.#window.done(bytes),
      onClose: (code) => this.#onClose(code),
    });
    stream.sendHeaders(this.#options.headerBlock, false);
    if (!this.#isPaused) stream.resume();
    stream.sendData(this.#waiting);
    this.#waiting = [];
    if (this.#hasSentAll) stream.sendEnd();
  }

  pause(): void {
    this.#isPaused = true;
    this.#stream?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#stream?.resume();
  }

  send(chunks: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#isOver || this.#hasSentAll) return undefined;
    writeFrameHeader(chunks);
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
    const most = this.#options.maxMessageBytes;
    if (bytes - FRAME_HEADER_BYTES > most) {
      const text = `The message has ${bytes - FRAME_HEADER_BYTES} bytes: at most ${most} are sent`;
      this.finish(GrpcStatus.RESOURCE_EXHAUSTED, text);
      return undefined;
    }
    this.#window.add(bytes);
    if (this.#stream === undefined) this.#waiting.push(...chunks);
    else this.#stream.sendData(chunks);
    return this.#window.room(SEND_BUFFER_BYTES);
  }

  end(): void {
    if (this.#isOver || this.#hasSentAll) return;
    this.#hasSentAll = true;
    this.#stream?.sendEnd();
  }

  cancel(): void {
    this.finish(GrpcStatus.CANCELLED, "The call was cancelled");
  }

  /** Ends it here and there. */
  finish(code: number, message: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#deadline);
    this.#waiting = [];
    if (this.#stream?.isDone === false) this.#stream.reset(ErrorCode.CANCEL);
    this.#window.close();
    this.#options.onOver(this);
    this.#handlers.onEnd({ code, message });
  }

  #onHeaders(fields: readonly HeaderField[] | undefined): void {
    if (this.#isOver) return;
    if (fields === undefined) {
      return this.finish(GrpcStatus.RESOURCE_EXHAUSTED, "The server sends too many headers");
    }
    // Informational answers of HTTP go before the one that counts.
    if (!this.#hasAnswered && fields.some(([n, value]) => n === ":status" && /^1/.test(value))) {
      return;
    }
    this.#handlers.onHeaders(fields.filter(([name]) => !name.startsWith(":")));
    this.#status = statusOfHeaders(fields, this.#hasAnswered) ?? this.#status;
    this.#hasAnswered = true;
    // What is no answer of gRPC may go on for long, or wait for the end of the request.
    const isForeign = this.#status !== undefined && fields.every(([n]) => n !== "grpc-status");
    if (isForeign) this.#onEnd();
  }

  #onData(bytes: Uint8Array): void {
    if (this.#isOver || this.#status !== undefined) return;
    try {
      this.#assembler.push(bytes, (message) => {
        if (!this.#isOver) this.#handlers.onMessage(message);
      });
    } catch (error) {
      if (!(error instanceof FlightError)) throw error;
      this.finish(error.code, error.message);
    }
  }

  #onEnd(): void {
    const { code, message } = this.#status ?? {
      code: GrpcStatus.INTERNAL,
      message: "The server has ended the call without a status",
    };
    if (code === GrpcStatus.OK && this.#assembler.isInside) {
      this.finish(GrpcStatus.INTERNAL, "The server has ended the call inside a message");
    } else this.finish(code, message);
  }

  #onClose(code: number | undefined): void {
    const status = this.#status ?? statusOfReset(code);
    this.finish(status.code, status.message);
  }
}
