/**
 * DoGet, and what tells about it beforehand: SQL, the older `db NUL SQL` form, channel tickets.
 * @module
 */
import type { ArrowBatch, ArrowSchema } from "../arrow/field.ts";
import {
  encodeBatch,
  encodeDictionaries,
  encodeSchema,
  frameBytes,
} from "../arrow/message_writer.ts";
import { InvalidDataError, NotFoundError } from "../base/errors.ts";
import { DAEMON_LIMITS } from "../base/limits.ts";
import { VIEWS } from "../engine/catalog.ts";
import type { Parameters } from "../engine/query.ts";
import type { FlightDescriptor, FlightInfo } from "../flight/messages.ts";
import type { CallContext, FlightPayload } from "../flight/service.ts";
import { channelIdOfTicket, parseChannelTicket } from "../protocol/channel_ticket.ts";
import { FAMILY_DATABASES } from "../protocol/names.ts";
import { parametersOf } from "../protocol/sql_call.ts";
import type { QueryGate } from "./query_gate.ts";
import type { Warehouse } from "./warehouse.ts";

const NOTHING = new Uint8Array(0);
const MAX_CHANNEL_ID = 512;
const STATEMENT =
  /^[\s(]*(?:select|with|from|values|show|describe|summarize|explain|pivot|unpivot|table|--|\/\*)\s/i;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** What a ticket asks for. */
export type TicketRequest =
  | { readonly kind: "sql"; readonly sql: string }
  | { readonly kind: "channel"; readonly channelId: string; readonly ticket: string };

/** Answers queries. */
export class QueryService {
  readonly #warehouse: Warehouse;
  readonly #gate: QueryGate;
  readonly #timeoutMillis: number;

  constructor(warehouse: Warehouse, gate: QueryGate, timeoutMillis: number) {
    this.#warehouse = warehouse;
    this.#gate = gate;
    this.#timeoutMillis = timeoutMillis;
  }

  /** Reads a ticket that is not one of Flight SQL. */
  async parseTicket(ticket: Uint8Array): Promise<TicketRequest> {
    const text = utf8(ticket, "Ticket");
    const nul = text.indexOf("\0");
    if (nul >= 0) {
      const database = text.slice(0, nul);
      if (!FAMILY_DATABASES.has(database)) {
        throw new InvalidDataError(
          `Unknown database "${database}" in ticket: wanted events, runs or channels`,
        );
      }
      const rest = text.slice(nul + 1);
      return database === "channels" && await this.#isChannel(rest)
        ? channelRequest(rest)
        : { kind: "sql", sql: rest };
    }
    return await this.#isChannel(text) ? channelRequest(text) : { kind: "sql", sql: text };
  }

  async #isChannel(ticket: string): Promise<boolean> {
    const id = channelIdOfTicket(ticket);
    if (id === "" || id.length > MAX_CHANNEL_ID) return false;
    // Ids may hold white space, but what reads like a statement has to be a channel known by now.
    if (!STATEMENT.test(id)) await this.#warehouse.refreshChannels();
    return this.#warehouse.channels.has(id);
  }

  /** Streams the answer to a ticket. */
  async *get(ticket: Uint8Array, context: CallContext): AsyncGenerator<FlightPayload> {
    const request = await this.parseTicket(ticket);
    if (request.kind === "sql") {
      yield* this.sql(request.sql, context.signal, parametersOf(context.metadata));
      return;
    }
    const query = parseChannelTicket(request.ticket);
    using place = await this.#gate.enter(request.ticket, context.signal);
    const result = await this.#warehouse.channels.query(request.channelId, query, place.signal);
    yield* place.stream(payloads(result.schema, result.batches));
  }

  /** Streams the answer to a statement. */
  async *sql(
    sql: string,
    signal: AbortSignal,
    parameters?: Parameters,
  ): AsyncGenerator<FlightPayload> {
    using place = await this.#gate.enter(sql, signal);
    const { schema, batches } = await this.#warehouse.query(sql, {
      signal: place.signal,
      timeoutMillis: this.#timeoutMillis,
      batchRows: DAEMON_LIMITS.batchRows,
      ...(parameters === undefined ? {} : { parameters }),
    });
    yield* place.stream(payloads(schema, batches));
  }

  /** Describes what a descriptor names: a view, a channel or a statement. */
  async describe(descriptor: FlightDescriptor): Promise<{ schema: ArrowSchema; ticket: string }> {
    if (descriptor.type === "command") {
      const request = await this.parseTicket(descriptor.command);
      return request.kind === "sql"
        ? await this.#describeSql(request.sql)
        : await this.#describeChannel(request.channelId, request.ticket);
    }
    const path = descriptor.path.filter((part) => part !== "");
    const name = path.at(-1) ?? "";
    if (path.length === 1 && (VIEWS as readonly string[]).includes(name)) {
      return await this.#describeSql(`SELECT * FROM ${name}`);
    }
    if (path.length === 1 || path.length === 2 && path[0] === "channels") {
      await this.#warehouse.refreshChannels();
      if (this.#warehouse.channels.has(name)) {
        return await this.#describeChannel(name, encodeURIComponent(name));
      }
    }
    throw new NotFoundError(
      `No flight at path "${path.join("/")}": wanted one of ${VIEWS.join(", ")} or a channel id`,
    );
  }

  async #describeSql(sql: string): Promise<{ schema: ArrowSchema; ticket: string }> {
    await this.#warehouse.prepareFor(sql);
    return { schema: (await this.#warehouse.describe(sql)).schema, ticket: sql };
  }

  async #describeChannel(
    channelId: string,
    ticket: string,
  ): Promise<{ schema: ArrowSchema; ticket: string }> {
    return {
      schema: await this.#warehouse.channels.schemaOf(channelId, parseChannelTicket(ticket)),
      ticket,
    };
  }

  /** FlightInfo of a descriptor. */
  async info(descriptor: FlightDescriptor): Promise<FlightInfo> {
    const { schema, ticket } = await this.describe(descriptor);
    return flightInfo(descriptor, schema, encoder.encode(ticket));
  }

  /** All flights: the views, then the channels. */
  async *list(criteria: Uint8Array): AsyncGenerator<FlightInfo> {
    const wanted = utf8(criteria, "Criteria");
    await this.#warehouse.refreshChannels();
    const names = [...VIEWS, ...this.#warehouse.channels.ids()];
    for (const name of names) {
      if (wanted !== "" && !name.includes(wanted)) continue;
      yield await this.info({ type: "path", path: [name] });
    }
  }
}

/** A FlightInfo with one endpoint on this very server. */
export function flightInfo(
  descriptor: FlightDescriptor,
  schema: ArrowSchema,
  ticket: Uint8Array,
): FlightInfo {
  return {
    schema: frameBytes(encodeSchema(schema)),
    descriptor,
    endpoints: [{ ticket, locations: [], appMetadata: NOTHING }],
    totalRecords: -1,
    totalBytes: -1,
    ordered: true,
    appMetadata: NOTHING,
  };
}

/**
 * The messages of a result: its schema, then its batches with their dictionaries. The schema waits for the
 * first batch, so that a small answer goes out in one piece.
 */
export async function* payloads(
  schema: ArrowSchema,
  batches: AsyncIterable<ArrowBatch>,
): AsyncGenerator<FlightPayload> {
  const header = encodeSchema(schema).metadata;
  let isSent = false;
  for await (const batch of batches) {
    if (!isSent) yield { header };
    isSent = true;
    for (const { metadata, body } of encodeDictionaries(batch)) yield { header: metadata, body };
    const { metadata, body } = encodeBatch(batch);
    yield { header: metadata, body };
  }
  if (!isSent) yield { header };
}

function channelRequest(ticket: string): TicketRequest {
  return { kind: "channel", channelId: channelIdOfTicket(ticket), ticket };
}

function utf8(bytes: Uint8Array, what: string): string {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw new InvalidDataError(`${what} is not UTF-8 text`, { cause: error });
  }
}
