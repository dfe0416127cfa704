/**
 * Flight SQL commands as plain objects; sql_any.ts tells how they travel.
 * @module
 */

import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { decodeMessage, encodeMessage } from "./generated_codec.ts";
import { packSqlMessage, unpackSqlMessage } from "./sql_any.ts";
import type { SqlCommand, SqlCommandType, UnknownSqlCommand } from "./sql_types.ts";
import * as wire from "./sql_wire.ts";

/** Names of the actions that Flight SQL defines. */
export const SQL_ACTION_TYPES = {
  createPreparedStatement: "CreatePreparedStatement",
  createPreparedSubstraitPlan: "CreatePreparedSubstraitPlan",
  closePreparedStatement: "ClosePreparedStatement",
  beginTransaction: "BeginTransaction",
  endTransaction: "EndTransaction",
  beginSavepoint: "BeginSavepoint",
  endSavepoint: "EndSavepoint",
  cancelQuery: "CancelQuery",
} as const;

const SCHEMAS: Readonly<Record<SqlCommandType, DescMessage>> = {
  statementQuery: wire.CommandStatementQuerySchema,
  statementUpdate: wire.CommandStatementUpdateSchema,
  statementSubstraitPlan: wire.CommandStatementSubstraitPlanSchema,
  statementIngest: wire.CommandStatementIngestSchema,
  ticketStatementQuery: wire.TicketStatementQuerySchema,
  preparedStatementQuery: wire.CommandPreparedStatementQuerySchema,
  preparedStatementUpdate: wire.CommandPreparedStatementUpdateSchema,
  getCatalogs: wire.CommandGetCatalogsSchema,
  getDbSchemas: wire.CommandGetDbSchemasSchema,
  getTables: wire.CommandGetTablesSchema,
  getTableTypes: wire.CommandGetTableTypesSchema,
  getSqlInfo: wire.CommandGetSqlInfoSchema,
  getXdbcTypeInfo: wire.CommandGetXdbcTypeInfoSchema,
  getPrimaryKeys: wire.CommandGetPrimaryKeysSchema,
  getExportedKeys: wire.CommandGetExportedKeysSchema,
  getImportedKeys: wire.CommandGetImportedKeysSchema,
  getCrossReference: wire.CommandGetCrossReferenceSchema,
  createPreparedStatement: wire.ActionCreatePreparedStatementRequestSchema,
  createPreparedSubstraitPlan: wire.ActionCreatePreparedSubstraitPlanRequestSchema,
  closePreparedStatement: wire.ActionClosePreparedStatementRequestSchema,
  beginTransaction: wire.ActionBeginTransactionRequestSchema,
  endTransaction: wire.ActionEndTransactionRequestSchema,
  beginSavepoint: wire.ActionBeginSavepointRequestSchema,
  endSavepoint: wire.ActionEndSavepointRequestSchema,
  cancelQuery: wire.ActionCancelQueryRequestSchema,
};

const TYPE_BY_NAME: ReadonlyMap<string, SqlCommandType> = new Map(
  Object.entries(SCHEMAS).map(([type, schema]) => [schema.name, type as SqlCommandType]),
);

type Plain = Record<string, unknown>;

/** Lower-case name of an enum value without its prefix: END_TRANSACTION_COMMIT is "commit". */
function enumName(field: DescField & { fieldKind: "enum" }, value: number): string {
  const found = field.enum.value[value] ?? field.enum.values[0];
  return found?.localName.toLowerCase() ?? "";
}

function enumValue(field: DescField & { fieldKind: "enum" }, name: string): number {
  const found = field.enum.values.find((value) => value.localName.toLowerCase() === name);
  if (found !== undefined) return found.number;
  const names = field.enum.values.map((value) => value.localName.toLowerCase());
  throw new TypeError(`${field.localName} must be one of ${names.join(", ")}, found "${name}"`);
}

function toPlain(schema: DescMessage, message: object): Plain {
  const plain: Plain = {};
  for (const field of schema.fields) {
    const value = (message as Plain)[field.localName];
    if (value === undefined) continue;
    if (field.fieldKind === "enum") plain[field.localName] = enumName(field, value as number);
    else if (field.fieldKind === "message") {
      plain[field.localName] = toPlain(field.message, value as object);
    } else plain[field.localName] = value;
  }
  return plain;
}

function toInit(schema: DescMessage, plain: object): Plain {
  const init: Plain = {};
  for (const field of schema.fields) {
    const value = (plain as Plain)[field.localName];
    if (value === undefined) continue;
    if (field.fieldKind === "enum") init[field.localName] = enumValue(field, value as string);
    else if (field.fieldKind === "message") {
      init[field.localName] = toInit(field.message, value as object);
    } else init[field.localName] = value;
  }
  return init;
}

/** Packs a generated message of the Flight SQL package. */
export function packGenerated(schema: DescMessage, init: Record<string, unknown>): Uint8Array {
  return packSqlMessage({ name: schema.name, value: encodeMessage(schema, init) });
}

/**
 * Reads a ticket, a descriptor's command or an action's body as a Flight SQL command.
 *
 * @param bytes what came
 * @returns the command; `unknown` for a Flight SQL message of a later version; undefined for bytes
 *   that are no Flight SQL at all
 * @throws {FlightError} INVALID_ARGUMENT for a known command with malformed content
 */
export function decodeSqlCommand(
  bytes: Uint8Array,
): SqlCommand | UnknownSqlCommand | undefined {
  const packed = unpackSqlMessage(bytes);
  if (packed === undefined) return undefined;
  const type = TYPE_BY_NAME.get(packed.name);
  if (type === undefined) return { type: "unknown", name: packed.name };
  const schema = SCHEMAS[type];
  return { type, ...toPlain(schema, decodeMessage(schema, packed.value)) } as SqlCommand;
}

/**
 * Writes a Flight SQL command.
 *
 * @param command the command
 * @returns bytes for a ticket, a descriptor's command or an action's body
 * @throws {TypeError} for an `action` or option that does not exist
 */
export function encodeSqlCommand(command: SqlCommand): Uint8Array {
  const schema = SCHEMAS[command.type];
  return packGenerated(schema, toInit(schema, command));
}
