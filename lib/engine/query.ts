/**
 * Runs one reading statement and streams its result as Arrow batches while DuckDB still works.
 * @module
 */
import type { DuckDBConnection, DuckDBResult } from "@duckdb/node-api";
import type { ArrowBatch, ArrowSchema } from "../arrow/field.ts";
import { SqlError } from "../base/errors.ts";
import { DAEMON_LIMITS } from "../base/limits.ts";
import { arrowStatement } from "./arrow_cast.ts";
import { bindParameters, type Parameters } from "./bind_parameters.ts";
import { resultSchema, schemaOf } from "./chunk_arrow.ts";
import type { Database } from "./database.ts";
import { QueryGuard } from "./query_guard.ts";
import type { ReadConnection } from "./read_connection.ts";
import { resultBatches } from "./result_batches.ts";
import { onlyStatement } from "./sql_scan.ts";
import { prepareReading } from "./statement_gate.ts";
import { StatementCalls } from "./table_calls.ts";

export type { Parameters, ParameterValue } from "./bind_parameters.ts";

/** How to run a query. */
export interface QueryOptions {
  readonly parameters?: Parameters;
  /** Interrupts DuckDB when it aborts. */
  readonly signal?: AbortSignal;
  /** Interrupts DuckDB after this many milliseconds. */
  readonly timeoutMillis?: number;
  /** Rows per batch. */
  readonly batchRows?: number;
}

/** A running query. */
export interface QueryStream {
  readonly schema: ArrowSchema;
  /** The batches; returning early interrupts the query. */
  readonly batches: AsyncGenerator<ArrowBatch>;
}

/** What a statement would return and want, without running it. */
export interface StatementShape {
  readonly schema: ArrowSchema;
  readonly parameterNames: readonly string[];
}

/**
 * Starts a query.
 *
 * @throws {SqlError} for a mistake in the statement or one that is not reading
 * @throws {LimitError} when memory or time run out
 */
export async function runQuery(
  database: Database,
  sql: string,
  options: QueryOptions = {},
): Promise<QueryStream> {
  options.signal?.throwIfAborted();
  const connection = await database.borrow();
  const guard = new QueryGuard(database, connection, sql, options);
  try {
    const result = await guard.busy(() =>
      start(database, connection, guard, sql, options.parameters)
    );
    const { duckdb } = connection;
    const schema = resultSchema(database, duckdb, result);
    const batchRows = options.batchRows ?? DAEMON_LIMITS.batchRows;
    const batches = resultBatches({
      database,
      connection: duckdb,
      result,
      schema,
      guard,
      batchRows,
    });
    return { schema, batches: new BatchStream(batches, guard) };
  } catch (error) {
    throw await guard.fail(error);
  }
}

async function start(
  database: Database,
  connection: ReadConnection,
  guard: QueryGuard,
  sql: string,
  parameters: Parameters | undefined,
): Promise<DuckDBResult> {
  using calls = new StatementCalls(database.calls, connection.id);
  for (;;) {
    guard.check();
    await connection.begin();
    try {
      return await execute(database, connection.duckdb, guard, sql, parameters);
    } catch (error) {
      if (!calls.isWaiting) throw error;
    }
    await connection.rollback(true);
    guard.check(); // a signal that has fired tells nobody
    await calls.prepare(guard.stopped);
  }
}

async function execute(
  database: Database,
  connection: DuckDBConnection,
  guard: QueryGuard,
  sql: string,
  parameters: Parameters | undefined,
): Promise<DuckDBResult> {
  const prepared = await prepareReading(connection, sql);
  try {
    // Each of these runs apart: an interrupt between two of them is lost on the engine.
    guard.check();
    bindParameters(prepared, parameters, sql);
    // Without the native functions, a stream that fails half-way would look like one that ends.
    const result = await (database.native === undefined ? prepared.run() : prepared.stream());
    guard.check();
    // Types that hang on parameters are known only by now.
    const cast = arrowStatement(onlyStatement(sql), result);
    return cast === undefined
      ? result
      : await execute(database, connection, guard, cast, parameters);
  } finally {
    prepared.destroySync();
  }
}

/** Describes a statement without running it. */
export async function describeStatement(database: Database, sql: string): Promise<StatementShape> {
  const connection = await database.borrow();
  const guard = new QueryGuard(database, connection, sql, {});
  try {
    return await guard.busy(() => describe(database, connection, guard, sql));
  } catch (error) {
    throw await guard.fail(error);
  } finally {
    await guard.close();
  }
}

async function describe(
  database: Database,
  connection: ReadConnection,
  guard: QueryGuard,
  sql: string,
): Promise<StatementShape> {
  await connection.begin();
  const prepared = await prepareReading(connection.duckdb, sql);
  guard.done();
  try {
    const parameterNames = Array.from(
      { length: prepared.parameterCount },
      (_, i) => prepared.parameterName(i + 1),
    );
    if (Number(prepared.columnTypeId(0)) === 0) {
      throw new SqlError("Types of the result hang on its parameters: run it with values", { sql });
    }
    return { schema: schemaOf(database, connection.duckdb, prepared), parameterNames };
  } finally {
    prepared.destroySync();
  }
}

/**
 * The batches of a query. A generator that was never started runs no `finally` when it is returned, and one
 * that works answers `return` only after its next batch: the connection comes back here in either case.
 */
class BatchStream implements AsyncGenerator<ArrowBatch> {
  readonly #batches: AsyncGenerator<ArrowBatch>;
  readonly #guard: QueryGuard;

  constructor(batches: AsyncGenerator<ArrowBatch>, guard: QueryGuard) {
    this.#batches = batches;
    this.#guard = guard;
  }

  next(): Promise<IteratorResult<ArrowBatch>> {
    return this.#guard.busy(() => this.#batches.next());
  }

  async return(value?: unknown): Promise<IteratorResult<ArrowBatch>> {
    this.#guard.interrupt();
    const result = await this.#batches.return(value);
    await this.#guard.close();
    return result;
  }

  async throw(error?: unknown): Promise<IteratorResult<ArrowBatch>> {
    await this.return();
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
