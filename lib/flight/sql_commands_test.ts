import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { concatBytes } from "../base/concat_bytes.ts";
import { decodeSqlCommand, encodeSqlCommand } from "./sql_commands.ts";
import {
  decodeBeginSavepointResult,
  decodeBeginTransactionResult,
  decodeCancelQueryResult,
  decodeDoPutPreparedStatementResult,
  decodeDoPutUpdateResult,
  decodePreparedStatement,
  encodeBeginSavepointResult,
  encodeBeginTransactionResult,
  encodeCancelQueryResult,
  encodeDoPutPreparedStatementResult,
  encodeDoPutUpdateResult,
  encodePreparedStatement,
} from "./sql_results.ts";
import type { SqlCommand } from "./sql_types.ts";
import { GrpcStatus } from "./status.ts";
import { bytesField } from "./wire_fields.ts";

const id = Uint8Array.of(1, 2, 3);

const COMMANDS: readonly SqlCommand[] = [
  { type: "statementQuery", query: "SELECT 'ü'" },
  { type: "statementQuery", query: "SELECT 1", transactionId: id },
  { type: "statementUpdate", query: "DELETE FROM t" },
  { type: "statementSubstraitPlan", plan: { plan: id, version: "0.50" } },
  {
    type: "statementIngest",
    tableDefinitionOptions: { ifNotExist: "create", ifExists: "append" },
    table: "t",
    catalog: "c",
    temporary: true,
    options: { a: "b" },
  },
  { type: "ticketStatementQuery", statementHandle: id },
  { type: "preparedStatementQuery", preparedStatementHandle: id },
  { type: "preparedStatementUpdate", preparedStatementHandle: id },
  { type: "getCatalogs" },
  { type: "getDbSchemas", catalog: "", dbSchemaFilterPattern: "m%" },
  { type: "getDbSchemas" },
  { type: "getTables", tableTypes: ["VIEW"], includeSchema: true, tableNameFilterPattern: "r_" },
  { type: "getTableTypes" },
  { type: "getSqlInfo", info: [0, 1, 500] },
  { type: "getXdbcTypeInfo", dataType: -5 },
  { type: "getPrimaryKeys", table: "t", dbSchema: "main" },
  { type: "getExportedKeys", table: "t" },
  { type: "getImportedKeys", table: "t" },
  { type: "getCrossReference", pkTable: "a", fkTable: "b", fkCatalog: "c" },
  { type: "createPreparedStatement", query: "SELECT ?" },
  { type: "createPreparedSubstraitPlan", plan: { plan: id, version: "" } },
  { type: "closePreparedStatement", preparedStatementHandle: id },
  { type: "beginTransaction" },
  { type: "endTransaction", transactionId: id, action: "commit" },
  { type: "beginSavepoint", transactionId: id, name: "s" },
  { type: "endSavepoint", savepointId: id, action: "rollback" },
  { type: "cancelQuery", info: id },
];

for (const [index, command] of COMMANDS.entries()) {
  Deno.test(`decodeSqlCommand() gives back ${command.type} (${index})`, () => {
    deepEqual(decodeSqlCommand(encodeSqlCommand(command)), command);
  });
}

Deno.test("encodeSqlCommand() writes the bytes that other implementations read", () => {
  const url = "type.googleapis.com/arrow.flight.protocol.sql.CommandStatementQuery";
  const expected = new TextEncoder().encode(
    `\n${String.fromCharCode(url.length)}${url}\x12\x0a\n\x08SELECT 1`,
  );
  deepEqual(encodeSqlCommand({ type: "statementQuery", query: "SELECT 1" }), expected);
});

Deno.test("decodeSqlCommand() leaves alone what is no Flight SQL", () => {
  const isForeign = (bytes: Uint8Array): boolean => decodeSqlCommand(bytes) === undefined;
  for (const text of ["", "SELECT 1", "events\0SELECT 1", "\nSELECT 1", "\n\nSELECT"]) {
    equal(isForeign(new TextEncoder().encode(text)), true);
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), isForeign));
  const ticket = "type.googleapis.com/arrow.flight.protocol.Ticket";
  equal(isForeign(concatBytes([bytesField(1, ticket), bytesField(2, id)])), true);
});

Deno.test("decodeSqlCommand() names a message of a later version", () => {
  const text = new TextDecoder().decode(encodeSqlCommand({ type: "getCatalogs" }));
  const later = new TextEncoder().encode(text.replace("GetCatalogs", "GetFutures_"));
  deepEqual(decodeSqlCommand(later), { type: "unknown", name: "CommandGetFutures_" });
});

Deno.test("decodeSqlCommand() refuses a known command with malformed content", () => {
  const bytes = encodeSqlCommand({ type: "statementQuery", query: "abc" });
  bytes[bytes.length - 4] = 9;
  throws(() => decodeSqlCommand(bytes), { code: GrpcStatus.INVALID_ARGUMENT });
});

Deno.test("encodeSqlCommand() refuses an action that does not exist", () => {
  const command = { type: "endTransaction", transactionId: id, action: "maybe" };
  throws(() => encodeSqlCommand(command as unknown as SqlCommand), TypeError);
});

Deno.test("Results of Flight SQL come back as they were written", () => {
  const statement = { preparedStatementHandle: id, datasetSchema: id, parameterSchema: id };
  deepEqual(decodePreparedStatement(encodePreparedStatement(statement)), statement);
  deepEqual(decodeBeginTransactionResult(encodeBeginTransactionResult(id)), id);
  deepEqual(decodeBeginSavepointResult(encodeBeginSavepointResult(id)), id);
  equal(decodeCancelQueryResult(encodeCancelQueryResult("cancelled")), "cancelled");
  equal(decodeDoPutUpdateResult(encodeDoPutUpdateResult(-1)), -1);
  deepEqual(decodeDoPutPreparedStatementResult(encodeDoPutPreparedStatementResult(id)), id);
  equal(decodeDoPutPreparedStatementResult(encodeDoPutPreparedStatementResult()), undefined);
  throws(() => decodeBeginTransactionResult(encodeBeginSavepointResult(id)), {
    code: GrpcStatus.INVALID_ARGUMENT,
  });
});
