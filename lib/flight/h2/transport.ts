/**
 * The gRPC server transport: HTTP/2 of its own on the sockets of Deno.
 *
 * Not on grpc-js, whose servers have fixed 64 KiB flow-control windows (grpc/grpc-node#3058) and do not
 * work under TLS on Deno 2.9.6. Not on node:http2, which copies each byte three to four times there.
 * @module
 */

import { DaemonError } from "../../base/errors.ts";
import type { ServerTransport, TransportHandlers, TransportOptions } from "../transport.ts";
import { Http2Call } from "./call.ts";
import type { ByteStream } from "./byte_stream.ts";
import { Connection } from "./connection.ts";
import { ErrorCode } from "./frames.ts";
import { encodeHeaders, type HeaderField } from "./hpack.ts";
import { type RequestHeaders, toRequestHeaders } from "./request_headers.ts";
import type { Listener, OnAccept } from "./listener.ts";
import { PlainListener } from "./plain_listener.ts";
import type { Http2Stream } from "./stream.ts";
import { TlsListener } from "./tls_listener.ts";

/** A connection that has not spoken HTTP/2 by then is closed. */
const PREFACE_TIMEOUT_MILLIS = 10_000;
/** How often it is looked whether all bytes have gone. */
const DRAIN_POLL_MILLIS = 5;

/** A gRPC transport that listens on HTTP/2, in plain text or TLS. */
export class Http2Transport implements ServerTransport {
  readonly #options: TransportOptions;
  readonly #handlers: TransportHandlers;
  readonly #connections = new Map<Connection, Promise<void>>();
  #listener: Listener | undefined;
  #isStopped = false;

  /** @param options address, TLS and limits; see {@linkcode Http2Transport.listen} */
  constructor(options: TransportOptions, handlers: TransportHandlers) {
    this.#options = options;
    this.#handlers = handlers;
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
    await transport.#listen();
    return transport;
  }

  get port(): number {
    return this.#listener?.port ?? 0;
  }

  stopListening(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#listener?.close();
    for (const connection of this.#connections.keys()) {
      if (!connection.hasSpoken) connection.destroy();
    }
  }

  async drained(millis: number): Promise<boolean> {
    const deadline = performance.now() + millis;
    const isSent = (): boolean => [...this.#connections.keys()].every(({ isSent }) => isSent);
    while (!isSent()) {
      if (performance.now() >= deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MILLIS));
    }
    return true;
  }

  async close(): Promise<void> {
    this.stopListening();
    // Without GOAWAY, which ends clients on node:http2 under Deno 2.9.6 (denoland/deno#36788): the end of the
    // connection says the same.
    for (const connection of this.#connections.keys()) void connection.end();
    await Promise.all(this.#connections.values());
  }

  async #listen(): Promise<void> {
    const { hostname, port, tls } = this.#options;
    const onAccept: OnAccept = (bytes, peer) => this.#onAccept(bytes, peer);
    try {
      this.#listener = tls === undefined
        ? new PlainListener(Deno.listen({ hostname, port }), onAccept)
        : await TlsListener.listen({ hostname, port, ...tls }, onAccept);
    } catch (cause) {
      const { message } = cause as Error;
      throw new DaemonError(`Listening on ${hostname}:${port} failed: ${message}`, { cause });
    }
  }

  #onAccept(bytes: ByteStream, peer: string): void {
    if (this.#isStopped || this.#connections.size >= this.#options.maxConnections) {
      bytes.close();
      return;
    }
    const connection = new Connection(bytes, (stream, fields) => {
      this.#onRequest(connection, peer, stream, fields);
    });
    const timer = setTimeout(() => {
      if (!connection.hasSpoken) connection.destroy();
    }, PREFACE_TIMEOUT_MILLIS);
    const over = connection.run().finally(() => {
      clearTimeout(timer);
      this.#connections.delete(connection);
    });
    this.#connections.set(connection, over);
  }

  #onRequest(
    { pending }: Connection,
    peer: string,
    stream: Http2Stream,
    fields: readonly HeaderField[] | undefined,
  ): void {
    if (fields === undefined) return refuse(stream, 431);
    const headers = toRequestHeaders(fields);
    if (headers === undefined) return stream.reset(ErrorCode.PROTOCOL_ERROR);
    const refusal = refusalOf(headers);
    if (refusal !== undefined) return refuse(stream, refusal);
    const { maxMessageBytes } = this.#options;
    this.#handlers.onCall(new Http2Call(stream, headers, { peer, pending, maxMessageBytes }));
  }
}

/** The HTTP status for what is not a gRPC request. */
function refusalOf({ method, fields }: RequestHeaders): number | undefined {
  if (method !== "POST") return 405;
  const type = fields.get("content-type") ?? "";
  return /^application\/grpc(\+proto)?( *;.*)?$/.test(type) ? undefined : 415;
}

function refuse(stream: Http2Stream, status: number): void {
  stream.sendHeaders(encodeHeaders([[":status", String(status)]]), true);
}
