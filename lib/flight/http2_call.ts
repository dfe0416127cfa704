/**
 * One gRPC call on one HTTP/2 stream of node:http2.
 * @module
 */

import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { FlightError } from "../base/errors.ts";
import type { ConnectionGate } from "./connection_gate.ts";
import { concatBytes } from "./flight_data.ts";
import { MessageAssembler, writeFrameHeader } from "./grpc_frames.ts";
import { encodeGrpcMessage } from "./grpc_message.ts";
import { MessageQueue } from "./message_queue.ts";
import { SendWindow } from "./send_window.ts";
import { type CallStatus, GrpcStatus, statusOfError } from "./status.ts";
import type { TransportCall } from "./transport.ts";

/** Pending bytes from which on a handler waits: two messages of 2 MiB keep a fast reader busy. */
const SEND_BUFFER_BYTES = 4 * 1024 * 1024;
/** Complete messages read ahead of a slow handler; what follows waits in the flow-control window. */
const READ_AHEAD_BYTES = 1024 * 1024;
/** How long a client may go on to send after its call was answered. */
const LINGER_MILLIS = 5000;
/** Neighbours below this size go out as one write: a write costs more than such a copy. */
const COALESCE_BYTES = 16 * 1024;

/** What a call knows of its connection. */
export interface Http2CallOptions {
  /** The outgoing side of the connection. */
  readonly gate: ConnectionGate;
  /** Largest request message in bytes. */
  readonly maxMessageBytes: number;
}

/** A call on a server stream. */
export class Http2Call implements TransportCall {
  readonly path: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly peer: string;
  readonly authority: string;
  readonly responseHeaders: Map<string, string> = new Map();
  readonly #stream: ServerHttp2Stream;
  readonly #gate: ConnectionGate;
  readonly #contentType: string;
  readonly #assembler: MessageAssembler;
  readonly #queue: MessageQueue<Uint8Array>;
  readonly #window = new SendWindow();
  readonly #controller = new AbortController();
  #reading = false;
  #finished = false;
  #bytesIn = 0;
  #bytesOut = 0;

  /** @param stream a stream whose headers have come */
  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    options: Http2CallOptions,
  ) {
    this.#gate = options.gate;
    this.#stream = stream;
    this.path = headers[":path"] ?? "";
    this.metadata = toMetadata(headers);
    this.peer = options.gate.peer;
    this.authority = headers[":authority"] ?? headers.host ?? "";
    this.#contentType = headers["content-type"] ?? "application/grpc";
    this.#assembler = new MessageAssembler(options.maxMessageBytes);
    this.#queue = new MessageQueue<Uint8Array>({
      weigh: (message) => message.length,
      highWater: READ_AHEAD_BYTES,
      pause: () => stream.pause(),
      resume: () => stream.resume(),
    });
    // Now, not with the first read: a request without data ends before anyone reads it.
    stream.on("end", () => this.#onEnd());
    stream.on("aborted", () => this.#onGone());
    stream.on("close", () => this.#onGone());
    // An error of a stream is followed by its close, which ends the call.
    stream.on("error", () => this.#onGone());
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
    if (!this.#reading) this.#startReading();
    return this.#queue;
  }

  send(chunks: readonly Uint8Array[]): Promise<void> | undefined {
    if (this.#finished || this.#stream.destroyed) return undefined;
    writeFrameHeader(chunks);
    if (this.#gate.isOpen) {
      this.#writeMessage(chunks);
      return this.#room();
    }
    return this.#turn(() => this.#writeMessage(chunks)).then(() => this.#room());
  }

  finish(status: CallStatus): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#window.close();
    if (this.#stream.destroyed || this.#stream.closed) return;
    const trailers = toTrailers(status);
    this.#stream.once("finish", () => this.#linger());
    if (this.#stream.headersSent) {
      this.#stream.once(
        "wantTrailers",
        () => this.#attempt(() => this.#stream.sendTrailers(trailers)),
      );
      this.#stream.end();
    } else {
      this.#attempt(() =>
        this.#stream.respond({ ...this.#headers(), ...trailers }, { endStream: true })
      );
    }
    this.#queue.abort(new FlightError("The call has ended", { code: GrpcStatus.CANCELLED }));
    this.#stream.resume();
  }

  abort(reason: Error): void {
    if (this.signal.aborted || this.#finished) return;
    this.#controller.abort(reason);
    this.#queue.abort(reason);
    this.finish(statusOfError(reason));
  }

  /** Writes when the connection has room; resolves then, or when the call has ended before. */
  #turn(write: () => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => resolve();
    this.signal.addEventListener("abort", leave);
    this.#gate.queue(() => {
      this.signal.removeEventListener("abort", leave);
      try {
        resolve(write());
      } catch (error) {
        reject(error);
      }
    });
    return promise;
  }

  #room(): Promise<void> | undefined {
    return this.#window.room(this.#gate.isCrowded ? 1 : SEND_BUFFER_BYTES);
  }

  #writeMessage(chunks: readonly Uint8Array[]): void {
    if (this.#finished || this.#stream.destroyed) return;
    if (!this.#stream.headersSent) this.#respond();
    for (const chunk of coalesce(chunks)) this.#write(chunk);
  }

  #write(chunk: Uint8Array): void {
    const size = chunk.length;
    this.#bytesOut += size;
    this.#window.add(size);
    this.#gate.add(size);
    this.#stream.write(chunk, () => {
      this.#window.done(size);
      this.#gate.done(size);
    });
  }

  /** The answer is complete; what the client still sends is dropped, for a while. */
  #linger(): void {
    if (this.#stream.closed || this.#stream.readableEnded) return;
    const timer = setTimeout(
      () => this.#stream.close(constants.NGHTTP2_NO_ERROR),
      LINGER_MILLIS,
    );
    this.#stream.once("close", () => clearTimeout(timer));
  }

  /** A stream may end between a check and a call; a header of the service may be malformed. */
  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#stream.destroy(error as Error);
    }
  }

  #startReading(): void {
    this.#reading = true;
    this.#stream.on("data", (chunk: Uint8Array) => this.#onData(chunk));
  }

  #onData(chunk: Uint8Array): void {
    if (this.#finished) return;
    try {
      this.#assembler.push(chunk, (message) => {
        this.#bytesIn += message.length;
        this.#queue.push(message);
      });
    } catch (error) {
      this.abort(error as Error);
    }
  }

  #onEnd(): void {
    try {
      this.#assembler.end();
      this.#queue.end();
    } catch (error) {
      this.#queue.fail(error);
    }
  }

  #onGone(): void {
    this.#window.close();
    if (this.#finished) return;
    this.abort(new FlightError("The client has gone away", { code: GrpcStatus.CANCELLED }));
  }

  #headers(): Record<string, string | number> {
    return {
      ":status": 200,
      "content-type": this.#contentType,
      "grpc-accept-encoding": "identity",
      ...Object.fromEntries(this.responseHeaders),
    };
  }

  #respond(): void {
    this.#stream.respond(this.#headers(), { waitForTrailers: true });
  }
}

function toMetadata(headers: IncomingHttpHeaders): Map<string, string> {
  const metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(":") || value === undefined) continue;
    metadata.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return metadata;
}

function toTrailers(status: CallStatus): Record<string, string> {
  const trailers: Record<string, string> = { "grpc-status": String(status.code) };
  if (status.message !== "") trailers["grpc-message"] = encodeGrpcMessage(status.message);
  return trailers;
}

/** Joins runs of small chunks and leaves large ones as they are. */
function coalesce(chunks: readonly Uint8Array[]): readonly Uint8Array[] {
  if (chunks.length === 1) return chunks;
  const joined: Uint8Array[] = [];
  let run: Uint8Array[] = [];
  const flush = (): void => {
    if (run.length > 0) joined.push(run.length === 1 ? run[0]! : concatBytes(run));
    run = [];
  };
  for (const chunk of chunks) {
    if (chunk.length < COALESCE_BYTES) {
      run.push(chunk);
    } else {
      flush();
      joined.push(chunk);
    }
  }
  flush();
  return joined;
}
