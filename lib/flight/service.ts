/**
 * What a Flight server asks of a store: one optional method per RPC.
 * @module
 */

import type {
  Action,
  ActionType,
  FlightDescriptor,
  FlightInfo,
  HandshakeMessage,
  PollInfo,
} from "./messages.ts";

/** The path of the Flight service; the RPC's name follows. */
export const SERVICE_PATH = "/arrow.flight.protocol.FlightService/";

/** What a service notes of a call for the log of its server. */
export interface CallNotes {
  /** What was asked for: a statement, a path, the type of an action. */
  subject?: string;
  /** Rows sent or taken. */
  rows?: number;
}

/** The call that a service method answers. */
export interface CallContext {
  /** Request headers by lower-case name; binary headers (`-bin`) in base64, as they came. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Headers to send before the first message, such as `set-cookie` or `authorization`. */
  readonly responseHeaders: Map<string, string>;
  /** RPC name such as `DoGet`. */
  readonly method: string;
  /** `ADDRESS:PORT` of the client. */
  readonly peer: string;
  /** The `:authority` that the client asked for. */
  readonly authority: string;
  /** The `origin` header, which only browsers send. */
  readonly origin?: string;
  /** For the service to fill in while it answers. */
  readonly notes: CallNotes;
  /** Aborts when the client goes away, the deadline passes or the server shuts down hard. */
  readonly signal: AbortSignal;
}

/** One FlightData message as it came; the bytes are views that no one else writes to. */
export interface FlightDataMessage {
  /** Set on the first message of a put or exchange. */
  readonly descriptor?: FlightDescriptor;
  /** The flatbuffer `Message` of Arrow IPC; empty for a message of metadata only. */
  readonly header: Uint8Array;
  /** Application metadata; empty where there is none. */
  readonly appMetadata: Uint8Array;
  /** The body buffers of the IPC message; starts at a multiple of eight bytes in its buffer where
   * its length is one. */
  readonly body: Uint8Array;
}

/** One FlightData message to send. The bytes must not change once they were handed over. */
export interface FlightPayload {
  /** Only on the first message of a put or exchange. */
  readonly descriptor?: FlightDescriptor;
  /** The flatbuffer `Message` of Arrow IPC. */
  readonly header?: Uint8Array;
  /** Application metadata. */
  readonly appMetadata?: Uint8Array;
  /** The body in pieces, sent one after the other without a copy. */
  readonly body?: readonly Uint8Array[];
}

/** What a method that answers with several messages returns. */
export type FlightStream<T> = AsyncIterable<T>;

/**
 * A Flight service; a method that is missing answers UNIMPLEMENTED. An error that a method throws
 * becomes a status by `statusOfError`, also in the middle of a stream. When a call ends early,
 * `return()` of the stream runs.
 */
export interface FlightService {
  /** Answers the messages of an authentication. */
  handshake?(
    requests: AsyncIterable<HandshakeMessage>,
    context: CallContext,
  ): FlightStream<HandshakeMessage>;
  /** Lists flights; `criteria` is empty for all. */
  listFlights?(criteria: Uint8Array, context: CallContext): FlightStream<FlightInfo>;
  /** Says how a flight can be read. */
  getFlightInfo?(
    descriptor: FlightDescriptor,
    context: CallContext,
  ): FlightInfo | Promise<FlightInfo>;
  /** Starts or polls a long query. */
  pollFlightInfo?(descriptor: FlightDescriptor, context: CallContext): PollInfo | Promise<PollInfo>;
  /** The schema of a flight as an encapsulated IPC message. */
  getSchema?(descriptor: FlightDescriptor, context: CallContext): Uint8Array | Promise<Uint8Array>;
  /** Sends the data of a ticket: a schema message, then batches. */
  doGet?(ticket: Uint8Array, context: CallContext): FlightStream<FlightPayload>;
  /** Takes data; yields the application metadata of acknowledgements. */
  doPut?(
    messages: AsyncIterable<FlightDataMessage>,
    context: CallContext,
  ): FlightStream<Uint8Array>;
  /** Takes and sends data. Some clients send a message of nothing but the descriptor first. */
  doExchange?(
    messages: AsyncIterable<FlightDataMessage>,
    context: CallContext,
  ): FlightStream<FlightPayload>;
  /** Runs an action; yields result bodies. */
  doAction?(action: Action, context: CallContext): FlightStream<Uint8Array>;
  /** Lists the actions. */
  listActions?(context: CallContext): FlightStream<ActionType>;
}
