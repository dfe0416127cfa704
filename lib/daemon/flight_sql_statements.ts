/**
 * Statements and prepared statements of Flight SQL, from their description to their rows.
 * @module
 */
import { Buffer } from "node:buffer";
import type { ArrowSchema } from "../arrow/field.ts";
import { readMessageHeader } from "../arrow/message_reader.ts";
import { encodeSchema, frameBytes } from "../arrow/message_writer.ts";
import { StreamAssembler } from "../arrow/stream_assembler.ts";
import { FlightError, InvalidDataError } from "../base/errors.ts";
import type { ParameterValue } from "../engine/query.ts";
import type { FlightDescriptor, FlightInfo } from "../flight/messages.ts";
import type { FlightDataMessage, FlightPayload } from "../flight/service.ts";
import type { PreparedStatement } from "../flight/sql_results.ts";
import type { SqlCommand, UnknownSqlCommand } from "../flight/sql_types.ts";
import { GrpcStatus } from "../flight/status.ts";
import { parameterRows } from "./flight_sql_parameters.ts";
import { batchBytes, type PreparedEntry, PreparedStatements } from "./flight_sql_prepared.ts";
import { RunningTickets } from "./flight_sql_running.ts";
import {
  describeForDriver,
  schemaWithValues,
  type StatementDescription,
} from "./flight_sql_statement.ts";
import { parseStatementHandle, preparedTicket, statementTicket } from "./flight_sql_ticket.ts";
import type { QueryGate } from "./query_gate.ts";
import { flightInfo, payloads, type QueryService } from "./query_service.ts";
import { withSqlMetadata } from "./sql_type_names.ts";
import type { Warehouse } from "./warehouse.ts";

/** What a client is told where the columns are known only once values are bound. */
const UNKNOWN_RESULT: ArrowSchema = {
  fields: [{ name: "result", format: "n", nullable: true, children: [] }],
};
const NOTHING = new Uint8Array(0);

/** Runs statements. */
export class FlightSqlStatements {
  readonly prepared: PreparedStatements = new PreparedStatements();
  readonly running: RunningTickets = new RunningTickets();
  readonly #warehouse: Warehouse;
  readonly #queries: QueryService;
  readonly #gate: QueryGate;

  constructor(warehouse: Warehouse, queries: QueryService, gate: QueryGate) {
    this.#warehouse = warehouse;
    this.#queries = queries;
    this.#gate = gate;
  }

  async #describe(sql: string, signal: AbortSignal): Promise<StatementDescription> {
    using place = await this.#gate.enter(sql, signal);
    return await describeForDriver(this.#warehouse, sql, place.signal);
  }

  /** The statement that a command is about; undefined where it is about none, or none that is kept. */
  textOf(command: SqlCommand | UnknownSqlCommand): string | undefined {
    if ("query" in command) return command.query;
    if ("preparedStatementHandle" in command) {
      return this.prepared.textOf(command.preparedStatementHandle);
    }
    if (command.type !== "ticketStatementQuery") return undefined;
    const ticket = parseStatementHandle(command.statementHandle);
    return ticket.kind === "statement" ? ticket.sql : this.prepared.textOf(ticket.handle);
  }

  /** FlightInfo of a statement that is not run yet. */
  async info(
    sql: string,
    descriptor: FlightDescriptor,
    signal: AbortSignal,
  ): Promise<FlightInfo> {
    const { schema, parameters } = await this.#describe(sql, signal);
    if (parameters.length > 0 || schema === undefined) {
      const names = parameters.map(({ name }) => `$${name}`).join(", ");
      throw new InvalidDataError(
        `Statement wants parameters (${names}): prepare it and bind a value for each`,
      );
    }
    return flightInfo(descriptor, withSqlMetadata(schema), statementTicket(sql));
  }

  /** Prepares a statement. */
  async prepare(sql: string, signal: AbortSignal): Promise<PreparedStatement> {
    const description = await this.#describe(sql, signal);
    const { handle } = this.prepared.create(sql, description);
    const nulls = description.parameters.map(() => null);
    const schema = description.schema ?? await this.#schemaWith(sql, description, nulls, signal);
    return {
      preparedStatementHandle: handle,
      datasetSchema: schemaBytes(withSqlMetadata(schema ?? UNKNOWN_RESULT)),
      parameterSchema: schemaBytes(withSqlMetadata({ fields: description.parameters })),
    };
  }

  async #schemaWith(
    sql: string,
    description: StatementDescription,
    values: readonly ParameterValue[],
    signal: AbortSignal,
  ): Promise<ArrowSchema | undefined> {
    using place = await this.#gate.enter(sql, signal);
    return await schemaWithValues(this.#warehouse, sql, description, values, place.signal);
  }

  /** FlightInfo of a prepared statement, with the values bound so far. */
  async preparedInfo(
    handle: Uint8Array,
    descriptor: FlightDescriptor,
    signal: AbortSignal,
  ): Promise<FlightInfo> {
    const { sql, description, rows } = this.prepared.get(handle);
    const values = rows?.[0] ?? description.parameters.map(() => null);
    const schema = await this.#schemaWith(sql, description, values, signal);
    const ticket = preparedTicket(handle);
    return schema === undefined
      ? { ...flightInfo(descriptor, { fields: [] }, ticket), schema: NOTHING }
      : flightInfo(descriptor, withSqlMetadata(schema), ticket);
  }

  /** Takes the values of parameters. */
  async bind(handle: Uint8Array, messages: AsyncIterable<FlightDataMessage>): Promise<void> {
    const { description } = this.prepared.get(handle);
    const names = description.parameters.map(({ name }) => name);
    const assembler = new StreamAssembler();
    const rows: ParameterValue[][] = [];
    let bytes = 0;
    for await (const { header, body } of messages) {
      if (header.byteLength === 0) continue;
      const batch = assembler.acceptBytes(header, body);
      if (batch === undefined) continue;
      bytes += batchBytes(batch);
      this.prepared.checkSize(rows.length + batch.rows, bytes);
      rows.push(...parameterRows(names, batch));
    }
    this.prepared.bind(handle, rows, bytes);
  }

  /** Sends the rows of a ticket. */
  async *get(statementHandle: Uint8Array, signal: AbortSignal): AsyncGenerator<FlightPayload> {
    const ticket = parseStatementHandle(statementHandle);
    using place = this.running.enter(ticket.key, signal);
    yield* ticket.kind === "statement"
      ? this.run(ticket.sql, place.signal)
      : this.runPrepared(ticket.handle, place.signal);
  }

  /** Runs a statement without parameters. */
  run(sql: string, signal: AbortSignal): AsyncGenerator<FlightPayload> {
    return described(this.#queries.sql(sql, signal));
  }

  /** Runs a prepared statement once for each row of parameters, one result behind the other. */
  async *runPrepared(handle: Uint8Array, signal: AbortSignal): AsyncGenerator<FlightPayload> {
    const entry = this.prepared.get(handle);
    const { sql } = entry;
    const rows = rowsToRun(entry);
    if (rows.length === 0) {
      const nulls = entry.description.parameters.map(() => null);
      const schema = await this.#schemaWith(sql, entry.description, nulls, signal);
      yield* payloads(withSqlMetadata(schema ?? UNKNOWN_RESULT), nothing());
      return;
    }
    let first: Uint8Array | undefined;
    for (const values of rows) {
      const result = described(this.#queries.sql(sql, signal, values));
      for await (const payload of result) {
        if (payload.header === undefined || !isSchema(payload)) yield payload;
        else if (first === undefined) {
          first = payload.header;
          yield payload;
        } else if (Buffer.compare(first, payload.header) !== 0) {
          throw new InvalidDataError(
            "Rows of parameters give columns of different types: cast the parameters in the SQL",
          );
        }
      }
    }
  }
}

function rowsToRun(
  { description, rows }: PreparedEntry,
): readonly (readonly ParameterValue[])[] {
  if (rows !== undefined) return rows;
  if (description.parameters.length === 0) return [[]];
  const names = description.parameters.map(({ name }) => `$${name}`).join(", ");
  throw new FlightError(`Parameters ${names} have no values: bind them before the statement runs`, {
    code: GrpcStatus.FAILED_PRECONDITION,
  });
}

function isSchema({ header, body }: FlightPayload): boolean {
  return body === undefined && header !== undefined &&
    readMessageHeader(header).kind === "schema";
}

/** The same stream with the column metadata that drivers read in its schema. */
async function* described(stream: AsyncIterable<FlightPayload>): AsyncGenerator<FlightPayload> {
  for await (const payload of stream) {
    const header = isSchema(payload) && payload.header !== undefined
      ? readMessageHeader(payload.header)
      : undefined;
    yield header?.kind === "schema"
      ? { ...payload, header: encodeSchema(withSqlMetadata(header.schema)).metadata }
      : payload;
  }
}

function schemaBytes(schema: ArrowSchema): Uint8Array {
  return frameBytes(encodeSchema(schema));
}

async function* nothing(): AsyncGenerator<never> {}
