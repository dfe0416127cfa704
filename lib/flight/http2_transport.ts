/**
 * The gRPC server transport on node:http2.
 *
 * Not on grpc-js, whose servers have fixed 64 KiB flow-control windows (grpc/grpc-node#3058) and
 * copy every message: measured at half the throughput. Its TLS server also does not work on
 * Deno 2.9.6, where `createSecureServer` of node:http2 does.
 * @module
 */

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

/** How often it is looked whether all bytes have gone. */
const DRAIN_POLL_MILLIS = 5;
/** Time for clients to see the end of their connection before it is cut. */
const CLOSE_MILLIS = 100;

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

  stopListening(): void {
    this.#server.close();
    for (const { socket } of this.#silent.values()) socket.destroy();
  }

  async drained(millis: number): Promise<boolean> {
    const deadline = performance.now() + millis;
    const isSent = (): boolean => [...this.#sessions.values()].every(({ isSent }) => isSent);
    while (!isSent()) {
      if (performance.now() >= deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MILLIS));
    }
    return true;
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    const closed = this.#allClosed();
    this.#server.close();
    // The sockets, never the sessions: see sayNoGoodbye().
    for (const socket of this.#sockets) socket.end();
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, CLOSE_MILLIS);
    await closed;
    clearTimeout(timer);
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
    sayNoGoodbye(session);
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
 * Keeps a session from sending GOAWAY. In Deno 2.9.6 that frame ends processes on either side: ours where a
 * client's own GOAWAY is still being read, a client's (grpc-js on Deno) where several of its streams are
 * open (denoland/deno#36788). A client that says goodbye closes its connection by itself, and when we leave
 * the end of the connection says the same.
 */
function sayNoGoodbye(session: ServerHttp2Session): void {
  session.close = () => {};
}
