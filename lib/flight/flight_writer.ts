/**
 * The client's side of a call that sends data: puts and exchanges.
 * @module
 */

import { concatBytes } from "../base/concat_bytes.ts";
import { FlightError } from "../base/errors.ts";
import { answerQueue, type CallSink } from "./client_channel.ts";
import { encodeFlightData } from "./flight_data.ts";
import { FRAME_HEADER_BYTES } from "./grpc_frames.ts";
import type { MessageQueue } from "./message_queue.ts";
import type { FlightDescriptor } from "./messages.ts";
import type { FlightPayload } from "./service.ts";
import { GrpcStatus } from "./status.ts";
import type { ClientCall } from "./transport.ts";

/** Sends FlightData messages and reads what the server answers. */
export class FlightWriter<R> implements AsyncDisposable {
  readonly #call: ClientCall;
  readonly #queue: MessageQueue<Uint8Array> = answerQueue(() => this.#call);
  readonly #decode: (bytes: Uint8Array) => R;
  readonly #ended = Promise.withResolvers<void>();
  #descriptor: FlightDescriptor | undefined;
  #isHalfClosed = false;
  #end: { readonly error?: unknown } | undefined;

  /**
   * Starts the call.
   *
   * @param start starts it
   * @param descriptor sent with the first message
   * @param decode decodes a result
   */
  constructor(
    start: (sink: CallSink) => ClientCall,
    descriptor: FlightDescriptor,
    decode: (bytes: Uint8Array) => R,
  ) {
    this.#descriptor = descriptor;
    this.#decode = decode;
    this.#call = start({
      onMessage: (message) => this.#queue.push(message),
      onEnd: (end) => this.#settle(end),
    });
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
    let room: Promise<void> | undefined;
    if (descriptor === undefined) room = this.#send(rest);
    else if (rest.header !== undefined || rest.body !== undefined) {
      room = this.#send({ ...rest, descriptor });
    } else {
      // Of a first message without data, servers in C++ read the descriptor alone.
      void this.#send({ descriptor });
      room = this.#send(rest);
    }
    if (room !== undefined) await room;
    this.#throwIfEnded();
  }

  /** In one piece of its own: what was handed over may change as soon as there is room for more. */
  #send(payload: FlightPayload): Promise<void> | undefined {
    const chunks = encodeFlightData(payload, { headroomBytes: FRAME_HEADER_BYTES });
    return this.#call.send(chunks.length === 1 ? chunks : [concatBytes(chunks)]);
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
    await this.#ended.promise;
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
    await this.#ended.promise;
  }

  async *#readResults(): AsyncGenerator<R, void, undefined> {
    for await (const bytes of this.#queue) yield this.#decode(bytes);
  }

  #settle(end: { readonly error?: unknown }): void {
    this.#end = end;
    if ("error" in end) this.#queue.fail(end.error);
    else this.#queue.end();
    this.#ended.resolve();
  }

  #throwIfEnded(): void {
    if (this.#end === undefined) return;
    if ("error" in this.#end) throw this.#end.error;
    throw new FlightError("The server has ended the call: it takes no more messages", {
      code: GrpcStatus.CANCELLED,
    });
  }
}
