/**
 * The client's side of a call that sends data: puts and exchanges.
 * @module
 */

import { concatBytes } from "../base/concat_bytes.ts";
import { FlightError } from "../base/errors.ts";
import { type DuplexCall, type FlightCallOptions, linkSignal, mapError } from "./client_channel.ts";
import { encodeFlightData } from "./flight_data.ts";
import { MessageQueue } from "./message_queue.ts";
import type { FlightDescriptor } from "./messages.ts";
import { SendWindow } from "./send_window.ts";
import type { FlightPayload } from "./service.ts";
import { GrpcStatus } from "./status.ts";

/** Bytes handed to grpc-js from which on a writer waits. */
const SEND_BUFFER_BYTES = 8 * 1024 * 1024;
/** Bytes of unread results from which on the server is made to wait. */
const RESULT_BUFFER_BYTES = 8 * 1024 * 1024;
/** What an empty result weighs, so that a flood of them is bounded too. */
const RESULT_OVERHEAD_BYTES = 64;

/** Sends FlightData messages and reads what the server answers. */
export class FlightWriter<R> implements AsyncDisposable {
  readonly #call: DuplexCall;
  readonly #queue: MessageQueue<Uint8Array>;
  readonly #window = new SendWindow();
  readonly #unlink: () => void;
  readonly #decode: (bytes: Uint8Array) => R;
  readonly #ended: Promise<void>;
  #descriptor: FlightDescriptor | undefined;
  #isHalfClosed = false;
  #end: { readonly error?: unknown } | undefined;

  /**
   * Takes a call that has just started.
   *
   * @param call the call
   * @param descriptor sent with the first message
   * @param decode decodes a result
   * @param options the signal of the call
   */
  constructor(
    call: DuplexCall,
    descriptor: FlightDescriptor,
    decode: (bytes: Uint8Array) => R,
    options: FlightCallOptions = {},
  ) {
    this.#call = call;
    this.#descriptor = descriptor;
    this.#decode = decode;
    this.#queue = new MessageQueue<Uint8Array>({
      weigh: (message) => message.length + RESULT_OVERHEAD_BYTES,
      highWater: RESULT_BUFFER_BYTES,
      pause: () => call.pause(),
      resume: () => call.resume(),
    });
    this.#unlink = linkSignal(call, options.signal);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    call.on("data", (message: Uint8Array) => this.#queue.push(message));
    call.on("end", () => this.#settle({}, resolve));
    call.on("error", (error) => this.#fail(mapError(error, options.signal), resolve));
  }

  /**
   * Sends a message.
   *
   * @param payload the bytes must not change until the promise resolves
   * @returns resolved when more may be written, which says nothing of the server: its results do
   * @throws the error of the call where it has failed
   */
  async write(payload: FlightPayload): Promise<void> {
    this.#throwIfEnded();
    if (this.#isHalfClosed) throw new TypeError("The writer is closed: write before close()");
    const descriptor = payload.descriptor ?? this.#descriptor;
    this.#descriptor = undefined;
    const { descriptor: _, ...rest } = payload;
    if (descriptor === undefined) this.#send(rest);
    else if (rest.header !== undefined || rest.body !== undefined) {
      this.#send({ ...rest, descriptor });
    } else {
      // Of a first message without data, servers in C++ read the descriptor alone.
      this.#send({ descriptor });
      this.#send(rest);
    }
    const room = this.#window.room(SEND_BUFFER_BYTES);
    if (room === undefined) return;
    await room;
    this.#throwIfEnded();
  }

  #send(payload: FlightPayload): void {
    const chunks = encodeFlightData(payload);
    const message = chunks.length === 1 ? chunks[0]! : concatBytes(chunks);
    this.#window.add(message.length);
    this.#call.write(message, () => this.#window.done(message.length));
  }

  /** What the server answers; read it once. Ends when the server has ended the call. */
  get results(): AsyncIterable<R> {
    return this.#readResults();
  }

  /** Says that no more messages come; results may still be read. */
  end(): void {
    if (this.#isHalfClosed) return;
    this.#isHalfClosed = true;
    if (this.#end === undefined) this.#call.end();
  }

  /**
   * Says that no more messages come and waits until the server has ended the call; results that
   * were not read stay readable.
   *
   * @throws the error of the call where it failed
   */
  async close(): Promise<void> {
    this.end();
    this.#queue.unbound();
    await this.#ended;
    if (this.#end !== undefined && "error" in this.#end) throw this.#end.error;
  }

  /** Ends the call without waiting for the server. */
  cancel(): void {
    this.#call.cancel();
  }

  /** Cancels a call that was not closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#end === undefined) this.cancel();
    this.#queue.unbound();
    await this.#ended;
  }

  async *#readResults(): AsyncGenerator<R, void, undefined> {
    for await (const bytes of this.#queue) yield this.#decode(bytes);
  }

  #fail(error: unknown, resolve: () => void): void {
    // What came before the error is still in the stream when reading was paused.
    for (let left = this.#call.read(); left !== null; left = this.#call.read()) {
      this.#queue.push(left);
    }
    this.#settle({ error }, resolve);
  }

  #settle(end: { readonly error?: unknown }, resolve: () => void): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#unlink();
    this.#window.close();
    if ("error" in end) this.#queue.fail(end.error);
    else this.#queue.end();
    resolve();
  }

  #throwIfEnded(): void {
    if (this.#end === undefined) return;
    if ("error" in this.#end) throw this.#end.error;
    throw new FlightError("The server has ended the call: it takes no more messages", {
      code: GrpcStatus.CANCELLED,
    });
  }
}
