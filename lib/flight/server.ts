/**
 * A Flight server: a {@linkcode FlightService} behind a port.
 * @module
 */

import { type CallRecord, CallRegistry } from "./call_registry.ts";
import { Http2Transport } from "./h2/transport.ts";
import type { Authorize } from "./server_call.ts";
import type { FlightService } from "./service.ts";
import type { ServerTransport } from "./transport.ts";

/** Large enough for any sensible record batch, small enough that a few do not end the process. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;
const MAX_CONNECTIONS = 1024;
const MAX_CONCURRENT_CALLS = 1024;
/** What calls get to send their last words after they were aborted. */
const ABORT_GRACE_MILLIS = 500;

/** What puts and exchanges get to end by themselves when the server stops. */
const STREAM_GRACE_MILLIS = 100;

/** Options of {@linkcode FlightServer.serve}. */
export interface FlightServerOptions {
  /** Interface to listen on. @default {"127.0.0.1"} */
  readonly hostname?: string;
  /** Port to listen on, 0 for any free one. @default {0} */
  readonly port?: number;
  /** Certificate chain and private key in PEM; plain text without. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Largest request message in bytes. @default {268435456} */
  readonly maxMessageBytes?: number;
  /** Largest number of open connections; more are closed at once. @default {1024} */
  readonly maxConnections?: number;
  /** Largest number of calls under way; more get RESOURCE_EXHAUSTED. @default {1024} */
  readonly maxConcurrentCalls?: number;
  /** Checks each call before it starts; what it throws becomes the status. */
  readonly authorize?: Authorize;
  /** Told of each call that has ended; must not throw. */
  readonly onCall?: (record: CallRecord) => void;
}

/** A running Flight server. */
export class FlightServer implements AsyncDisposable {
  /** Where clients reach it: `grpc://HOST:PORT`, `grpc+tls://HOST:PORT` under TLS. */
  readonly location: string;
  /** The port it listens on. */
  readonly port: number;
  readonly #transport: ServerTransport;
  readonly #calls: CallRegistry;
  #shutdown: Promise<void> | undefined;

  /**
   * Takes ready parts; {@linkcode FlightServer.serve} makes them.
   *
   * @param transport listens
   * @param calls what the transport hands its calls to
   * @param address scheme and host of the location
   */
  constructor(transport: ServerTransport, calls: CallRegistry, address: string) {
    this.#transport = transport;
    this.#calls = calls;
    this.port = transport.port;
    this.location = `${address}:${transport.port}`;
  }

  /**
   * Starts a server.
   *
   * @param service answers the calls
   * @param options address, TLS, limits and hooks
   * @returns the server, listening
   * @throws {DaemonError} where the address cannot be had
   *
   * @example
   * ```ts
   * import { strictEqual as equal } from "node:assert/strict";
   * import { FlightServer } from "./server.ts";
   *
   * await using server = await FlightServer.serve({
   *   async *doAction(action) {
   *     yield action.body;
   *   },
   * });
   * equal(server.location, `grpc://127.0.0.1:${server.port}`);
   * ```
   */
  static async serve(
    service: FlightService,
    options: FlightServerOptions = {},
  ): Promise<FlightServer> {
    const hostname = options.hostname ?? "127.0.0.1";
    const calls = new CallRegistry(service, {
      maxConcurrentCalls: options.maxConcurrentCalls ?? MAX_CONCURRENT_CALLS,
      ...(options.authorize && { authorize: options.authorize }),
      ...(options.onCall && { onCall: options.onCall }),
    });
    const transport = await Http2Transport.listen({
      hostname,
      port: options.port ?? 0,
      maxMessageBytes: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
      maxConnections: options.maxConnections ?? MAX_CONNECTIONS,
      ...(options.tls && { tls: options.tls }),
    }, calls);
    const host = hostname.includes(":") ? `[${hostname}]` : hostname;
    const scheme = options.tls === undefined ? "grpc" : "grpc+tls";
    return new FlightServer(transport, calls, `${scheme}://${host}`);
  }

  /** Number of calls under way. */
  get activeCalls(): number {
    return this.#calls.size;
  }

  /**
   * Stops: refuses new calls, waits for the calls under way and aborts
   * those that are left.
   *
   * @param graceMillis how long calls may go on
   * @returns resolved when all connections are closed
   */
  shutdown(graceMillis: number = 0): Promise<void> {
    this.#shutdown ??= this.#stop(graceMillis);
    return this.#shutdown;
  }

  /** Stops at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#calls.abortAll();
    await this.shutdown(0);
  }

  async #stop(graceMillis: number): Promise<void> {
    const endMillis = performance.now() + graceMillis;
    this.#calls.refuse();
    this.#transport.stopListening();
    if (!await this.#calls.idleWithin(Math.min(graceMillis, STREAM_GRACE_MILLIS))) {
      this.#calls.abortStreams();
    }
    if (!await this.#calls.idleWithin(Math.max(0, endMillis - performance.now()))) {
      this.#calls.abortAll();
      await this.#calls.idleWithin(ABORT_GRACE_MILLIS);
    }
    // The handlers are done, but their last bytes may still wait for slow readers.
    await this.#transport.drained(Math.max(endMillis - performance.now(), ABORT_GRACE_MILLIS));
    await this.#transport.close();
  }
}
