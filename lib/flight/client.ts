/**
 * A Flight client for any server.
 * @module
 */

import { QueryResult, type ResultMessage } from "../arrow/query_result.ts";
import { FlightError } from "../base/errors.ts";
import { basicHandshake } from "./basic_handshake.ts";
import {
  type CallSink,
  ClientChannel,
  type FlightCallOptions,
  type FlightClientOptions,
} from "./client_channel.ts";
import {
  type CancelStatus,
  type CloseSessionStatus,
  decodeCancelFlightInfoResult,
  decodeCloseSessionResult,
  decodeGetSessionOptionsResult,
  decodeSetSessionOptionsResult,
  encodeCancelFlightInfoRequest,
  encodeRenewFlightEndpointRequest,
  encodeSetSessionOptionsRequest,
  FLIGHT_ACTION_TYPES,
  type SessionOptionError,
  type SessionOptionValue,
} from "./flight_actions.ts";
import { decodeFlightData } from "./flight_data.ts";
import { FlightWriter } from "./flight_writer.ts";
import {
  decodeActionType,
  decodeFlightEndpoint,
  decodeFlightInfo,
  decodePollInfo,
  decodePutResult,
  decodeResult,
  decodeSchemaResult,
  encodeAction,
  encodeCriteria,
  encodeFlightDescriptor,
  encodeTicket,
} from "./message_codec.ts";
import type {
  ActionType,
  FlightDescriptor,
  FlightEndpoint,
  FlightInfo,
  PollInfo,
} from "./messages.ts";
import type { FlightDataMessage } from "./service.ts";
import { GrpcStatus, sqlErrorOf } from "./status.ts";
import type { ClientCall } from "./transport.ts";

/** The location by which a server says: on the connection that you have. */
const REUSE_CONNECTION = "arrow-flight-reuse-connection:";
const EMPTY = new Uint8Array(0);

const toBytes = (value: string | Uint8Array): Uint8Array =>
  typeof value === "string" ? new TextEncoder().encode(value) : value;

/** Typed arrays can view a body only where it starts at a multiple of eight. */
function decodeAligned(bytes: Uint8Array): FlightDataMessage {
  const message = decodeFlightData(bytes);
  return message.body.byteOffset % 8 === 0
    ? message
    : { ...message, body: new Uint8Array(message.body) };
}

/** The metadata flatbuffer of an encapsulated IPC message: behind its length, and a marker. */
function unwrapIpc(message: Uint8Array): Uint8Array {
  if (message.length < 8) return EMPTY;
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  const start = view.getUint32(0, true) === 0xffffffff ? 8 : 4;
  return message.subarray(start, start + view.getUint32(start - 4, true));
}

/** A connection to a Flight server. Calls made at the same time share it. */
export class FlightClient implements AsyncDisposable {
  /** The location that was asked for. */
  readonly location: string;
  readonly #channel: ClientChannel;

  /**
   * Takes ready parts; {@linkcode FlightClient.connect} makes them.
   *
   * @param location where the server is
   * @param channel makes the calls
   */
  constructor(location: string, channel: ClientChannel) {
    this.location = location;
    this.#channel = channel;
  }

  /**
   * Makes a client. The connection itself is made by the first call, and again after it broke.
   *
   * @param location `grpc://HOST:PORT`, `grpc+tcp://HOST:PORT` or `grpc+tls://HOST:PORT`
   * @param options token, TLS, headers and limits
   * @returns the client
   * @throws {TypeError} for a malformed location
   * @throws {PermissionError} where Deno does not allow the connection
   *
   * @example
   * ```ts
   * import { deepStrictEqual as deepEqual } from "node:assert/strict";
   * import { FlightClient } from "./client.ts";
   * import { FlightServer } from "./server.ts";
   *
   * await using server = await FlightServer.serve({
   *   async *listActions() {
   *     yield { type: "health", description: "Says whether the server is well" };
   *   },
   * });
   * await using client = await FlightClient.connect(server.location);
   * const types = (await Array.fromAsync(client.listActions())).map((action) => action.type);
   * deepEqual(types, ["health"]);
   * ```
   */
  static async connect(location: string, options: FlightClientOptions = {}): Promise<FlightClient> {
    return new FlightClient(location, await ClientChannel.open(location, options));
  }

  /**
   * Runs a SQL query by Flight SQL.
   *
   * @param text one statement
   * @param options signal, deadline and headers
   * @returns the result as it arrives
   * @throws {SqlError} where the server refuses the statement
   */
  async sql(text: string, options: FlightCallOptions = {}): Promise<QueryResult> {
    const { encodeSqlCommand } = await import("./sql_commands.ts");
    const command = encodeSqlCommand({ type: "statementQuery", query: text });
    let info: FlightInfo;
    try {
      info = await this.getFlightInfo({ type: "command", command }, options);
    } catch (error) {
      throw sqlErrorOf(error, text);
    }
    return await readResult(withSqlErrors(this.#infoMessages(info, options), text));
  }

  /**
   * Reads the data of a ticket.
   *
   * @param ticket as the server gave it, or in a form that it knows; text is sent as UTF-8
   * @param options signal, deadline and headers
   * @returns the data as it arrives
   */
  doGet(ticket: string | Uint8Array, options: FlightCallOptions = {}): Promise<QueryResult> {
    return readResult(this.doGetMessages(ticket, options));
  }

  /**
   * Reads the answer to a statement from a server that takes SQL as a ticket.
   *
   * @param sql one statement
   * @param options signal, deadline and headers
   * @returns the result as it arrives
   * @throws {SqlError} where the server refuses the statement
   */
  doGetSql(sql: string, options: FlightCallOptions = {}): Promise<QueryResult> {
    return readResult(withSqlErrors(this.doGetMessages(sql, options), sql));
  }

  /** Reads the data of a ticket as Flight messages; the call starts with the first read. */
  doGetMessages(
    ticket: string | Uint8Array,
    options: FlightCallOptions = {},
  ): AsyncGenerator<FlightDataMessage, void, undefined> {
    const request = encodeTicket(toBytes(ticket));
    return this.#channel.serverStream("DoGet", request, decodeAligned, options);
  }

  /** Starts to send data; the results are the application metadata of acknowledgements. */
  doPut(descriptor: FlightDescriptor, options: FlightCallOptions = {}): FlightWriter<Uint8Array> {
    const start = (sink: CallSink): ClientCall => this.#channel.duplex("DoPut", options, sink);
    return new FlightWriter(start, descriptor, decodePutResult);
  }

  /** Starts to send and receive data. */
  doExchange(
    descriptor: FlightDescriptor,
    options: FlightCallOptions = {},
  ): FlightWriter<FlightDataMessage> {
    const start = (sink: CallSink): ClientCall => this.#channel.duplex("DoExchange", options, sink);
    return new FlightWriter(start, descriptor, decodeAligned);
  }

  /** Asks how a flight can be read. */
  async getFlightInfo(
    descriptor: FlightDescriptor,
    options: FlightCallOptions = {},
  ): Promise<FlightInfo> {
    const request = encodeFlightDescriptor(descriptor);
    return decodeFlightInfo(await this.#channel.unary("GetFlightInfo", request, options));
  }

  /** Starts a long query or asks for its state. */
  async pollFlightInfo(
    descriptor: FlightDescriptor,
    options: FlightCallOptions = {},
  ): Promise<PollInfo> {
    const request = encodeFlightDescriptor(descriptor);
    return decodePollInfo(await this.#channel.unary("PollFlightInfo", request, options));
  }

  /** Asks for the schema of a flight, an encapsulated IPC message. */
  async getSchema(
    descriptor: FlightDescriptor,
    options: FlightCallOptions = {},
  ): Promise<Uint8Array> {
    const request = encodeFlightDescriptor(descriptor);
    return decodeSchemaResult(await this.#channel.unary("GetSchema", request, options));
  }

  /** Lists flights; the meaning of `criteria` belongs to the server, empty asks for all. */
  listFlights(
    criteria: string | Uint8Array = EMPTY,
    options: FlightCallOptions = {},
  ): AsyncGenerator<FlightInfo, void, undefined> {
    const request = encodeCriteria(toBytes(criteria));
    return this.#channel.serverStream("ListFlights", request, decodeFlightInfo, options);
  }

  /** Runs an action and gives the bodies of its results. */
  doAction(
    type: string,
    body: string | Uint8Array = EMPTY,
    options: FlightCallOptions = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const request = encodeAction({ type, body: toBytes(body) });
    return this.#channel.serverStream("DoAction", request, decodeResult, options);
  }

  /**
   * Asks the server to stop what runs for a flight.
   *
   * @param info as the server gave it
   * @param options signal, deadline and headers
   * @returns what became of it
   */
  async cancelFlightInfo(
    info: FlightInfo,
    options: FlightCallOptions = {},
  ): Promise<CancelStatus> {
    const body = encodeCancelFlightInfoRequest(info);
    const result = await this.#act(FLIGHT_ACTION_TYPES.cancelFlightInfo, body, options);
    return decodeCancelFlightInfoResult(result);
  }

  /** Asks for more time to read a part of a flight; the answer takes its place. */
  async renewFlightEndpoint(
    endpoint: FlightEndpoint,
    options: FlightCallOptions = {},
  ): Promise<FlightEndpoint> {
    const body = encodeRenewFlightEndpointRequest(endpoint);
    const result = await this.#act(FLIGHT_ACTION_TYPES.renewFlightEndpoint, body, options);
    return decodeFlightEndpoint(result);
  }

  /**
   * Sets options of the session, which the server tells from others by its cookie.
   *
   * @param values by name; null unsets an option
   * @param options signal, deadline and headers
   * @returns the options that were not set, with the reason
   */
  async setSessionOptions(
    values: ReadonlyMap<string, SessionOptionValue>,
    options: FlightCallOptions = {},
  ): Promise<Map<string, SessionOptionError>> {
    const body = encodeSetSessionOptionsRequest(values);
    const result = await this.#act(FLIGHT_ACTION_TYPES.setSessionOptions, body, options);
    return decodeSetSessionOptionsResult(result);
  }

  /** The options of the session by name. */
  async getSessionOptions(
    options: FlightCallOptions = {},
  ): Promise<Map<string, SessionOptionValue>> {
    const result = await this.#act(FLIGHT_ACTION_TYPES.getSessionOptions, EMPTY, options);
    return decodeGetSessionOptionsResult(result);
  }

  /** Ends the session. */
  async closeSession(options: FlightCallOptions = {}): Promise<CloseSessionStatus> {
    const result = await this.#act(FLIGHT_ACTION_TYPES.closeSession, EMPTY, options);
    return decodeCloseSessionResult(result);
  }

  /** Lists the actions that the server offers. */
  listActions(options: FlightCallOptions = {}): AsyncGenerator<ActionType, void, undefined> {
    return this.#channel.serverStream("ListActions", EMPTY, decodeActionType, options);
  }

  /**
   * Logs in by name and password and sends the token that the server gives with all calls from
   * then on.
   *
   * @param username user name
   * @param password password
   * @param options signal, deadline and headers
   * @returns the token
   */
  async handshake(
    username: string,
    password: string,
    options: FlightCallOptions = {},
  ): Promise<string> {
    const login = await basicHandshake(this.#channel, { username, password }, options);
    this.#channel.authorizeBy(login.headers);
    return login.token;
  }

  /** Closes the connection; calls under way end with an error. */
  close(): void {
    this.#channel.close();
  }

  /** Closes the connection. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** The one result of an action that Flight defines. */
  async #act(type: string, body: Uint8Array, options: FlightCallOptions): Promise<Uint8Array> {
    for await (const result of this.doAction(type, body, options)) return result;
    throw new FlightError(`The server has not answered ${type}`, { code: GrpcStatus.INTERNAL });
  }

  async *#infoMessages(
    info: FlightInfo,
    options: FlightCallOptions,
  ): AsyncGenerator<ResultMessage, void, undefined> {
    if (info.endpoints.length === 0) yield { header: unwrapIpc(info.schema), body: EMPTY };
    for (const [index, endpoint] of info.endpoints.entries()) {
      this.#requireLocal(endpoint);
      // Each endpoint sends the schema first; the result needs it once.
      let skipSchema = index > 0;
      for await (const message of this.doGetMessages(endpoint.ticket, options)) {
        const isSchema = skipSchema && message.header.length > 0;
        if (isSchema) skipSchema = false;
        else yield message;
      }
    }
  }

  /** The token is for this server: it is not carried to whichever other the endpoint names. */
  #requireLocal(endpoint: FlightEndpoint): void {
    const { locations } = endpoint;
    const isLocal = locations.length === 0 ||
      locations.some((uri) => uri === this.location || uri.startsWith(REUSE_CONNECTION));
    if (isLocal) return;
    throw new FlightError(
      `The result lies on another server: connect to ${locations.join(" or ")} and use doGet()`,
      { code: GrpcStatus.UNIMPLEMENTED },
    );
  }
}

/** Also what goes wrong in the middle of a result is about the statement. */
async function* withSqlErrors(
  messages: AsyncGenerator<ResultMessage, void, undefined>,
  sql: string,
): AsyncGenerator<ResultMessage, void, undefined> {
  try {
    yield* messages;
  } catch (error) {
    throw sqlErrorOf(error, sql);
  }
}

async function readResult(
  messages: AsyncGenerator<ResultMessage, void, undefined>,
): Promise<QueryResult> {
  try {
    return await QueryResult.fromMessages(messages);
  } catch (error) {
    await messages.return();
    throw error;
  }
}
