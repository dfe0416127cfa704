/**
 * The actions that Flight and Flight SQL define.
 * @module
 */
import { FlightError, InvalidDataError } from "../base/errors.ts";
import {
  type CancelStatus,
  decodeCancelFlightInfoRequest,
  decodeRenewFlightEndpointRequest,
  decodeSetSessionOptionsRequest,
  encodeCancelFlightInfoResult,
  encodeCloseSessionResult,
  encodeGetSessionOptionsResult,
  encodeSetSessionOptionsResult,
  FLIGHT_ACTION_TYPES,
  type SessionOptionError,
  type SessionOptionValue,
} from "../flight/flight_actions.ts";
import { decodeFlightInfo, encodeFlightEndpoint } from "../flight/message_codec.ts";
import type { Action, ActionType, FlightInfo } from "../flight/messages.ts";
import type { CallContext } from "../flight/service.ts";
import { decodeSqlCommand, SQL_ACTION_TYPES } from "../flight/sql_commands.ts";
import { encodeCancelQueryResult, encodePreparedStatement } from "../flight/sql_results.ts";
import type { SqlCommand, SqlCommandType } from "../flight/sql_types.ts";
import { GrpcStatus } from "../flight/status.ts";
import { CATALOG, DB_SCHEMA } from "./flight_sql_catalog.ts";
import type { FlightSqlStatements } from "./flight_sql_statements.ts";
import { parseStatementHandle } from "./flight_sql_ticket.ts";
import type { QueryGate } from "./query_gate.ts";

/** The actions with what they do. */
export const SQL_ACTIONS: readonly ActionType[] = [
  {
    type: FLIGHT_ACTION_TYPES.cancelFlightInfo,
    description: "Cancels what runs for the tickets of a FlightInfo: CancelFlightInfoRequest",
  },
  {
    type: FLIGHT_ACTION_TYPES.renewFlightEndpoint,
    description: "Answers the endpoint, whose ticket does not expire: RenewFlightEndpointRequest",
  },
  {
    type: FLIGHT_ACTION_TYPES.setSessionOptions,
    description: `Takes catalog "${CATALOG}" and schema "${DB_SCHEMA}": SetSessionOptionsRequest`,
  },
  {
    type: FLIGHT_ACTION_TYPES.getSessionOptions,
    description: "Answers catalog and schema: GetSessionOptionsRequest",
  },
  {
    type: FLIGHT_ACTION_TYPES.closeSession,
    description: "Does nothing, for nothing is kept by session: CloseSessionRequest",
  },
  {
    type: SQL_ACTION_TYPES.createPreparedStatement,
    description: "Prepares a statement: ActionCreatePreparedStatementRequest",
  },
  {
    type: SQL_ACTION_TYPES.closePreparedStatement,
    description: "Forgets a prepared statement: ActionClosePreparedStatementRequest",
  },
  {
    type: SQL_ACTION_TYPES.cancelQuery,
    description: "Cancels what runs for the tickets of a FlightInfo: ActionCancelQueryRequest",
  },
];

const OPTIONS: ReadonlyMap<string, SessionOptionValue> = new Map([
  ["catalog", CATALOG],
  ["schema", DB_SCHEMA],
]);

/** Runs actions. */
export class FlightSqlActions {
  readonly #statements: FlightSqlStatements;
  readonly #gate: QueryGate;

  constructor(statements: FlightSqlStatements, gate: QueryGate) {
    this.#statements = statements;
    this.#gate = gate;
  }

  /**
   * Runs an action.
   *
   * @returns the body of its one result; undefined where it has none
   * @throws {FlightError} UNIMPLEMENTED for an action that is not offered
   */
  async run(action: Action, { notes, signal }: CallContext): Promise<Uint8Array | undefined> {
    const { type, body } = action;
    switch (type) {
      case FLIGHT_ACTION_TYPES.cancelFlightInfo:
        return encodeCancelFlightInfoResult(this.#cancel(decodeCancelFlightInfoRequest(body)));
      case FLIGHT_ACTION_TYPES.renewFlightEndpoint:
        return renew(body);
      case FLIGHT_ACTION_TYPES.setSessionOptions:
        return encodeSetSessionOptionsResult(optionErrors(decodeSetSessionOptionsRequest(body)));
      case FLIGHT_ACTION_TYPES.getSessionOptions:
        return encodeGetSessionOptionsResult(OPTIONS);
      case FLIGHT_ACTION_TYPES.closeSession:
        return encodeCloseSessionResult("closed");
      case SQL_ACTION_TYPES.createPreparedStatement: {
        const { query, transactionId } = commandOf(action, "createPreparedStatement");
        refuseTransaction(transactionId);
        notes.subject = `${type} ${query}`;
        return encodePreparedStatement(await this.#statements.prepare(query, signal));
      }
      case SQL_ACTION_TYPES.closePreparedStatement: {
        const { preparedStatementHandle } = commandOf(action, "closePreparedStatement");
        this.#statements.prepared.close(preparedStatementHandle);
        return undefined;
      }
      case SQL_ACTION_TYPES.cancelQuery: {
        const { info } = commandOf(action, "cancelQuery");
        return encodeCancelQueryResult(this.#cancel(decodeFlightInfo(info)));
      }
      default:
        throw unimplemented(type);
    }
  }

  #cancel(info: FlightInfo | undefined): CancelStatus {
    if (info === undefined) throw new InvalidDataError("Request to cancel holds no FlightInfo");
    const cancelled = info.endpoints.map(({ ticket }) => this.#cancelTicket(ticket));
    return cancelled.includes(true) ? "cancelled" : "not_cancellable";
  }

  #cancelTicket(ticket: Uint8Array): boolean {
    const command = decodeSqlCommand(ticket);
    if (command === undefined) {
      const text = new TextDecoder().decode(ticket);
      return this.#gate.cancel(text.slice(text.indexOf("\0") + 1)) > 0;
    }
    if (command.type !== "ticketStatementQuery") return false;
    this.#statements.running.cancel(parseStatementHandle(command.statementHandle).key);
    return true;
  }
}

/**
 * Refuses statements that want to run in a transaction.
 *
 * @throws {InvalidDataError} where there is an id
 */
export function refuseTransaction(transactionId: Uint8Array | undefined): void {
  if (transactionId === undefined || transactionId.byteLength === 0) return;
  throw new InvalidDataError("Transactions are not supported: SQL is read-only here");
}

function unimplemented(type: string): FlightError {
  const transactional = /Transaction|Savepoint/.test(type);
  const message = transactional
    ? `Action "${type}" is not supported: SQL is read-only here and needs no transactions`
    : `Action "${type}" is not supported: ListActions tells which are`;
  return new FlightError(message, { code: GrpcStatus.UNIMPLEMENTED });
}

function commandOf<T extends SqlCommandType>(
  action: Action,
  type: T,
): Extract<SqlCommand, { readonly type: T }> {
  const command = decodeSqlCommand(action.body);
  if (command?.type === type) return command as Extract<SqlCommand, { readonly type: T }>;
  throw new InvalidDataError(
    `Body of action "${action.type}" must be its request, packed in a google.protobuf.Any`,
  );
}

function renew(body: Uint8Array): Uint8Array {
  const endpoint = decodeRenewFlightEndpointRequest(body);
  if (endpoint === undefined) throw new InvalidDataError("Request to renew holds no endpoint");
  const { ticket, locations, appMetadata } = endpoint;
  return encodeFlightEndpoint({ ticket, locations, appMetadata });
}

/** Nothing is kept by session, so an option can be set only to what it is. */
function optionErrors(
  options: ReadonlyMap<string, SessionOptionValue>,
): Map<string, SessionOptionError> {
  const errors = new Map<string, SessionOptionError>();
  for (const [name, value] of options) {
    const is = OPTIONS.get(name);
    if (is === undefined) errors.set(name, "invalid_name");
    else if (value !== null && value !== "" && value !== is) errors.set(name, "invalid_value");
  }
  return errors;
}
