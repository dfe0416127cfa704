/** The bytes of a TLS connection of node:tls, of either side. @module */

import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { DialedStream } from "./byte_stream.ts";

/** Reads and writes what TLS carries. */
export class TlsBytes implements DialedStream {
  readonly #socket: TLSSocket;
  #wake: () => void = () => {};

  /** @param carrier the socket below, where it is one of its own */
  constructor(socket: TLSSocket, carrier?: Socket) {
    this.#socket = socket;
    // Garbage instead of a greeting ends this connection, nothing else.
    for (const each of [carrier, socket]) each?.on("error", () => this.close());
    for (const event of ["readable", "end", "close"]) socket.on(event, () => this.#wake());
  }

  async read(target: Uint8Array): Promise<number | null> {
    for (;;) {
      if (this.#socket.destroyed) return null;
      const waiting = this.#socket.readableLength;
      const chunk: Uint8Array | null = this.#socket.read(
        Math.min(waiting, target.length) || undefined,
      );
      if (chunk !== null) {
        target.set(chunk);
        return chunk.length;
      }
      if (this.#socket.readableEnded) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      this.#socket.write(view, (error) => error ? reject(error) : resolve(bytes.length));
    });
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve) => this.#socket.end(resolve));
  }

  close(): void {
    this.#socket.destroy();
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }
}
