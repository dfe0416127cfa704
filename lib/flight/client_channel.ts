/**
 * Raw calls over @grpc/grpc-js: bytes in, bytes out, errors mapped.
 * @module
 */

import { Buffer } from "node:buffer";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
// Types only: grpc-js reads environment variables while it loads, so connect() loads it after
// the permission check.
import type {
  CallOptions as GrpcCallOptions,
  ChannelCredentials,
  Client,
  ClientDuplexStream,
  Metadata,
  ServiceError,
} from "@grpc/grpc-js";
import { CookieJar } from "./cookie_jar.ts";
import { requireClientPermissions } from "./client_permissions.ts";
import { type FlightLocation, grpcTarget, parseFlightLocation } from "./flight_location.ts";
import { SERVICE_PATH } from "./service.ts";
import { FlightError } from "../base/errors.ts";
import { errorOfStatus, GrpcStatus } from "./status.ts";

type GrpcModule = typeof import("@grpc/grpc-js");

/** As on the server: four messages of 2 MiB in flight. */
const WINDOW_BYTES = 8 * 1024 * 1024;
/** Below the minute from which on denoland/deno#36788 aborts the process at the server's GOAWAY. */
const IDLE_TIMEOUT_MILLIS = 20_000;
const MAX_MESSAGE_BYTES = 1024 * 1024 * 1024;

/** grpc-js reports a connection that breaks while a request is written as INTERNAL. */
const BROKEN_CONNECTION =
  /\b(EPIPE|ECONNRESET|ECONNREFUSED|ETIMEDOUT|socket has been ended by the other party)\b/;

/** TLS settings of a client; PEM text. */
export interface FlightClientTls {
  /** Certificates to trust instead of the usual ones. */
  readonly ca?: string;
  /** Own certificate chain, where the server asks for one. */
  readonly cert?: string;
  /** Private key of {@linkcode FlightClientTls.cert}. */
  readonly key?: string;
  /** Name to expect in the server's certificate instead of the host. */
  readonly serverName?: string;
  /** Accepts any certificate, which protects from nobody who can intercept. @default {false} */
  readonly insecureSkipVerify?: boolean;
}

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

/** A two-way stream of grpc-js. */
export type DuplexCall = ClientDuplexStream<Uint8Array, Uint8Array>;

const toBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const asBytes = (bytes: Buffer): Uint8Array => bytes;

/** One channel to one server. */
export class ClientChannel {
  readonly #grpc: GrpcModule;
  readonly #client: Client;
  readonly #options: FlightClientOptions;
  /** What a login gave, by header. */
  #authorization: ReadonlyMap<string, string> = new Map();
  readonly #cookies = new CookieJar();
  /** Calls under way: grpc-js lets them go on when a client is closed. */
  readonly #calls = new Set<WatchedCall>();

  /** Takes ready parts; {@linkcode ClientChannel.open} makes them. */
  constructor(grpc: GrpcModule, client: Client, options: FlightClientOptions) {
    this.#grpc = grpc;
    this.#client = client;
    this.#options = options;
    if (options.token !== undefined) {
      this.#authorization = new Map([["authorization", `Bearer ${options.token}`]]);
    }
  }

  /** Checks permissions, loads grpc-js and makes a channel; the first call connects. */
  static async open(location: string, options: FlightClientOptions): Promise<ClientChannel> {
    const parsed = parseFlightLocation(location);
    if (options.tls !== undefined && !parsed.isTls) {
      throw new TypeError("TLS settings need a grpc+tls:// location");
    }
    await requireClientPermissions(parsed.host);
    const grpc = await import("@grpc/grpc-js");
    const serverName = options.tls?.serverName ?? sniName(parsed);
    const credentials = makeCredentials(grpc, parsed, options.tls);
    const maxBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
    const client = new grpc.Client(grpcTarget(parsed), credentials, {
      // It would be used for 127.0.0.1 as well.
      "grpc.enable_http_proxy": 0,
      "grpc.service_config_disable_resolution": 1,
      "grpc.client_idle_timeout_ms": IDLE_TIMEOUT_MILLIS,
      "grpc.max_receive_message_length": maxBytes,
      "grpc.max_send_message_length": maxBytes,
      "grpc-node.flow_control_window": WINDOW_BYTES,
      // A daemon that restarts is back within a second.
      "grpc.max_reconnect_backoff_ms": 2000,
      "grpc.initial_reconnect_backoff_ms": 100,
      // Else a closed client's connection stays open in a pool of the process.
      "grpc.use_local_subchannel_pool": 1,
      "grpc.default_authority": options.tls?.serverName ?? parsed.host,
      ...(parsed.isTls && { "grpc.ssl_target_name_override": serverName }),
    });
    return new ClientChannel(grpc, client, options);
  }

  #isClosed = false;

  /** Sends these headers in place of the token from now on. */
  authorizeBy(headers: ReadonlyMap<string, string>): void {
    this.#authorization = headers;
  }

  /** One request, one answer. */
  unary(method: string, request: Uint8Array, options: FlightCallOptions): Promise<Uint8Array> {
    options.signal?.throwIfAborted();
    this.#requireOpen();
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        SERVICE_PATH + method,
        toBuffer,
        asBytes,
        request,
        this.#metadata(options),
        this.#callOptions(options),
        (error, response) => {
          unlink();
          if (error !== null) reject(mapError(error, options.signal));
          else resolve(response!);
        },
      );
      this.#watch(call, options);
      const unlink = linkSignal(call, options.signal);
    });
  }

  /** One request, a stream of answers; the call starts with the first read. */
  async *serverStream<T>(
    method: string,
    request: Uint8Array,
    decode: (bytes: Uint8Array) => T,
    options: FlightCallOptions,
  ): AsyncGenerator<T, void, undefined> {
    options.signal?.throwIfAborted();
    this.#requireOpen();
    const call = this.#client.makeServerStreamRequest(
      SERVICE_PATH + method,
      toBuffer,
      asBytes,
      request,
      this.#metadata(options),
      this.#callOptions(options),
    );
    this.#watch(call, options);
    const unlink = linkSignal(call, options.signal);
    try {
      for await (const message of call) yield decode(message as Uint8Array);
    } catch (error) {
      throw mapError(error, options.signal);
    } finally {
      unlink();
      // Does nothing to a call that has ended; one that the reader left must not run on.
      call.cancel();
    }
  }

  /** A stream either way; the call starts at once. */
  duplex(method: string, options: FlightCallOptions): DuplexCall {
    options.signal?.throwIfAborted();
    this.#requireOpen();
    const call = this.#client.makeBidiStreamRequest(
      SERVICE_PATH + method,
      toBuffer,
      asBytes,
      this.#metadata(options),
      this.#callOptions(options),
    );
    this.#watch(call, options);
    return call;
  }

  /** Closes the connection; calls under way are cut. */
  close(): void {
    this.#isClosed = true;
    for (const call of this.#calls) call.cancel();
    this.#client.close();
  }

  /** grpc-js throws a plain error here, which tells callers nothing that they could act on. */
  #requireOpen(): void {
    if (!this.#isClosed) return;
    throw new FlightError("The client was closed", { code: GrpcStatus.UNAVAILABLE });
  }

  #metadata(options: FlightCallOptions): Metadata {
    const metadata = new this.#grpc.Metadata();
    const cookie = this.#cookies.header;
    if (cookie !== undefined) metadata.set("cookie", cookie);
    const own = [this.#options.headers, options.headers].flatMap((each) =>
      Object.entries(each ?? {})
    );
    for (const [name, value] of [...this.#authorization, ...own]) {
      metadata.set(name, name.endsWith("-bin") ? Buffer.from(value, "base64") : value);
    }
    return metadata;
  }

  /** Keeps cookies, tells the caller of headers, those of the status included, and notes the end. */
  #watch(call: WatchedCall, { onHeaders }: FlightCallOptions): void {
    this.#calls.add(call);
    const take = (metadata: Metadata): void => {
      for (const cookie of metadata.get("set-cookie")) this.#cookies.take(cookie.toString());
      if (onHeaders !== undefined) onHeaders(headersOf(metadata));
    };
    call.on("metadata", take);
    call.on("status", ({ metadata }) => {
      this.#calls.delete(call);
      take(metadata);
    });
  }

  #callOptions(options: FlightCallOptions): GrpcCallOptions {
    const millis = options.timeoutMillis ?? this.#options.timeoutMillis;
    return millis === undefined ? {} : { deadline: Date.now() + millis };
  }
}

/** What all calls of grpc-js tell. */
interface WatchedCall {
  cancel(): void;
  on(event: "metadata", listener: (metadata: Metadata) => void): unknown;
  on(event: "status", listener: (status: { readonly metadata: Metadata }) => void): unknown;
}

function headersOf(metadata: Metadata): Map<string, string> {
  const entries = Object.entries(metadata.getMap());
  return new Map(entries.map(([name, value]) => [
    name,
    typeof value === "string" ? value : value.toString("base64"),
  ]));
}

function makeCredentials(
  grpc: GrpcModule,
  location: FlightLocation,
  tls: FlightClientTls = {},
): ChannelCredentials {
  if (!location.isTls) return grpc.credentials.createInsecure();
  const pem = (text: string | undefined): Buffer | null =>
    text === undefined ? null : Buffer.from(text);
  const expected = tls.serverName ?? location.hostname;
  const verify = tls.insecureSkipVerify
    ? { rejectUnauthorized: false, checkServerIdentity: () => undefined }
    : {
      checkServerIdentity: (_name: string, cert: PeerCertificate) =>
        checkServerIdentity(expected, cert),
    };
  return grpc.credentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.cert), verify);
}

/**
 * The name to send in the TLS greeting. Deno 2.9.6 refuses an address there, which grpc-js would
 * put there for a server that is named by one; the certificate is still checked for the address.
 */
function sniName(location: FlightLocation): string {
  const isAddress = location.hostname.includes(":") || /^[\d.]+$/.test(location.hostname);
  return isAddress ? "localhost" : location.hostname;
}

/** Cancels the call with the signal until the returned function is called. */
export function linkSignal(
  call: { cancel(): void },
  signal: AbortSignal | undefined,
): () => void {
  const cancel = (): void => call.cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  return () => signal?.removeEventListener("abort", cancel);
}

/** The error to throw for one of grpc-js: the reason of an aborted signal, else by its status. */
export function mapError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (!isServiceError(error)) return error;
  if (signal?.aborted && error.code === GrpcStatus.CANCELLED) return signal.reason;
  const isCut = error.code === GrpcStatus.INTERNAL && BROKEN_CONNECTION.test(error.details);
  return errorOfStatus(isCut ? GrpcStatus.UNAVAILABLE : error.code, error.details, error);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && typeof (error as Partial<ServiceError>).code === "number" &&
    typeof (error as Partial<ServiceError>).details === "string";
}
