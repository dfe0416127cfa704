/** The bytes of a connection, whatever carries them. @module */

/** The bytes of a connection, in plain text or TLS. */
export interface ByteStream {
  /** Reads some bytes. @returns how many, or null at the end */
  read(target: Uint8Array): Promise<number | null>;
  /** Writes some of the bytes. @returns how many */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends the outgoing side. */
  closeWrite(): Promise<void>;
  /** Ends both sides at once. */
  close(): void;
}

/** A connection that a client has opened. */
export interface DialedStream extends ByteStream {
  /** Keeps the process from ending while it is open. */
  ref(): void;
  /** Lets the process end although it is open. */
  unref(): void;
}
