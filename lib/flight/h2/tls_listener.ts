/**
 * Listens under TLS, on node:tls. The TLS of Deno itself cannot be told to send small packets at once
 * (no `setNoDelay` on `Deno.TlsConn`): a short call took 44 ms instead of one.
 * @module
 */

import { createServer, type Server } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import type { Listener, OnAccept } from "./listener.ts";
import { TlsBytes } from "./tls_bytes.ts";

const KEEP_ALIVE_MILLIS = 60_000;

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
    const secureContext = createSecureContext(identity);
    const server = createServer((socket) => {
      socket.setNoDelay(true);
      socket.setKeepAlive(true, KEEP_ALIVE_MILLIS);
      const peer = `${socket.remoteAddress ?? ""}:${socket.remotePort ?? ""}`;
      // The handshake runs with the first read.
      const secure = new TLSSocket(socket, {
        isServer: true,
        secureContext,
        ALPNProtocols: ["h2"],
      });
      onAccept(new TlsBytes(secure, socket), peer);
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
