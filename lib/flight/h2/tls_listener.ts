/**
 * Listens under TLS, on node:tls. The TLS of Deno itself cannot be told to send small packets at once
 * (no `setNoDelay` on `Deno.TlsConn`): a short call took 44 ms instead of one.
 * @module
 */

import { Buffer } from "node:buffer";
import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import type { ByteStream } from "./connection.ts";
import type { Listener, OnAccept } from "./listener.ts";

const KEEP_ALIVE_MILLIS = 60_000;

type SecureContext = ReturnType<typeof createSecureContext>;

/** Where to listen, and as whom. */
export interface TlsListenerOptions {
  /** Interface to listen on. */
  readonly hostname: string;
  /** Port to listen on, 0 for any free one. */
  readonly port: number;
  /** Certificate chain in PEM. */
  readonly cert: string;
  /** Private key in PEM. */
  readonly key: string;
}

/** Listens under TLS. */
export class TlsListener implements Listener {
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** Starts to listen. @param onAccept must not throw */
  static listen(
    { hostname, port, ...identity }: TlsListenerOptions,
    onAccept: OnAccept,
  ): Promise<TlsListener> {
    const context = createSecureContext(identity);
    const server = createServer((socket) => {
      socket.setNoDelay(true);
      socket.setKeepAlive(true, KEEP_ALIVE_MILLIS);
      const peer = `${socket.remoteAddress ?? ""}:${socket.remotePort ?? ""}`;
      onAccept(new TlsBytes(socket, context), peer);
    });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, hostname, () => {
        server.off("error", reject);
        const address = server.address();
        const found = address !== null && typeof address === "object" ? address.port : port;
        resolve(new TlsListener(server, found));
      });
    });
  }

  close(): void {
    this.#server.close();
  }
}

/** The server's side of a TLS connection; the handshake runs with the first read. */
class TlsBytes implements ByteStream {
  readonly #socket: TLSSocket;
  #wake: () => void = () => {};

  /** @param socket an accepted connection that has sent nothing yet */
  constructor(socket: Socket, secureContext: SecureContext) {
    this.#socket = new TLSSocket(socket, {
      isServer: true,
      secureContext,
      ALPNProtocols: ["h2"],
    });
    // Garbage instead of a greeting ends this connection, nothing else.
    for (const each of [socket, this.#socket]) each.on("error", () => this.close());
    for (const event of ["readable", "end", "close"]) this.#socket.on(event, () => this.#wake());
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
}
