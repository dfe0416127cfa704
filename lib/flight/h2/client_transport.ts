/**
 * The gRPC client transport: the HTTP/2 of the server, from the other side.
 *
 * One connection, made by the first call and again after it broke. It keeps no process from ending while no
 * call is under way, and is closed when none has been for a while.
 * @module
 */

import { GrpcStatus } from "../status.ts";
import type { ClientCall, ClientHandlers, ClientRequest, ClientTransport } from "../transport.ts";
import type { DialedStream } from "./byte_stream.ts";
import { Http2ClientCall } from "./client_call.ts";
import { Connection } from "./connection.ts";
import { encodeHeaders } from "./hpack.ts";

/** What a server gets to answer to a greeting. */
const DIAL_MILLIS = 20_000;
/** A connection without calls is closed: what lies between may forget it, and nobody would know. */
const IDLE_MILLIS = 20_000;

/** Why a connection is not wanted any more. */
const GIVEN_UP = new Error("Nobody waits for the connection");

/** What a client transport works with. */
export interface Http2ClientOptions {
  /** Opens a connection. */
  readonly dial: (signal: AbortSignal) => Promise<DialedStream>;
  /** `HOST:PORT`, for messages. */
  readonly host: string;
  /** `http` or `https`. */
  readonly scheme: string;
  /** Name that the server is asked for by. */
  readonly authority: string;
  /** What the client calls itself. */
  readonly userAgent: string;
  /** Largest message in bytes, either way. */
  readonly maxMessageBytes: number;
}

/** A connection and what carries it. */
interface Link {
  readonly connection: Connection;
  readonly bytes: DialedStream;
}

/** Makes calls over HTTP/2. */
export class Http2ClientTransport implements ClientTransport {
  readonly #options: Http2ClientOptions;
  readonly #calls = new Set<Http2ClientCall>();
  /** Calls without a stream, oldest first. */
  readonly #waiting: Http2ClientCall[] = [];
  #link: Link | undefined;
  #dialing: AbortController | undefined;
  #isDialing = false;
  #isClosed = false;
  #isBusy = true;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param options how to reach the server */
  constructor(options: Http2ClientOptions) {
    this.#options = options;
  }

  start(request: ClientRequest, handlers: ClientHandlers): ClientCall {
    const call = new Http2ClientCall({
      headerBlock: this.#headerBlock(request),
      timeoutMillis: request.timeoutMillis,
      maxMessageBytes: this.#options.maxMessageBytes,
      onOver: (over) => this.#onOver(over),
    }, handlers);
    this.#calls.add(call);
    this.#waiting.push(call);
    this.#goOn();
    return call;
  }

  close(): void {
    this.#isClosed = true;
    this.#dialing?.abort();
    for (const call of [...this.#calls]) call.cancel();
    clearTimeout(this.#idleTimer);
    this.#link?.connection.destroy();
  }

  #headerBlock({ path, headers, timeoutMillis }: ClientRequest): Uint8Array {
    const { scheme, authority, userAgent } = this.#options;
    const fields = new Map<string, string>();
    for (const [name, value] of headers) {
      if (!/^[a-z0-9_.-]+$/.test(name) || !/^[\t\x20-\x7e]*$/.test(value)) {
        throw new TypeError(`Header ${JSON.stringify(name)} cannot be sent: want printable ASCII`);
      }
      fields.set(name, value);
    }
    return encodeHeaders([
      [":method", "POST"],
      [":scheme", scheme],
      [":path", path],
      [":authority", authority],
      ["te", "trailers"],
      ["content-type", "application/grpc"],
      ["user-agent", userAgent],
      ["grpc-accept-encoding", "identity"],
      ...(timeoutMillis === undefined
        ? []
        : [["grpc-timeout", grpcTimeout(timeoutMillis)] as const]),
      ...fields,
    ]);
  }

  /** A connection that nobody waits for any more is given up, as it would keep the process from ending. */
  #onOver(call: Http2ClientCall): void {
    this.#calls.delete(call);
    if (this.#calls.size === 0) this.#dialing?.abort(GIVEN_UP);
  }

  /** Gives streams to calls that wait, as far as there is room for them. */
  #goOn(): void {
    for (;;) {
      while (this.#waiting[0]?.isOver === true) this.#waiting.shift();
      const call = this.#waiting[0];
      if (call === undefined) break;
      const link = this.#link;
      if (link === undefined) {
        void this.#dial();
        break;
      }
      if (!link.connection.hasRoom) break;
      this.#waiting.shift();
      call.attach(link.connection.open());
    }
    this.#mindUse();
  }

  async #dial(): Promise<void> {
    if (this.#isDialing) return;
    this.#isDialing = true;
    try {
      const bytes = await this.#dialed();
      if (this.#isClosed) return bytes.close();
      this.#take(bytes);
    } catch (error) {
      // Calls that came since it was given up get another.
      if (error === GIVEN_UP) return;
      const { message } = error as Error;
      const text = `Connecting to ${this.#options.host} failed: ${message}`;
      for (const call of this.#waiting.splice(0)) call.finish(GrpcStatus.UNAVAILABLE, text);
    } finally {
      this.#isDialing = false;
      this.#goOn();
    }
  }

  async #dialed(): Promise<DialedStream> {
    const limit = new AbortController();
    this.#dialing = limit;
    const timer = setTimeout(() => {
      limit.abort(new Error(`No answer within ${DIAL_MILLIS / 1000} s`));
    }, DIAL_MILLIS);
    try {
      return await this.#options.dial(limit.signal);
    } finally {
      clearTimeout(timer);
      this.#dialing = undefined;
    }
  }

  #take(bytes: DialedStream): void {
    const connection = new Connection(bytes, {
      onRoom: () => this.#goOn(),
      onLeave: () => this.#onLeave(connection),
    });
    this.#link = { connection, bytes };
    this.#isBusy = true;
    const timer = setTimeout(() => {
      if (!connection.hasSpoken) connection.destroy();
    }, DIAL_MILLIS);
    Deno.unrefTimer(timer);
    void connection.run().finally(() => clearTimeout(timer));
  }

  /** Calls that it carries may go on; the next ones get another. */
  #onLeave(connection: Connection): void {
    if (this.#link?.connection !== connection) return;
    this.#link = undefined;
    clearTimeout(this.#idleTimer);
    if (this.#waiting.length > 0) queueMicrotask(() => this.#goOn());
  }

  /** The process may end while no call is under way, and the connection does after a while. */
  #mindUse(): void {
    const link = this.#link;
    if (link === undefined) return;
    const isBusy = link.connection.streamCount > 0;
    if (isBusy === this.#isBusy) return;
    this.#isBusy = isBusy;
    clearTimeout(this.#idleTimer);
    if (isBusy) {
      link.bytes.ref();
      return;
    }
    link.bytes.unref();
    const timer = setTimeout(() => void link.connection.end(), IDLE_MILLIS);
    Deno.unrefTimer(timer);
    this.#idleTimer = timer;
  }
}

/** At most eight digits; a deadline beyond is sent in the next larger unit. */
function grpcTimeout(millis: number): string {
  const whole = Math.max(0, Math.ceil(millis));
  if (whole < 1e8) return `${whole}m`;
  return whole < 1e11 ? `${Math.ceil(whole / 1000)}S` : "99999999H";
}
