/** Listens in plain text. @module */

import type { Listener, OnAccept } from "./listener.ts";

/** How long no connection is taken after one could not be, for want of file handles. */
const ACCEPT_RETRY_MILLIS = 100;

/** Listens on the sockets of Deno, which read and write without a copy. */
export class PlainListener implements Listener {
  readonly #listener: Deno.TcpListener;
  readonly #onAccept: OnAccept;
  #isClosed = false;

  /** @param onAccept must not throw */
  constructor(listener: Deno.TcpListener, onAccept: OnAccept) {
    this.#listener = listener;
    this.#onAccept = onAccept;
    void this.#acceptAll();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener.close();
  }

  async #acceptAll(): Promise<void> {
    while (!this.#isClosed) {
      try {
        this.#accept(await this.#listener.accept());
      } catch {
        if (this.#isClosed) return;
        // The client has left already, or the process is out of handles.
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_RETRY_MILLIS));
      }
    }
  }

  #accept(socket: Deno.TcpConn): void {
    // Without it an answer smaller than a packet waits for the acknowledgement of the one before.
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    const { hostname, port } = socket.remoteAddr;
    this.#onAccept(socket, `${hostname}:${port}`);
  }
}
