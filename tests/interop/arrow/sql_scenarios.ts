/**
 * The scenarios of Flight SQL, and what our client asks in them.
 * @module
 */
import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { int64Column } from "../../../lib/arrow/column_builder.ts";
import type { ArrowBatch, ArrowSchema } from "../../../lib/arrow/field.ts";
import { readMessageHeader } from "../../../lib/arrow/message_reader.ts";
import { encodeBatch, encodeSchema } from "../../../lib/arrow/message_writer.ts";
import * as schemas from "../../../lib/daemon/flight_sql_schemas.ts";
import type { FlightClient } from "../../../lib/flight/client.ts";
import { encodeFlightInfo } from "../../../lib/flight/message_codec.ts";
import type { FlightInfo } from "../../../lib/flight/messages.ts";
import { encodeSqlCommand, SQL_ACTION_TYPES } from "../../../lib/flight/sql_commands.ts";
import {
  decodeBeginSavepointResult,
  decodeBeginTransactionResult,
  decodeCancelQueryResult,
  decodeDoPutPreparedStatementResult,
  decodeDoPutUpdateResult,
  decodePreparedStatement,
} from "../../../lib/flight/sql_results.ts";
import type { SqlCommand } from "../../../lib/flight/sql_types.ts";
import { SqlInfo } from "../../../lib/flight/sql_wire.ts";
import { type ArrowScenario, textOf } from "./arrow_scenario.ts";
import { sqlService } from "./sql_service.ts";
import { INGEST, META, PLAN, QUERY_SCHEMA, ROWS, SQL, TRANSACTION_SCHEMA } from "./sql_words.ts";

/** Flight SQL as a client speaks it. */
class SqlCalls {
  readonly #client: FlightClient;

  constructor(client: FlightClient) {
    this.#client = client;
  }

  async info(command: SqlCommand): Promise<FlightInfo> {
    const descriptor = { type: "command", command: encodeSqlCommand(command) } as const;
    return await this.#client.getFlightInfo(descriptor);
  }

  /** Reads the result of a command, whose schema is known. */
  async read(command: SqlCommand, schema: ArrowSchema): Promise<Record<string, unknown>[]> {
    const { endpoints } = await this.info(command);
    const result = await this.#client.doGet(endpoints[0]!.ticket);
    deepEqual(shapeOf(result.schema), shapeOf(schema));
    return await Array.fromAsync(result.rows());
  }

  async checkSchema(command: SqlCommand, schema: ArrowSchema): Promise<void> {
    const descriptor = { type: "command", command: encodeSqlCommand(command) } as const;
    const message = await this.#client.getSchema(descriptor);
    const header = readMessageHeader(message.subarray(8));
    equal(header.kind, "schema");
    if (header.kind === "schema") deepEqual(shapeOf(header.schema), shapeOf(schema));
  }

  /** Puts a command, with a batch where it takes one. */
  async put(command: SqlCommand, batch?: ArrowBatch): Promise<Uint8Array> {
    const descriptor = { type: "command", command: encodeSqlCommand(command) } as const;
    await using writer = this.#client.doPut(descriptor);
    await writer.write({ header: encodeSchema(batch?.schema ?? { fields: [] }).metadata });
    if (batch !== undefined) {
      const { metadata, body } = encodeBatch(batch);
      await writer.write({ header: metadata, body });
    }
    writer.end();
    const results = await Array.fromAsync(writer.results);
    equal(results.length, 1);
    return results[0]!;
  }

  async update(command: SqlCommand): Promise<number> {
    return decodeDoPutUpdateResult(await this.put(command));
  }

  /** Runs an action; undefined where it has no result. */
  async act(command: SqlCommand & { type: keyof typeof SQL_ACTION_TYPES }) {
    const type = SQL_ACTION_TYPES[command.type];
    const results = await Array.fromAsync(this.#client.doAction(type, encodeSqlCommand(command)));
    return results[0];
  }

  /** Prepares, binds, reads and closes. */
  async readPrepared(
    prepare: SqlCommand & { type: "createPreparedStatement" | "createPreparedSubstraitPlan" },
    schema: ArrowSchema,
  ): Promise<void> {
    const { preparedStatementHandle: given } = decodePreparedStatement((await this.act(prepare))!);
    const query = { type: "preparedStatementQuery", preparedStatementHandle: given } as const;
    const preparedStatementHandle =
      decodeDoPutPreparedStatementResult(await this.put(query, ONE)) ?? given;
    await this.read({ ...query, preparedStatementHandle }, schema);
    await this.checkSchema({ ...query, preparedStatementHandle }, schema);
    await this.act({ type: "closePreparedStatement", preparedStatementHandle });
  }

  /** Prepares, updates and closes. */
  async updatePrepared(
    prepare: SqlCommand & { type: "createPreparedStatement" | "createPreparedSubstraitPlan" },
  ): Promise<number> {
    const { preparedStatementHandle } = decodePreparedStatement((await this.act(prepare))!);
    const rows = await this.update({ type: "preparedStatementUpdate", preparedStatementHandle });
    await this.act({ type: "closePreparedStatement", preparedStatementHandle });
    return rows;
  }
}

/** The value of the one parameter. */
const ONE: ArrowBatch = {
  schema: QUERY_SCHEMA,
  rows: 1,
  columns: [int64Column(QUERY_SCHEMA.fields[0]!, [1])],
};

/** What of a schema is compared; metadata is a set. */
function shapeOf({ fields }: ArrowSchema): unknown {
  return fields.map(({ name, format, nullable, children, metadata }) => ({
    name,
    format,
    nullable,
    metadata: [...metadata ?? []].sort(),
    children: children.length === 0 ? [] : shapeOf({ fields: children }),
  }));
}

const METADATA: readonly (readonly [SqlCommand, ArrowSchema])[] = [
  [{ type: "getCatalogs" }, schemas.CATALOGS_SCHEMA],
  [{ type: "getDbSchemas", ...META.getDbSchemas }, schemas.DB_SCHEMAS_SCHEMA],
  [{ type: "getTables", ...META.getTables }, schemas.TABLES_WITH_SCHEMA_SCHEMA],
  [{ type: "getTableTypes" }, schemas.TABLE_TYPES_SCHEMA],
  [{ type: "getPrimaryKeys", ...META.getPrimaryKeys }, schemas.PRIMARY_KEYS_SCHEMA],
  [{ type: "getExportedKeys", ...META.getExportedKeys }, schemas.FOREIGN_KEYS_SCHEMA],
  [{ type: "getImportedKeys", ...META.getImportedKeys }, schemas.FOREIGN_KEYS_SCHEMA],
  [{ type: "getCrossReference", ...META.getCrossReference }, schemas.FOREIGN_KEYS_SCHEMA],
  [{ type: "getXdbcTypeInfo" }, schemas.TYPE_INFO_SCHEMA],
  [{
    type: "getSqlInfo",
    info: [SqlInfo.FLIGHT_SQL_SERVER_NAME, SqlInfo.FLIGHT_SQL_SERVER_READ_ONLY],
  }, schemas.SQL_INFO_SCHEMA],
];

const flightSql: ArrowScenario = {
  name: "flight_sql",
  service: sqlService,
  client: async (client) => {
    const calls = new SqlCalls(client);
    for (const [command, schema] of METADATA) {
      await calls.read(command, schema);
      await calls.checkSchema(command, schema);
    }
    await calls.read({ type: "statementQuery", query: SQL.select }, QUERY_SCHEMA);
    await calls.checkSchema({ type: "statementQuery", query: SQL.select }, QUERY_SCHEMA);
    equal(await calls.update({ type: "statementUpdate", query: SQL.update }), ROWS.update);
    const prepare = { type: "createPreparedStatement", query: SQL.prepared } as const;
    await calls.readPrepared(prepare, QUERY_SCHEMA);
    equal(await calls.updatePrepared({ ...prepare, query: SQL.preparedUpdate }), ROWS.prepared);
  },
};

const EXTENSION_INFO: ReadonlyMap<number, unknown> = new Map<number, unknown>([
  [SqlInfo.FLIGHT_SQL_SERVER_SQL, false],
  [SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT, true],
  [SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT_MIN_VERSION, "min_version"],
  [SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT_MAX_VERSION, "max_version"],
  [SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION, 2],
  [SqlInfo.FLIGHT_SQL_SERVER_CANCEL, true],
  [SqlInfo.FLIGHT_SQL_SERVER_STATEMENT_TIMEOUT, 42],
  [SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION_TIMEOUT, 7],
]);

const extension: ArrowScenario = {
  name: "flight_sql:extension",
  service: sqlService,
  client: async (client) => {
    const calls = new SqlCalls(client);
    const info = [...EXTENSION_INFO.keys()];
    const rows = await calls.read({ type: "getSqlInfo", info }, schemas.SQL_INFO_SCHEMA);
    deepEqual(new Map(rows.map(({ info_name, value }) => [info_name, value])), EXTENSION_INFO);
    const plan = { type: "statementSubstraitPlan", plan: PLAN } as const;
    await calls.read(plan, QUERY_SCHEMA);
    await calls.checkSchema(plan, QUERY_SCHEMA);
    const cancelled = await calls.act({
      type: "cancelQuery",
      info: encodeFlightInfo(await calls.info(plan)),
    });
    equal(decodeCancelQueryResult(cancelled!), "cancelled");
    equal(await calls.update(plan), ROWS.update);
    const prepare = { type: "createPreparedSubstraitPlan", plan: PLAN } as const;
    await calls.readPrepared(prepare, QUERY_SCHEMA);
    equal(await calls.updatePrepared(prepare), ROWS.prepared);
    await inTransaction(calls);
  },
};

async function inTransaction(calls: SqlCalls): Promise<void> {
  const begin = async () =>
    decodeBeginTransactionResult((await calls.act({ type: "beginTransaction" }))!);
  const transactionId = await begin();
  equal(textOf(transactionId), SQL.transaction);
  const savepoint = { type: "beginSavepoint", transactionId, name: SQL.savepointName } as const;
  const savepointId = decodeBeginSavepointResult((await calls.act(savepoint))!);
  equal(textOf(savepointId), SQL.savepoint);
  const plan = { plan: PLAN, transactionId } as const;
  for (
    const query of [
      { type: "statementQuery", query: SQL.select, transactionId },
      { type: "statementSubstraitPlan", ...plan },
    ] as const
  ) {
    await calls.read(query, TRANSACTION_SCHEMA);
    await calls.checkSchema(query, TRANSACTION_SCHEMA);
  }
  const update = { type: "statementUpdate", query: SQL.update, transactionId } as const;
  equal(await calls.update(update), ROWS.updateInTransaction);
  equal(
    await calls.update({ type: "statementSubstraitPlan", ...plan }),
    ROWS.updateInTransaction,
  );
  const prepare = { type: "createPreparedStatement", transactionId } as const;
  const preparePlan = { type: "createPreparedSubstraitPlan", ...plan } as const;
  await calls.readPrepared({ ...prepare, query: SQL.prepared }, TRANSACTION_SCHEMA);
  await calls.readPrepared(preparePlan, TRANSACTION_SCHEMA);
  const updates = [{ ...prepare, query: SQL.preparedUpdate }, preparePlan];
  for (const each of updates) {
    equal(await calls.updatePrepared(each), ROWS.preparedInTransaction);
  }
  await calls.act({ type: "endSavepoint", savepointId, action: "rollback" });
  await calls.act({ type: "endSavepoint", savepointId, action: "release" });
  await calls.act({ type: "endTransaction", transactionId, action: "commit" });
  await calls.act({ type: "endTransaction", transactionId: await begin(), action: "rollback" });
}

const ingestion: ArrowScenario = {
  name: "flight_sql:ingestion",
  service: sqlService,
  client: async (client) => {
    const field = { name: "test_field", format: "l", nullable: true, children: [] } as const;
    const batch: ArrowBatch = {
      schema: { fields: [field] },
      rows: ROWS.ingested,
      columns: [int64Column(field, [null, null, null])],
    };
    const result = await new SqlCalls(client).put({ type: "statementIngest", ...INGEST }, batch);
    equal(decodeDoPutUpdateResult(result), ROWS.ingested);
  },
};

/** All of them. */
export const SQL_SCENARIOS: readonly ArrowScenario[] = [flightSql, extension, ingestion];
