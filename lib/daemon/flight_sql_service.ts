/**
 * Flight SQL: reading statements, prepared ones, and what drivers ask about the catalog. It only
 * dispatches; what changes data or needs a transaction is refused.
 * @module
 */
import type { ArrowBatch } from "../arrow/field.ts";
import { FlightError, InvalidDataError } from "../base/errors.ts";
import type { Action, ActionType, FlightDescriptor, FlightInfo } from "../flight/messages.ts";
import type { CallContext, FlightDataMessage, FlightPayload } from "../flight/service.ts";
import { decodeSqlCommand } from "../flight/sql_commands.ts";
import { encodeDoPutPreparedStatementResult } from "../flight/sql_results.ts";
import type { SqlCommand, UnknownSqlCommand } from "../flight/sql_types.ts";
import { GrpcStatus } from "../flight/status.ts";
import { FlightSqlActions, refuseTransaction, SQL_ACTIONS } from "./flight_sql_actions.ts";
import { plainText, wantsPlainText } from "./flight_sql_dictionaries.ts";
import { FlightSqlMetadata } from "./flight_sql_metadata.ts";
import { FlightSqlStatements } from "./flight_sql_statements.ts";
import type { QueryGate } from "./query_gate.ts";
import { flightInfo, payloads, type QueryService } from "./query_service.ts";
import type { Warehouse } from "./warehouse.ts";

/** Answers Flight SQL. */
export class FlightSqlService {
  readonly #metadata: FlightSqlMetadata;
  readonly #statements: FlightSqlStatements;
  readonly #actions: FlightSqlActions;

  constructor(warehouse: Warehouse, queries: QueryService, gate: QueryGate) {
    this.#metadata = new FlightSqlMetadata(warehouse);
    this.#statements = new FlightSqlStatements(warehouse, queries, gate);
    this.#actions = new FlightSqlActions(this.#statements, gate);
  }

  /** Reads a command; undefined for bytes that are none. @throws {FlightError} for malformed ones */
  decode(bytes: Uint8Array): SqlCommand | UnknownSqlCommand | undefined {
    return decodeSqlCommand(bytes);
  }

  /** What a command is about: its statement, else its own name. */
  subjectOf(command: SqlCommand | UnknownSqlCommand): string {
    return this.#statements.textOf(command) ??
      (command.type === "unknown" ? command.name : command.type);
  }

  /** How the answer to a command can be read; nothing is run for it. */
  async info(
    command: SqlCommand | UnknownSqlCommand,
    descriptor: FlightDescriptor,
    context: CallContext,
  ): Promise<FlightInfo> {
    switch (command.type) {
      case "statementQuery":
        refuseTransaction(command.transactionId);
        return await this.#statements.info(command.query, descriptor, context.signal);
      case "preparedStatementQuery": {
        const { preparedStatementHandle: handle } = command;
        return await this.#statements.preparedInfo(handle, descriptor, context.signal);
      }
      case "unknown":
        throw unsupported(command);
    }
    const schema = this.#metadata.schemaOf(command);
    if (schema === undefined || descriptor.type !== "command") throw unsupported(command);
    return flightInfo(descriptor, schema, descriptor.command);
  }

  /** The answer to a ticket. */
  get(
    command: SqlCommand | UnknownSqlCommand,
    context: CallContext,
  ): AsyncGenerator<FlightPayload> {
    const answer = this.#get(command, context.signal);
    return wantsPlainText(context) ? plainText(answer) : answer;
  }

  async *#get(
    command: SqlCommand | UnknownSqlCommand,
    signal: AbortSignal,
  ): AsyncGenerator<FlightPayload> {
    switch (command.type) {
      case "ticketStatementQuery":
        yield* this.#statements.get(command.statementHandle, signal);
        return;
      case "statementQuery":
        refuseTransaction(command.transactionId);
        yield* this.#statements.run(command.query, signal);
        return;
      case "preparedStatementQuery":
        yield* this.#statements.runPrepared(command.preparedStatementHandle, signal);
        return;
      case "unknown":
        throw unsupported(command);
    }
    const batch = await this.#metadata.answer(command);
    if (batch === undefined) throw unsupported(command);
    yield* payloads(batch.schema, one(batch));
  }

  /** Takes the parameters of a prepared statement; there is nothing else to put. */
  async *put(
    command: SqlCommand | UnknownSqlCommand,
    messages: AsyncIterable<FlightDataMessage>,
    _context: CallContext,
  ): AsyncGenerator<Uint8Array> {
    if (command.type !== "preparedStatementQuery") throw unsupported(command);
    const { preparedStatementHandle } = command;
    await this.#statements.bind(preparedStatementHandle, messages);
    yield encodeDoPutPreparedStatementResult(preparedStatementHandle);
  }

  /** Runs an action of Flight or Flight SQL. */
  async *action(action: Action, context: CallContext): AsyncGenerator<Uint8Array> {
    const result = await this.#actions.run(action, context);
    if (result !== undefined) yield result;
  }

  /** The actions with what they do. */
  actionTypes(): ActionType[] {
    return [...SQL_ACTIONS];
  }
}

async function* one(batch: ArrowBatch): AsyncGenerator<ArrowBatch> {
  yield batch;
}

function unsupported(command: SqlCommand | UnknownSqlCommand): Error {
  switch (command.type) {
    case "statementUpdate":
    case "preparedStatementUpdate":
    case "statementIngest":
      return new InvalidDataError(
        "Updates are refused: SQL is read-only here, run reading statements as queries",
      );
    case "statementSubstraitPlan":
      return unimplemented("Substrait plans are not supported: send SQL text");
    case "unknown":
      return unimplemented(`Flight SQL message ${command.name} is not known here`);
    default:
      return new InvalidDataError(`Flight SQL command "${command.type}" has no place in this call`);
  }
}

function unimplemented(message: string): FlightError {
  return new FlightError(message, { code: GrpcStatus.UNIMPLEMENTED });
}
