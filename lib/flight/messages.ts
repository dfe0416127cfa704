/**
 * The messages of Flight as plain TypeScript types; message_codec.ts holds their bytes.
 * @module
 */

/** The name of a flight: a path, or a command that the server understands. */
export type FlightDescriptor =
  | { readonly type: "path"; readonly path: readonly string[] }
  | { readonly type: "command"; readonly command: Uint8Array };

/** One part of a flight and where it can be read. */
export interface FlightEndpoint {
  /** What DoGet takes. */
  readonly ticket: Uint8Array;
  /** URIs of servers that know the ticket; empty: the server that gave it. */
  readonly locations: readonly string[];
  /** Until when the ticket is good, in microseconds since the epoch. */
  readonly expirationMicros?: number;
  /** Application metadata; empty where there is none. */
  readonly appMetadata: Uint8Array;
}

/** How a flight can be read. */
export interface FlightInfo {
  /** The schema as an encapsulated IPC message; empty where unknown. */
  readonly schema: Uint8Array;
  /** The descriptor that was asked for. */
  readonly descriptor?: FlightDescriptor;
  /** All parts of the flight. */
  readonly endpoints: readonly FlightEndpoint[];
  /** Number of rows, -1 where unknown. */
  readonly totalRecords: number;
  /** Number of bytes, -1 where unknown. */
  readonly totalBytes: number;
  /** Whether the endpoints are in the order of the data. */
  readonly ordered: boolean;
  /** Application metadata; empty where there is none. */
  readonly appMetadata: Uint8Array;
}

/** The state of a long query. */
export interface PollInfo {
  /** What can be read so far. */
  readonly info?: FlightInfo;
  /** What to poll next; absent when the query is complete. */
  readonly descriptor?: FlightDescriptor;
  /** Between 0 and 1, where known. */
  readonly progress?: number;
  /** Until when the query can be polled, in microseconds since the epoch. */
  readonly expirationMicros?: number;
}

/** A request to do something. */
export interface Action {
  /** Name of the action. */
  readonly type: string;
  /** Argument, in a form that belongs to the action. */
  readonly body: Uint8Array;
}

/** An action that a server offers. */
export interface ActionType {
  /** Name of the action. */
  readonly type: string;
  /** What it does. */
  readonly description: string;
}

/** One message of a handshake, either way. */
export interface HandshakeMessage {
  /** Version of the scheme, 0 where unused. */
  readonly protocolVersion: number;
  /** What the scheme says. */
  readonly payload: Uint8Array;
}

/** User name and password, the payload of a basic handshake. */
export interface BasicAuth {
  /** User name. */
  readonly username: string;
  /** Password. */
  readonly password: string;
}

/** Makes a path descriptor. */
export function pathDescriptor(...path: string[]): FlightDescriptor {
  return { type: "path", path };
}

/** Makes a command descriptor; text is sent as UTF-8. */
export function commandDescriptor(command: string | Uint8Array): FlightDescriptor {
  return {
    type: "command",
    command: typeof command === "string" ? new TextEncoder().encode(command) : command,
  };
}
