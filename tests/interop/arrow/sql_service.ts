/**
 * What our server answers in the scenarios of Flight SQL: fixed schemas and counts, each request checked.
 * @module
 */
import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import type { ArrowSchema } from "../../../lib/arrow/field.ts";
import { encodeBatch, encodeSchema, frameBytes } from "../../../lib/arrow/message_writer.ts";
import { StreamAssembler } from "../../../lib/arrow/stream_assembler.ts";
import * as schemas from "../../../lib/daemon/flight_sql_schemas.ts";
import type { SqlInfoEntry } from "../../../lib/daemon/sql_info.ts";
import { sqlInfoBatch } from "../../../lib/daemon/sql_info_batch.ts";
import { decodeFlightInfo } from "../../../lib/flight/message_codec.ts";
import type {
  FlightDataMessage,
  FlightPayload,
  FlightService,
} from "../../../lib/flight/service.ts";
import { decodeSqlCommand, encodeSqlCommand } from "../../../lib/flight/sql_commands.ts";
import {
  encodeBeginSavepointResult,
  encodeBeginTransactionResult,
  encodeCancelQueryResult,
  encodeDoPutPreparedStatementResult,
  encodeDoPutUpdateResult,
  encodePreparedStatement,
} from "../../../lib/flight/sql_results.ts";
import type { SqlCommand } from "../../../lib/flight/sql_types.ts";
import { SqlInfo } from "../../../lib/flight/sql_wire.ts";
import { bytesOf, endpoint, infoOf, textOf } from "./arrow_scenario.ts";
import { INGEST, META, PLAN, QUERY_SCHEMA, ROWS, SQL, TRANSACTION_SCHEMA } from "./sql_words.ts";

const NOTHING = new Uint8Array(0);

/** A command of Flight SQL; what is none, or unknown, is a fault of the client. */
function sqlCommand(bytes: Uint8Array | undefined): SqlCommand {
  const command = bytes === undefined ? undefined : decodeSqlCommand(bytes);
  if (command === undefined || command.type === "unknown") throw new RangeError("Not Flight SQL");
  return command;
}

/** A name with the ending by which the scenarios tell apart what runs in a transaction. */
function named(name: string, transactionId: Uint8Array | undefined, ending = ""): Uint8Array {
  const isInside = transactionId !== undefined && transactionId.byteLength > 0;
  if (isInside) equal(textOf(transactionId), SQL.transaction);
  return bytesOf(`${name}${isInside ? " WITH TXN" : ""}${ending}`);
}

function schemaOfHandle(handle: Uint8Array): ArrowSchema {
  return / WITH TXN HANDLE$/.test(textOf(handle)) ? TRANSACTION_SCHEMA : QUERY_SCHEMA;
}

/** The ticket of a command and the schema of what it gives. */
function answerOf(command: SqlCommand): { ticket: Uint8Array; schema: ArrowSchema } {
  switch (command.type) {
    case "statementQuery":
    case "statementSubstraitPlan": {
      if (command.type === "statementQuery") equal(command.query, SQL.select);
      else checkPlan(command.plan);
      const name = command.type === "statementQuery" ? SQL.select : "PLAN";
      const statementHandle = named(name, command.transactionId, " HANDLE");
      return {
        ticket: encodeSqlCommand({ type: "ticketStatementQuery", statementHandle }),
        schema: schemaOfHandle(statementHandle),
      };
    }
    case "preparedStatementQuery":
      return {
        ticket: encodeSqlCommand(command),
        schema: schemaOfHandle(command.preparedStatementHandle),
      };
    case "ticketStatementQuery":
      return { ticket: NOTHING, schema: schemaOfHandle(command.statementHandle) };
  }
  return { ticket: encodeSqlCommand(command), schema: metadataSchema(command) };
}

function metadataSchema(command: SqlCommand): ArrowSchema {
  const { type, ...rest } = command;
  const wanted = Object.hasOwn(META, type) ? META[type as keyof typeof META] : undefined;
  // GetSchema is asked without filters.
  const isBare = Object.values(rest).every((value) =>
    typeof value === "boolean" || value === "" || value.length === 0
  );
  if (wanted !== undefined && !isBare) deepEqual(rest, wanted);
  switch (command.type) {
    case "getCatalogs":
      return schemas.CATALOGS_SCHEMA;
    case "getDbSchemas":
      return schemas.DB_SCHEMAS_SCHEMA;
    case "getTables":
      return command.includeSchema ? schemas.TABLES_WITH_SCHEMA_SCHEMA : schemas.TABLES_SCHEMA;
    case "getTableTypes":
      return schemas.TABLE_TYPES_SCHEMA;
    case "getPrimaryKeys":
      return schemas.PRIMARY_KEYS_SCHEMA;
    case "getExportedKeys":
    case "getImportedKeys":
    case "getCrossReference":
      return schemas.FOREIGN_KEYS_SCHEMA;
    case "getXdbcTypeInfo":
      return schemas.TYPE_INFO_SCHEMA;
    case "getSqlInfo":
      return schemas.SQL_INFO_SCHEMA;
  }
  throw new RangeError(`Command ${type} has no result`);
}

function checkPlan(
  plan: { readonly plan: Uint8Array; readonly version: string } | undefined,
): void {
  equal(plan?.version, PLAN.version);
  deepEqual(plan?.plan, PLAN.plan);
}

/** What SqlInfo tells in the scenario of extensions. */
const SERVER_INFO: readonly SqlInfoEntry[] = [
  [SqlInfo.FLIGHT_SQL_SERVER_SQL, { kind: "flag", value: false }],
  [SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT, { kind: "flag", value: true }],
  [SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT_MIN_VERSION, { kind: "text", value: "min_version" }],
  [SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT_MAX_VERSION, { kind: "text", value: "max_version" }],
  [SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION, { kind: "bitmask", value: 2 }],
  [SqlInfo.FLIGHT_SQL_SERVER_CANCEL, { kind: "flag", value: true }],
  [SqlInfo.FLIGHT_SQL_SERVER_STATEMENT_TIMEOUT, { kind: "bitmask", value: 42 }],
  [SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION_TIMEOUT, { kind: "bitmask", value: 7 }],
];

function* rowsOf(command: SqlCommand): Generator<FlightPayload> {
  const { schema } = answerOf(command);
  yield { header: encodeSchema(schema).metadata };
  if (command.type !== "getSqlInfo" || command.info.length !== SERVER_INFO.length) return;
  const { metadata, body } = encodeBatch(sqlInfoBatch(SERVER_INFO));
  yield { header: metadata, body };
}

/** Schema and number of rows of what is put. */
async function received(
  messages: AsyncIterable<FlightDataMessage>,
): Promise<{ command: SqlCommand; schema: ArrowSchema | undefined; rows: number }> {
  const assembler = new StreamAssembler();
  let command: SqlCommand | undefined;
  let rows = 0;
  for await (const { descriptor, header, body } of messages) {
    if (descriptor?.type === "command") command ??= sqlCommand(descriptor.command);
    if (header.byteLength > 0) rows += assembler.acceptBytes(header, body)?.rows ?? 0;
  }
  return { command: command ?? sqlCommand(undefined), schema: assembler.schema, rows };
}

async function putResult(messages: AsyncIterable<FlightDataMessage>): Promise<Uint8Array> {
  const { command, schema, rows } = await received(messages);
  switch (command.type) {
    case "statementUpdate":
    case "statementSubstraitPlan": {
      if (command.type === "statementUpdate") equal(command.query, SQL.update);
      else checkPlan(command.plan);
      const isInside = named("", command.transactionId).byteLength > 0;
      return encodeDoPutUpdateResult(isInside ? ROWS.updateInTransaction : ROWS.update);
    }
    case "preparedStatementUpdate": {
      const isInside = textOf(command.preparedStatementHandle).includes("WITH TXN");
      return encodeDoPutUpdateResult(isInside ? ROWS.preparedInTransaction : ROWS.prepared);
    }
    case "preparedStatementQuery":
      deepEqual(schema?.fields.map(({ name, format }) => [name, format]), [["id", "l"]]);
      return encodeDoPutPreparedStatementResult(command.preparedStatementHandle);
    case "statementIngest": {
      const { type: _, ...options } = command;
      deepEqual(options, INGEST);
      deepEqual(schema?.fields.map(({ name, format }) => [name, format]), [["test_field", "l"]]);
      return encodeDoPutUpdateResult(rows);
    }
  }
  throw new RangeError(`Command ${command.type} takes no data`);
}

/** The result of an action; undefined where it has none. */
function actionResult(command: SqlCommand): Uint8Array | undefined {
  switch (command.type) {
    case "createPreparedStatement":
    case "createPreparedSubstraitPlan": {
      if (command.type === "createPreparedSubstraitPlan") checkPlan(command.plan);
      const name = command.type === "createPreparedStatement" ? command.query : "PLAN";
      return encodePreparedStatement({
        preparedStatementHandle: named(name, command.transactionId, " HANDLE"),
        datasetSchema: NOTHING,
        parameterSchema: NOTHING,
      });
    }
    case "closePreparedStatement":
      equal(/ HANDLE$/.test(textOf(command.preparedStatementHandle)), true);
      return undefined;
    case "beginTransaction":
      return encodeBeginTransactionResult(bytesOf(SQL.transaction));
    case "endTransaction":
      equal(textOf(command.transactionId), SQL.transaction);
      return undefined;
    case "beginSavepoint":
      equal(textOf(command.transactionId), SQL.transaction);
      equal(command.name, SQL.savepointName);
      return encodeBeginSavepointResult(bytesOf(SQL.savepoint));
    case "endSavepoint":
      equal(textOf(command.savepointId), SQL.savepoint);
      return undefined;
    case "cancelQuery":
      equal(decodeFlightInfo(command.info).endpoints.length, 1);
      return encodeCancelQueryResult("cancelled");
  }
  throw new RangeError(`Command ${command.type} is no action`);
}

/** Answers all three scenarios of Flight SQL. */
export function sqlService(): FlightService {
  const commandOf = (descriptor: Parameters<NonNullable<FlightService["getSchema"]>>[0]) =>
    sqlCommand(descriptor.type === "command" ? descriptor.command : undefined);
  return {
    getFlightInfo(descriptor) {
      const { ticket, schema } = answerOf(commandOf(descriptor));
      return infoOf(descriptor, schema, [endpoint(ticket)]);
    },
    getSchema: (descriptor) => frameBytes(encodeSchema(answerOf(commandOf(descriptor)).schema)),
    async *doGet(ticket) {
      yield* rowsOf(sqlCommand(ticket));
    },
    async *doPut(messages) {
      yield await putResult(messages);
    },
    async *doAction({ body }) {
      const result = actionResult(sqlCommand(body));
      if (result !== undefined) yield result;
    },
  };
}
