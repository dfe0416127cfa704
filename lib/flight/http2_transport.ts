/**
 * The gRPC server transport on node:http2.
 *
 * Not on grpc-js, whose servers have fixed 64 KiB flow-control windows (grpc/grpc-node#3058) and
 * copy every message: measured at half the throughput. Its TLS server also does not work on
 * Deno 2.9.6, where `createSecureServer` of node:http2 does.
 * @module
 */

import { setImmediate } from "node:timers";
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Socket } from "node:net";
import { DaemonError } from "../base/errors.ts";
import { ConnectionGate, peerOf } from "./connection_gate.ts";
import { Http2Call } from "./http2_call.ts";
import type { ServerTransport, TransportHandlers, TransportOptions } from "./transport.ts";

/** What one stream may send ahead of its reader: four messages of 2 MiB. */
const STREAM_WINDOW_BYTES = 8 * 1024 * 1024;
/** What all streams of a connection may send ahead, which bounds memory per connection. */
const CONNECTION_WINDOW_BYTES = 32 * 1024 * 1024;
/** A connection that has not spoken HTTP/2 by then is closed. */
const PREFACE_TIMEOUT_MILLIS = 10_000;
const SWEEP_INTERVAL_MILLIS = 1000;
/**
 * A connection whose unsent bytes pass this is closed. Calls stop far below it; what can pass it
 * are answers to a flood of pings from a client that never reads.
 */
const MAX_UNSENT_BYTES = 1024 * 1024 * 1024;
const KEEP_ALIVE_MILLIS = 60_000;

const SETTINGS = {
  // A put of 2 MiB messages: 1.2 GB/s with frames of the usual 16 KiB, 1.9 GB/s with these.
  maxFrameSize: 1024 * 1024,
  initialWindowSize: STREAM_WINDOW_BYTES,
  maxConcurrentStreams: 1000,
  maxHeaderListSize: 64 * 1024,
};

/** A gRPC transport that listens on HTTP/2, in plain text or TLS. */
export class Http2Transport implements ServerTransport {
  readonly #server: Http2Server | Http2SecureServer;
  readonly #options: TransportOptions;
  readonly #handlers: TransportHandlers;
  readonly #sockets = new Set<Socket>();
  /** Time of arrival of connections that have not spoken HTTP/2 yet, by peer. */
  readonly #silent = new Map<string, { readonly socket: Socket; readonly since: number }>();
  /** By session, on its real socket: `session.socket` is a proxy that throws after the end. */
  readonly #sessions = new Map<ServerHttp2Session, ConnectionGate>();
  /** Sockets by peer that speak, under TLS those of the inner side. */
  readonly #speakers = new Map<string, Socket>();
  readonly #sweeper: ReturnType<typeof setInterval>;
  #port = 0;

  /** @param options address, TLS and limits; see {@linkcode Http2Transport.listen} */
  constructor(options: TransportOptions, handlers: TransportHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#server = options.tls === undefined
      ? createServer({ settings: SETTINGS })
      : createSecureServer({ ...options.tls, settings: SETTINGS, allowHTTP1: false });
    // Ahead of node:http2's own listener, which makes a session of the socket at once.
    this.#server.prependListener("connection", (socket: Socket) => this.#onConnection(socket));
    this.#server.prependListener("secureConnection", (socket: Socket) => {
      this.#speakers.set(peerOf(socket), socket);
    });
    this.#server.on("session", (session: ServerHttp2Session) => this.#onSession(session));
    this.#server.on(
      "stream",
      (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => this.#onStream(stream, headers),
    );
    // Garbage instead of a TLS or HTTP/2 greeting: that one connection closes, nothing else.
    for (const event of ["sessionError", "tlsClientError", "clientError"]) {
      this.#server.on(event, (_error: unknown, source: { destroy(): void }) => source?.destroy());
    }
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_INTERVAL_MILLIS);
  }

  /**
   * Starts to listen.
   *
   * @param options address, TLS and limits
   * @param handlers called for each call
   * @returns the listening transport
   * @throws {DaemonError} where the address cannot be had
   */
  static async listen(
    options: TransportOptions,
    handlers: TransportHandlers,
  ): Promise<Http2Transport> {
    const transport = new Http2Transport(options, handlers);
    try {
      await transport.#listen();
    } catch (error) {
      clearInterval(transport.#sweeper);
      throw error;
    }
    return transport;
  }

  get port(): number {
    return this.#port;
  }

  goAway(): void {
    this.#server.close();
    for (const session of this.#sessions.keys()) session.close();
    for (const { socket } of this.#silent.values()) socket.destroy();
  }

  async drained(millis: number): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), millis);
    });
    const closed = this.#allClosed().then(() => true);
    return await Promise.race([closed, timeout]).finally(() => clearTimeout(timer));
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    const closed = this.#allClosed();
    this.#server.close();
    for (const session of this.#sessions.keys()) session.destroy();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #allClosed(): Promise<void> {
    await Promise.all(
      [...this.#sockets].map((socket) =>
        new Promise<void>((resolve) => socket.once("close", () => resolve()))
      ),
    );
  }

  #listen(): Promise<void> {
    const { hostname, port } = this.#options;
    return new Promise((resolve, reject) => {
      const refuse = (cause: Error): void => {
        reject(
          new DaemonError(`Listening on ${hostname}:${port} failed: ${cause.message}`, { cause }),
        );
      };
      this.#server.once("error", refuse);
      this.#server.listen(port, hostname, () => {
        this.#server.off("error", refuse);
        const address = this.#server.address();
        if (address !== null && typeof address === "object") this.#port = address.port;
        resolve();
      });
    });
  }

  #onConnection(socket: Socket): void {
    if (this.#sockets.size >= this.#options.maxConnections) {
      socket.destroy();
      return;
    }
    const peer = peerOf(socket);
    this.#sockets.add(socket);
    this.#speakers.set(peer, socket);
    this.#silent.set(peer, { socket, since: Date.now() });
    // Without it an answer smaller than a packet waits for the acknowledgement of the one before.
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MILLIS);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#speakers.delete(peer);
      this.#silent.delete(peer);
    });
  }

  #onSession(session: ServerHttp2Session): void {
    const peer = peerOf(session.socket);
    const socket = this.#speakers.get(peer);
    if (socket === undefined) {
      session.destroy();
      return;
    }
    closeLater(session);
    this.#sessions.set(session, new ConnectionGate(socket));
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    session.once("remoteSettings", () => this.#silent.delete(peer));
    session.on("close", () => this.#sessions.delete(session));
    // A protocol error ends this session only; its streams close, and with them their calls.
    session.on("error", () => session.destroy());
  }

  #onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const session = stream.session as ServerHttp2Session | undefined;
    const gate = session && this.#sessions.get(session);
    // The session may have ended between the arrival of the stream and this event.
    if (gate === undefined) {
      stream.destroy();
      return;
    }
    const refusal = refusalOf(headers);
    if (refusal === undefined) {
      const { maxMessageBytes } = this.#options;
      this.#handlers.onCall(new Http2Call(stream, headers, { gate, maxMessageBytes }));
      return;
    }
    stream.on("error", () => stream.destroy());
    stream.respond({ ":status": refusal }, { endStream: true });
    stream.resume();
  }

  #sweep(): void {
    const oldest = Date.now() - PREFACE_TIMEOUT_MILLIS;
    for (const { socket, since } of this.#silent.values()) {
      if (since < oldest) socket.destroy();
    }
    for (const gate of this.#sessions.values()) {
      if (gate.unsentBytes > MAX_UNSENT_BYTES) gate.destroy();
    }
  }
}

/** The HTTP status for what is not a gRPC request. */
function refusalOf(headers: IncomingHttpHeaders): number | undefined {
  if (headers[":method"] !== "POST") return 405;
  const type = headers["content-type"] ?? "";
  return /^application\/grpc(\+proto)?( *;.*)?$/.test(type) ? undefined : 415;
}

/**
 * Puts `close()` off by a turn of the event loop. On a client's GOAWAY, Deno 2.9.6 closes the session from
 * inside nghttp2's reading of that very frame, and the process aborts (denoland/deno#36788).
 */
function closeLater(session: ServerHttp2Session): void {
  const close = session.close.bind(session);
  session.close = () => void setImmediate(close);
}
