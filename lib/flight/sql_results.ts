/**
 * What Flight SQL servers answer besides data: results of actions, packed in an Any, and
 * application metadata of puts, not packed.
 * @module
 */

import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { FlightError } from "../base/errors.ts";
import type { CancelStatus } from "./flight_actions.ts";
import { decodeMessage, encodeMessage } from "./generated_codec.ts";
import { unpackSqlMessage } from "./sql_any.ts";
import { packGenerated } from "./sql_commands.ts";
import {
  ActionBeginSavepointResultSchema,
  ActionBeginTransactionResultSchema,
  ActionCancelQueryResultSchema,
  ActionCreatePreparedStatementResultSchema,
  DoPutPreparedStatementResultSchema,
  DoPutUpdateResultSchema,
} from "./sql_wire.ts";
import { GrpcStatus } from "./status.ts";

const CANCEL_STATUSES: readonly CancelStatus[] = [
  "unspecified",
  "cancelled",
  "cancelling",
  "not_cancellable",
];

/** A statement that was prepared. */
export interface PreparedStatement {
  /** Names it in later calls. */
  readonly preparedStatementHandle: Uint8Array;
  /** Schema of the result as an encapsulated IPC message; empty where it has none. */
  readonly datasetSchema: Uint8Array;
  /** Schema of the parameters as an encapsulated IPC message; empty where it has none. */
  readonly parameterSchema: Uint8Array;
}

function unpackAs<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
  const packed = unpackSqlMessage(bytes);
  if (packed?.name === schema.name) return decodeMessage(schema, packed.value);
  throw new FlightError(`The result is not a packed ${schema.name}`, {
    code: GrpcStatus.INVALID_ARGUMENT,
  });
}

/** Encodes the result of CreatePreparedStatement. */
export function encodePreparedStatement(statement: PreparedStatement): Uint8Array {
  return packGenerated(ActionCreatePreparedStatementResultSchema, { ...statement });
}

/** Decodes the result of CreatePreparedStatement. @throws {FlightError} INVALID_ARGUMENT */
export function decodePreparedStatement(bytes: Uint8Array): PreparedStatement {
  const { preparedStatementHandle, datasetSchema, parameterSchema } = unpackAs(
    ActionCreatePreparedStatementResultSchema,
    bytes,
  );
  return { preparedStatementHandle, datasetSchema, parameterSchema };
}

/** Encodes the result of BeginTransaction. */
export function encodeBeginTransactionResult(transactionId: Uint8Array): Uint8Array {
  return packGenerated(ActionBeginTransactionResultSchema, { transactionId });
}

/** Decodes the result of BeginTransaction. @throws {FlightError} INVALID_ARGUMENT */
export function decodeBeginTransactionResult(bytes: Uint8Array): Uint8Array {
  return unpackAs(ActionBeginTransactionResultSchema, bytes).transactionId;
}

/** Encodes the result of BeginSavepoint. */
export function encodeBeginSavepointResult(savepointId: Uint8Array): Uint8Array {
  return packGenerated(ActionBeginSavepointResultSchema, { savepointId });
}

/** Decodes the result of BeginSavepoint. @throws {FlightError} INVALID_ARGUMENT */
export function decodeBeginSavepointResult(bytes: Uint8Array): Uint8Array {
  return unpackAs(ActionBeginSavepointResultSchema, bytes).savepointId;
}

/** Encodes the result of CancelQuery. */
export function encodeCancelQueryResult(status: CancelStatus): Uint8Array {
  return packGenerated(ActionCancelQueryResultSchema, { result: CANCEL_STATUSES.indexOf(status) });
}

/** Decodes the result of CancelQuery. @throws {FlightError} INVALID_ARGUMENT */
export function decodeCancelQueryResult(bytes: Uint8Array): CancelStatus {
  return CANCEL_STATUSES[unpackAs(ActionCancelQueryResultSchema, bytes).result] ?? "unspecified";
}

/** Encodes the acknowledgement of an update; -1 where the count is unknown. */
export function encodeDoPutUpdateResult(recordCount: number): Uint8Array {
  return encodeMessage(DoPutUpdateResultSchema, { recordCount: BigInt(recordCount) });
}

/** Decodes the acknowledgement of an update. @throws {FlightError} INVALID_ARGUMENT */
export function decodeDoPutUpdateResult(bytes: Uint8Array): number {
  return Number(decodeMessage(DoPutUpdateResultSchema, bytes).recordCount);
}

/** Encodes the acknowledgement of parameters; the handle replaces the one that was used. */
export function encodeDoPutPreparedStatementResult(handle?: Uint8Array): Uint8Array {
  return encodeMessage(
    DoPutPreparedStatementResultSchema,
    handle === undefined ? {} : { preparedStatementHandle: handle },
  );
}

/** Decodes the acknowledgement of parameters. @throws {FlightError} INVALID_ARGUMENT */
export function decodeDoPutPreparedStatementResult(bytes: Uint8Array): Uint8Array | undefined {
  return decodeMessage(DoPutPreparedStatementResultSchema, bytes).preparedStatementHandle;
}
