/**
 * Flight SQL.
 * @module
 */
import { FlightError } from "../base/errors.ts";
import type { Action, ActionType, FlightDescriptor, FlightInfo } from "../flight/messages.ts";
import type { CallContext, FlightDataMessage, FlightPayload } from "../flight/service.ts";
import type { SqlCommand, UnknownSqlCommand } from "../flight/sql_types.ts";
import { GrpcStatus } from "../flight/status.ts";
import type { ActionService } from "./action_service.ts";
import type { QueryGate } from "./query_gate.ts";
import type { QueryService } from "./query_service.ts";
import type { Warehouse } from "./warehouse.ts";

/** Answers Flight SQL. */
export class FlightSqlService {
  constructor(_warehouse: Warehouse, _queries: QueryService, _gate: QueryGate) {}
  info(
    _command: SqlCommand | UnknownSqlCommand,
    _descriptor: FlightDescriptor,
    _context: CallContext,
  ): Promise<FlightInfo> {
    throw new FlightError("Not yet", { code: GrpcStatus.UNIMPLEMENTED });
  }
  async *get(
    _command: SqlCommand | UnknownSqlCommand,
    _context: CallContext,
  ): AsyncGenerator<FlightPayload> {
    throw new FlightError("Not yet", { code: GrpcStatus.UNIMPLEMENTED });
  }
  async *put(
    _command: SqlCommand | UnknownSqlCommand,
    _messages: AsyncIterable<FlightDataMessage>,
    _context: CallContext,
  ): AsyncGenerator<Uint8Array> {
    throw new FlightError("Not yet", { code: GrpcStatus.UNIMPLEMENTED });
  }
  async *action(
    _action: Action,
    _context: CallContext,
    _known: ActionService,
  ): AsyncGenerator<Uint8Array> {
    throw new FlightError("Not yet", { code: GrpcStatus.UNIMPLEMENTED });
  }
  actionTypes(): ActionType[] {
    return [];
  }
}
