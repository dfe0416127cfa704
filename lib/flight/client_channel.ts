/**
 * Raw calls over a transport: bytes in, bytes out, headers added, errors mapped.
 * @module
 */

import { FlightError } from "../base/errors.ts";
import { VERSION } from "../base/version.ts";
import { requireClientPermissions } from "./client_permissions.ts";
import type { FlightClientTls } from "./client_tls.ts";
import { CookieJar } from "./cookie_jar.ts";
import { parseFlightLocation } from "./flight_location.ts";
import { withHeadroom } from "./grpc_frames.ts";
import { Http2ClientTransport } from "./h2/client_transport.ts";
import { dial } from "./h2/dial.ts";
import { MessageQueue } from "./message_queue.ts";
import { SERVICE_PATH } from "./service.ts";
import { type CallStatus, errorOfStatus, GrpcStatus } from "./status.ts";
import type { ClientCall, ClientTransport } from "./transport.ts";

export type { FlightClientTls } from "./client_tls.ts";

const MAX_MESSAGE_BYTES = 1024 * 1024 * 1024;
/** Bytes of unread answers from which on the server is made to wait. */
const ANSWER_BUFFER_BYTES = 8 * 1024 * 1024;
/** What an empty answer weighs, so that a flood of them is bounded too. */
const ANSWER_OVERHEAD_BYTES = 64;
/** Headers of each call that the transport keeps for itself. */
const OF_TRANSPORT: ReadonlySet<string> = new Set(["grpc-status", "grpc-message"]);

/** Options of a connection. */
export interface FlightClientOptions {
  /** Bearer token sent with every call. */
  readonly token?: string;
  /** TLS settings, for `grpc+tls://` only. */
  readonly tls?: FlightClientTls;
  /** Headers sent with every call; values of `-bin` headers in base64. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Deadline of each call that sets none. */
  readonly timeoutMillis?: number;
  /** Largest message in bytes, either way. @default {1073741824} */
  readonly maxMessageBytes?: number;
}

/** Options of a call. */
export interface FlightCallOptions {
  /** Cancels the call; it then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Deadline from the start of the call. */
  readonly timeoutMillis?: number;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Told of the headers that the server sends before its answer, and of those that it sends with its
   * status; values of `-bin` headers in base64.
   */
  readonly onHeaders?: (headers: ReadonlyMap<string, string>) => void;
}

/** Told of what comes of a call. */
export interface CallSink {
  /** An answer came. */
  onMessage(message: Uint8Array): void;
  /** The call is over, by an error or in good order. */
  onEnd(end: { readonly error?: unknown }): void;
}

/** One channel to one server. */
export class ClientChannel {
  readonly #transport: ClientTransport;
  readonly #options: FlightClientOptions;
  /** What a login gave, by header. */
  #authorization: ReadonlyMap<string, string> = new Map();
  readonly #cookies = new CookieJar();
  #isClosed = false;

  /** Takes ready parts; {@linkcode ClientChannel.open} makes them. */
  constructor(transport: ClientTransport, options: FlightClientOptions) {
    this.#transport = transport;
    this.#options = options;
    if (options.token !== undefined) {
      this.#authorization = new Map([["authorization", `Bearer ${options.token}`]]);
    }
  }

  /** Checks permissions and makes a channel; the first call connects. */
  static async open(location: string, options: FlightClientOptions): Promise<ClientChannel> {
    const parsed = parseFlightLocation(location);
    if (options.tls !== undefined && !parsed.isTls) {
      throw new TypeError("TLS settings need a grpc+tls:// location");
    }
    await requireClientPermissions(parsed.host);
    const transport = new Http2ClientTransport({
      dial: (signal) => dial(parsed, options.tls, signal),
      host: parsed.host,
      scheme: parsed.isTls ? "https" : "http",
      authority: options.tls?.serverName ?? parsed.host,
      userAgent: `litmus-sdk/${VERSION}`,
      maxMessageBytes: options.maxMessageBytes ?? MAX_MESSAGE_BYTES,
    });
    return new ClientChannel(transport, options);
  }

  /** Sends these headers in place of the token from now on. */
  authorizeBy(headers: ReadonlyMap<string, string>): void {
    this.#authorization = headers;
  }

  /** One request, one answer. */
  async unary(
    method: string,
    request: Uint8Array,
    options: FlightCallOptions,
  ): Promise<Uint8Array> {
    let only: Uint8Array | undefined;
    // To the end: the status comes behind the answer.
    for await (const answer of this.serverStream(method, request, (bytes) => bytes, options)) {
      only ??= answer;
    }
    if (only !== undefined) return only;
    throw new FlightError(`The server has not answered ${method}`, { code: GrpcStatus.INTERNAL });
  }

  /** One request, a stream of answers; the call starts with the first read. */
  async *serverStream<T>(
    method: string,
    request: Uint8Array,
    decode: (bytes: Uint8Array) => T,
    options: FlightCallOptions,
  ): AsyncGenerator<T, void, undefined> {
    const queue: MessageQueue<Uint8Array> = answerQueue(() => call);
    const call = this.duplex(method, options, {
      onMessage: (message) => queue.push(message),
      onEnd: (end) => "error" in end ? queue.fail(end.error) : queue.end(),
    });
    try {
      void call.send(withHeadroom(request));
      call.end();
      for await (const message of queue) yield decode(message);
    } finally {
      // Does nothing to a call that has ended; one that the reader left must not run on.
      call.cancel();
    }
  }

  /** A stream either way; the call starts at once. */
  duplex(method: string, options: FlightCallOptions, sink: CallSink): ClientCall {
    const { signal, onHeaders } = options;
    signal?.throwIfAborted();
    if (this.#isClosed) {
      throw new FlightError("The client was closed", { code: GrpcStatus.UNAVAILABLE });
    }
    const timeoutMillis = options.timeoutMillis ?? this.#options.timeoutMillis;
    let thrown: { readonly error: unknown } | undefined;
    const request = { path: SERVICE_PATH + method, headers: this.#headers(options), timeoutMillis };
    const call = this.#transport.start(request, {
      onHeaders: (fields) => {
        for (const [name, value] of fields) if (name === "set-cookie") this.#cookies.take(value);
        try {
          onHeaders?.(headersOf(fields));
        } catch (error) {
          thrown = { error }; // of the caller's own: no other call has to do with it
          call.cancel();
        }
      },
      onMessage: (message) => sink.onMessage(message),
      onEnd: (status) => {
        signal?.removeEventListener("abort", cancel);
        sink.onEnd(thrown ?? endOf(status, signal));
      },
    });
    const cancel = (): void => call.cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    return call;
  }

  /** Closes the connection; calls under way are cut. */
  close(): void {
    this.#isClosed = true;
    this.#transport.close();
  }

  #headers(options: FlightCallOptions): Map<string, string> {
    const headers = new Map<string, string>();
    const cookie = this.#cookies.header;
    if (cookie !== undefined) headers.set("cookie", cookie);
    const own = [this.#options.headers, options.headers].flatMap((each) =>
      Object.entries(each ?? {})
    );
    for (const [name, value] of [...this.#authorization, ...own]) {
      headers.set(name.toLowerCase(), value);
    }
    return headers;
  }
}

/** A queue for the answers of a call, which makes its server wait. */
export function answerQueue(call: () => ClientCall): MessageQueue<Uint8Array> {
  return new MessageQueue<Uint8Array>({
    weigh: (message) => message.length + ANSWER_OVERHEAD_BYTES,
    highWater: ANSWER_BUFFER_BYTES,
    pause: () => call().pause(),
    resume: () => call().resume(),
  });
}

function headersOf(fields: Iterable<readonly [string, string]>): Map<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of fields) {
    if (OF_TRANSPORT.has(name)) continue;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

/** How a call ended: an error is the reason of an aborted signal, else by the status. */
function endOf(
  { code, message }: CallStatus,
  signal: AbortSignal | undefined,
): { readonly error?: unknown } {
  if (code === GrpcStatus.OK) return {};
  if (signal?.aborted === true && code === GrpcStatus.CANCELLED) return { error: signal.reason };
  return { error: errorOfStatus(code, message) };
}
