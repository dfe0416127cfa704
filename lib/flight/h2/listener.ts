/** What a transport needs of the sockets. @module */

import type { ByteStream } from "./byte_stream.ts";

/** Told of each connection, and of the `ADDRESS:PORT` of its client. */
export type OnAccept = (bytes: ByteStream, peer: string) => void;

/** Where connections come from. */
export interface Listener {
  /** The port it listens on. */
  readonly port: number;
  /** Takes no more connections. */
  close(): void;
}
