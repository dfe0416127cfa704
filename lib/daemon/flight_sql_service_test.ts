import {
  deepStrictEqual as deepEqual,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import { field } from "../arrow/field.ts";
import { readMessageHeader } from "../arrow/message_reader.ts";
import { encodeBatch, encodeSchema } from "../arrow/message_writer.ts";
import { FlightClient } from "../flight/client.ts";
import {
  decodeCancelFlightInfoResult,
  encodeCancelFlightInfoRequest,
} from "../flight/flight_actions.ts";
import type { FlightInfo } from "../flight/messages.ts";
import { FlightServer } from "../flight/server.ts";
import { encodeSqlCommand } from "../flight/sql_commands.ts";
import { decodePreparedStatement } from "../flight/sql_results.ts";
import type { SqlCommand } from "../flight/sql_types.ts";
import { ActionService } from "./action_service.ts";
import { batchOfRows, type Cell } from "./flight_sql_batch.ts";
import { FlightSqlService } from "./flight_sql_service.ts";
import { QueryGate } from "./query_gate.ts";
import { QueryService } from "./query_service.ts";
import { createService } from "./service.ts";
import { Warehouse } from "./warehouse.ts";

type Row = Record<string, unknown>;

/** A server over an empty data directory, whose views are all there. */
class TestServer implements AsyncDisposable {
  readonly gate: QueryGate = new QueryGate(4, 16);
  client!: FlightClient;
  #dataDir = "";
  #warehouse!: Warehouse;
  #server!: FlightServer;

  static async start(): Promise<TestServer> {
    const test = new TestServer();
    test.#dataDir = await Deno.makeTempDir();
    test.#warehouse = await Warehouse.open({
      dataDir: test.#dataDir,
      memoryBytes: 256 * 1024 * 1024,
      writable: true,
      log: () => {},
    });
    const queries = new QueryService(test.#warehouse, test.gate, 60_000);
    const sql = new FlightSqlService(test.#warehouse, queries, test.gate);
    const service = createService({
      maxResultRows: Infinity,
      queries,
      actions: new ActionService({}),
      sql: () => Promise.resolve(sql),
      puts: undefined as never,
      live: undefined as never,
      channelLive: undefined as never,
      channelPushes: undefined as never,
    });
    test.#server = await FlightServer.serve(service);
    test.client = await FlightClient.connect(test.#server.location);
    return test;
  }

  info(command: SqlCommand): Promise<FlightInfo> {
    return this.client.getFlightInfo({ type: "command", command: encodeSqlCommand(command) });
  }

  async rows(info: FlightInfo | SqlCommand): Promise<Row[]> {
    const found = "endpoints" in info ? info : await this.info(info);
    const result = await this.client.doGet(found.endpoints[0]!.ticket);
    return await Array.fromAsync(result.rows()) as Row[];
  }

  async action(type: string, body: Uint8Array): Promise<Uint8Array | undefined> {
    return (await Array.fromAsync(this.client.doAction(type, body)))[0];
  }

  async prepare(query: string): ReturnType<typeof preparedOf> {
    const command = encodeSqlCommand({ type: "createPreparedStatement", query });
    return await preparedOf(this.action("CreatePreparedStatement", command));
  }

  async bind(handle: Uint8Array, formats: readonly string[], rows: Cell[][]): Promise<void> {
    const schema = { fields: formats.map((format, i) => field(String(i), format)) };
    const command = encodeSqlCommand({
      type: "preparedStatementQuery",
      preparedStatementHandle: handle,
    });
    const call = this.client.doPut({ type: "command", command });
    const { metadata, body } = encodeBatch(batchOfRows(schema, rows));
    await call.write({ header: encodeSchema(schema).metadata });
    await call.write({ header: metadata, body });
    await call.close();
    await Array.fromAsync(call.results);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close();
    await this.#server[Symbol.asyncDispose]();
    await this.#warehouse[Symbol.asyncDispose]();
    await Deno.remove(this.#dataDir, { recursive: true });
  }
}

async function preparedOf(
  body: Promise<Uint8Array | undefined>,
): Promise<ReturnType<typeof decodePreparedStatement>> {
  return decodePreparedStatement(await body ?? new Uint8Array());
}

function fieldsOf(schema: Uint8Array): readonly { name: string; format: string }[] {
  const header = readMessageHeader(schema.subarray(8));
  return header.kind === "schema"
    ? header.schema.fields.map(({ name, format }) => ({ name, format }))
    : [];
}

Deno.test("FlightSqlService describes a statement without running it, then runs it", async () => {
  await using test = await TestServer.start();
  const info = await test.info({ type: "statementQuery", query: "SELECT 7 AS x, 'a' AS y" });
  deepEqual(fieldsOf(info.schema), [{ name: "x", format: "i" }, { name: "y", format: "u" }]);
  const fails = await test.info({ type: "statementQuery", query: "SELECT error('run') FROM runs" });
  equal(fieldsOf(fails.schema).length, 1);
  deepEqual(await test.rows(info), [{ x: 7, y: "a" }]);
  deepEqual(await test.rows(info), [{ x: 7, y: "a" }]);
});

Deno.test("FlightSqlService marks columns with the metadata that drivers read", async () => {
  await using test = await TestServer.start();
  const info = await test.info({ type: "statementQuery", query: "SELECT 1.50 AS x" });
  const header = readMessageHeader(info.schema.subarray(8));
  const metadata = header.kind === "schema" ? header.schema.fields[0]?.metadata : undefined;
  equal(metadata?.get("ARROW:FLIGHT:SQL:TYPE_NAME"), "DECIMAL(3,2)");
  equal(metadata?.get("ARROW:FLIGHT:SQL:PRECISION"), "3");
  equal(metadata?.get("ARROW:FLIGHT:SQL:IS_READ_ONLY"), "1");
});

Deno.test("FlightSqlService refuses what writes, wants values or belongs to transactions", async () => {
  await using test = await TestServer.start();
  const refused = (query: string, transactionId?: Uint8Array): Promise<FlightInfo> =>
    test.info({ type: "statementQuery", query, ...(transactionId && { transactionId }) });
  await rejects(refused("CREATE TABLE t (x INT)"), /read-only/);
  await rejects(refused("SELECT ?"), /prepare it and bind/);
  await rejects(refused("SELECT 1", new Uint8Array([1])), /Transactions are not supported/);
  const begin = encodeSqlCommand({ type: "beginTransaction" });
  await rejects(test.action("BeginTransaction", begin), /needs no transactions/);
  await rejects(test.action("Nonsense", new Uint8Array()), /ListActions/);
  await rejects(
    test.info({ type: "statementSubstraitPlan", plan: { plan: new Uint8Array(), version: "" } }),
    /Substrait/,
  );
  const update = encodeSqlCommand({ type: "statementUpdate", query: "DELETE FROM events" });
  const call = test.client.doPut({ type: "command", command: update });
  await rejects(async () => {
    await call.write({ header: encodeSchema({ fields: [] }).metadata });
    await call.close();
    await Array.fromAsync(call.results);
  }, /Updates are refused/);
});

Deno.test("FlightSqlService prepares, binds, runs and forgets a statement", async () => {
  await using test = await TestServer.start();
  const prepared = await test.prepare("SELECT upper(?) AS x, ?::BIGINT + 1 AS y");
  const { preparedStatementHandle } = prepared;
  deepEqual(fieldsOf(prepared.parameterSchema), [
    { name: "1", format: "u" },
    { name: "2", format: "l" },
  ]);
  deepEqual(fieldsOf(prepared.datasetSchema).map(({ name }) => name), ["x", "y"]);
  const command = { type: "preparedStatementQuery", preparedStatementHandle } as const;
  await rejects(test.rows(command), /have no values/);
  await test.bind(preparedStatementHandle, ["u", "l"], [["a", 1], [null, 2]]);
  deepEqual(await test.rows(command), [{ x: "A", y: 2 }, { x: null, y: 3 }]);
  await test.bind(preparedStatementHandle, ["u", "l"], []);
  deepEqual(await test.rows(command), []);
  const close = encodeSqlCommand({ type: "closePreparedStatement", preparedStatementHandle });
  equal(await test.action("ClosePreparedStatement", close), undefined);
  await rejects(test.rows(command), /prepare it again/);
});

Deno.test("FlightSqlService tells the schema that bound values give", async () => {
  await using test = await TestServer.start();
  const { preparedStatementHandle, datasetSchema } = await test.prepare("SELECT ? AS x, ? AS x");
  equal(fieldsOf(datasetSchema).length, 2);
  await test.bind(preparedStatementHandle, ["u", "b"], [["a", true]]);
  const command = { type: "preparedStatementQuery", preparedStatementHandle } as const;
  const info = await test.info(command);
  deepEqual(fieldsOf(info.schema).map(({ format }) => format), ["u", "b"]);
});

Deno.test("FlightSqlService lists catalog, tables with schemas, and keys by pattern", async () => {
  await using test = await TestServer.start();
  deepEqual(await test.rows({ type: "getCatalogs" }), [{ catalog_name: "memory" }]);
  const tables = { type: "getTables", tableTypes: [], includeSchema: false } as const;
  const names = (await test.rows(tables)).map((row) => row.table_name);
  deepEqual(names, ["channels", "events", "measurements", "runs", "sessions", "steps"]);
  deepEqual(await test.rows({ ...tables, catalog: "other" }), []);
  deepEqual(await test.rows({ ...tables, tableTypes: ["TABLE"] }), []);
  const [runs] = await test.rows({
    ...tables,
    tableNameFilterPattern: "run_",
    dbSchemaFilterPattern: "ma%",
    includeSchema: true,
  });
  const columns = fieldsOf(runs?.table_schema as Uint8Array);
  ok(columns.some(({ name, format }) => name === "run_started_at" && format === "tsu:UTC"));
  deepEqual(await test.rows({ type: "statementQuery", query: 'FROM "memory"."main"."runs"' }), []);
  const keys = await test.rows({ type: "getPrimaryKeys", table: "steps" });
  deepEqual(keys.map((row) => row.column_name), ["run_id", "step_path", "vector_index"]);
  deepEqual(await test.rows({ type: "getImportedKeys", table: "runs" }), []);
  const types = await test.rows({ type: "getXdbcTypeInfo", dataType: 93 });
  ok(types.some((row) => row.type_name === "TIMESTAMP WITH TIME ZONE"));
  equal((await test.rows({ type: "getSqlInfo", info: [0] }))[0]?.value, "Litmus");
});

Deno.test("FlightSqlService cancels exactly the query of a FlightInfo", async () => {
  await using test = await TestServer.start();
  const query = "SELECT count(*) AS n FROM range(100000000000) t(i) WHERE i % 7 = 8";
  const info = await test.info({ type: "statementQuery", query });
  const running = test.rows(info);
  while (test.gate.running === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const result = await test.action("CancelFlightInfo", encodeCancelFlightInfoRequest(info));
  equal(decodeCancelFlightInfoResult(result!), "cancelled");
  await rejects(running, /cancelled/i);
  await rejects(test.rows(info), /cancelled/i);
});

Deno.test("FlightSqlService refuses damaged handles with INVALID_ARGUMENT or NOT_FOUND", async () => {
  await using test = await TestServer.start();
  for (const bytes of [[], [1, 2, 3], [0x53], [...new Uint8Array(17).fill(0x53), 0xff]]) {
    const statementHandle = new Uint8Array(bytes);
    const ticket = encodeSqlCommand({ type: "ticketStatementQuery", statementHandle });
    await rejects(async () => await test.client.doGet(ticket), /Statement handle/);
  }
  const preparedStatementHandle = new Uint8Array(16);
  await rejects(test.info({ type: "preparedStatementQuery", preparedStatementHandle }), /prepare/);
});
