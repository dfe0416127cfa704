/**
 * What the Flight server and client need of a transport, so that the calls know nothing of HTTP/2.
 * @module
 */

import type { CallStatus } from "./status.ts";

/** One gRPC call as the transport sees it. */
export interface TransportCall {
  /** Request path such as `/arrow.flight.protocol.FlightService/DoGet`. */
  readonly path: string;
  /** Request headers by lower-case name, without pseudo headers. */
  readonly metadata: ReadonlyMap<string, string>;
  /** `ADDRESS:PORT` of the client. */
  readonly peer: string;
  /** The `:authority` that the client asked for, or its `host` header. */
  readonly authority: string;
  /** Aborts when the client goes away or by {@linkcode TransportCall.abort}. */
  readonly signal: AbortSignal;
  /** Request messages until the client has sent its last; read once. Nothing is taken off the
   * wire before the first read, and little ahead of the reader. */
  readonly messages: AsyncIterable<Uint8Array>;
  /** Headers to send before the first message. */
  readonly responseHeaders: Map<string, string>;
  /** Bytes of request messages read so far. */
  readonly bytesIn: number;
  /** Bytes of response messages handed over so far. */
  readonly bytesOut: number;
  /**
   * Sends one message, whose first chunk starts with room for the frame header.
   *
   * @returns a promise when the client is slow: wait for it before the next message
   */
  send(chunks: readonly Uint8Array[]): Promise<void> | undefined;
  /** Ends the call. Later calls of `send`, `finish` and `abort` do nothing. */
  finish(status: CallStatus): void;
  /** Ends the call early: the signal aborts, reading fails, the client gets the error's status. */
  abort(reason: Error): void;
}

/** What the transport hands to the server. */
export interface TransportHandlers {
  /** A call has arrived. Must not throw. */
  onCall(call: TransportCall): void;
}

/** Settings of a transport. */
export interface TransportOptions {
  /** Interface to listen on. */
  readonly hostname: string;
  /** Port to listen on, 0 for any free one. */
  readonly port: number;
  /** Certificate chain and private key in PEM; plain text without. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Largest request message in bytes. */
  readonly maxMessageBytes: number;
  /** Largest number of open connections. */
  readonly maxConnections: number;
}

/** A listening transport. */
export interface ServerTransport {
  /** The port it listens on. */
  readonly port: number;
  /** Stops listening; connections stay until `close()`. */
  stopListening(): void;
  /** Whether everything written has gone to the clients within the time. */
  drained(millis: number): Promise<boolean>;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** A call that a client starts. */
export interface ClientRequest {
  /** Request path such as `/arrow.flight.protocol.FlightService/DoGet`. */
  readonly path: string;
  /** Request headers, lower-case names; values of `-bin` headers in base64. */
  readonly headers: Iterable<readonly [name: string, value: string]>;
  /** Deadline from now on. */
  readonly timeoutMillis?: number | undefined;
}

/** Told of what comes of a call. */
export interface ClientHandlers {
  /** Headers came, before the answers or with the status; values of `-bin` headers in base64. */
  onHeaders(fields: readonly (readonly [name: string, value: string])[]): void;
  /** An answer came. */
  onMessage(message: Uint8Array): void;
  /** The call is over; nothing comes any more. */
  onEnd(status: CallStatus): void;
}

/** One gRPC call as the client sees it. */
export interface ClientCall {
  /** Lets the server send no more than its window; answers that are here still come. */
  pause(): void;
  /** Lets the server go on. */
  resume(): void;
  /**
   * Sends one message, whose first chunk starts with room for the frame header. The chunks must not change
   * any more.
   *
   * @returns a promise when the server is slow: wait for it before the next message
   */
  send(chunks: readonly Uint8Array[]): Promise<void> | undefined;
  /** Says that no more messages come. */
  end(): void;
  /** Ends the call at once by CANCELLED. Does nothing to one that is over. */
  cancel(): void;
}

/** Makes the calls of a client to one server. */
export interface ClientTransport {
  /**
   * Starts a call, and a connection where there is none.
   *
   * @throws {TypeError} for a header that cannot be sent
   */
  start(request: ClientRequest, handlers: ClientHandlers): ClientCall;
  /** Ends the connection, and all calls by CANCELLED. */
  close(): void;
}
