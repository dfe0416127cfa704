/**
 * Runs one reading statement and streams its result as Arrow batches while DuckDB still works.
 * @module
 */
import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import type { ArrowBatch, ArrowSchema } from "../arrow/field.ts";
import { LimitError, SqlError } from "../base/errors.ts";
import { DAEMON_LIMITS } from "../base/limits.ts";
import { BatchCollector, resultSchema } from "./chunk_arrow.ts";
import type { Database } from "./database.ts";
import { sqlFault } from "./sql_fault.ts";
import { prepareReading } from "./statement_gate.ts";

/** A value for a parameter of a statement. */
export type ParameterValue = string | number | bigint | boolean | null | Uint8Array;

/** Positional values, or values by name without the dollar sign. */
export type Parameters = readonly ParameterValue[] | Readonly<Record<string, ParameterValue>>;

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
  const connection = await database.borrow();
  const guard = new QueryGuard(database, connection, sql, options);
  try {
    options.signal?.throwIfAborted();
    await connection.run("BEGIN TRANSACTION READ ONLY");
    const prepared = await prepareReading(connection, sql);
    bindParameters(prepared, options.parameters, sql);
    const result = await prepared.stream();
    prepared.destroySync();
    const schema = resultSchema(database, connection, result);
    return { schema, batches: stream(database, connection, result, schema, guard, options) };
  } catch (error) {
    throw await guard.fail(error);
  }
}

/** Describes a statement without running it. */
export async function describeStatement(database: Database, sql: string): Promise<StatementShape> {
  const connection = await database.borrow();
  const guard = new QueryGuard(database, connection, sql, {});
  try {
    await connection.run("BEGIN TRANSACTION READ ONLY");
    const prepared = await prepareReading(connection, sql);
    const parameterNames = Array.from(
      { length: prepared.parameterCount },
      (_, i) => prepared.parameterName(i + 1),
    );
    for (let i = 1; i <= prepared.parameterCount; i++) prepared.bindNull(i);
    const schema = resultSchema(database, connection, prepared);
    prepared.destroySync();
    await guard.done();
    return { schema, parameterNames };
  } catch (error) {
    throw await guard.fail(error);
  }
}

async function* stream(
  database: Database,
  connection: DuckDBConnection,
  result: DuckDBResult,
  schema: ArrowSchema,
  guard: QueryGuard,
  options: QueryOptions,
): AsyncGenerator<ArrowBatch> {
  const batchRows = options.batchRows ?? DAEMON_LIMITS.batchRows;
  let finished = false;
  try {
    let collector = new BatchCollector(database, connection, schema);
    let next: Promise<DuckDBDataChunk | null> = result.fetchChunk();
    for (;;) {
      const chunk = await next;
      if (chunk === null || chunk.rowCount === 0) break;
      // DuckDB works on the next chunk while this one is copied.
      next = result.fetchChunk();
      next.catch(() => {}); // awaited in the next turn; an early exit must not leave it unhandled
      collector.append(chunk);
      if (collector.rows >= batchRows || collector.byteLength > DAEMON_LIMITS.batchBytes) {
        yield collector.finish();
        guard.check();
        collector = new BatchCollector(database, connection, schema);
      }
    }
    if (collector.rows > 0) yield collector.finish();
    finished = true;
  } catch (error) {
    throw await guard.fail(error);
  } finally {
    if (finished) await guard.done();
    else await guard.abandon();
  }
}

/** Interrupts in time and hands the connection back exactly once. */
class QueryGuard {
  readonly #database: Database;
  readonly #connection: DuckDBConnection;
  readonly #sql: string;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #timedOut = false;
  #closed = false;
  readonly #interrupt = (): void => this.#connection.interrupt();

  constructor(
    database: Database,
    connection: DuckDBConnection,
    sql: string,
    options: QueryOptions,
  ) {
    this.#database = database;
    this.#connection = connection;
    this.#sql = sql;
    this.#signal = options.signal;
    options.signal?.addEventListener("abort", this.#interrupt, { once: true });
    if (options.timeoutMillis !== undefined) {
      this.#timer = setTimeout(() => {
        this.#timedOut = true;
        this.#interrupt();
      }, options.timeoutMillis);
    }
  }

  /** Throws where the query was cancelled between two batches. */
  check(): void {
    this.#signal?.throwIfAborted();
    if (this.#timedOut) throw this.#timeout();
  }

  /** Ends the transaction and hands the connection back. */
  async done(): Promise<void> {
    await this.#close("COMMIT");
  }

  /** Interrupts what still runs and hands the connection back. */
  async abandon(): Promise<void> {
    if (!this.#closed) this.#interrupt();
    await this.#close("ROLLBACK");
  }

  /** The error to report for a failure; hands the connection back. */
  async fail(error: unknown): Promise<Error> {
    await this.abandon();
    if (this.#timedOut) return this.#timeout();
    return sqlFault(error, this.#sql);
  }

  #timeout(): LimitError {
    return new LimitError("Query ran into its time limit: narrow it or ask for more time");
  }

  async #close(how: "COMMIT" | "ROLLBACK"): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#interrupt);
    try {
      await this.#connection.run(how);
      this.#database.release(this.#connection);
    } catch {
      // An interrupted statement may have ended the transaction itself; a fresh connection is cheap.
      this.#connection.closeSync();
    }
  }
}

function bindParameters(
  prepared: Awaited<ReturnType<typeof prepareReading>>,
  parameters: Parameters | undefined,
  sql: string,
): void {
  const count = prepared.parameterCount;
  const names = Array.from({ length: count }, (_, i) => prepared.parameterName(i + 1));
  if (parameters === undefined) {
    if (count > 0) {
      throw new SqlError(`Statement wants ${count} parameters: ${list(names)}`, { sql });
    }
    return;
  }
  const values: readonly ParameterValue[] = isPositional(parameters)
    ? parameters
    : names.map((name) => named(parameters, name, sql));
  if (values.length !== count) {
    throw new SqlError(`Statement wants ${count} parameters, got ${values.length}`, { sql });
  }
  values.forEach((value, i) => bindOne(prepared, i + 1, value));
}

function isPositional(parameters: Parameters): parameters is readonly ParameterValue[] {
  return Array.isArray(parameters);
}

function named(
  parameters: Readonly<Record<string, ParameterValue>>,
  name: string,
  sql: string,
): ParameterValue {
  const value = parameters[name];
  if (value === undefined) throw new SqlError(`Parameter $${name} has no value`, { sql });
  return value;
}

function bindOne(
  prepared: Awaited<ReturnType<typeof prepareReading>>,
  index: number,
  value: ParameterValue,
): void {
  if (value === null) prepared.bindNull(index);
  else if (typeof value === "string") prepared.bindVarchar(index, value);
  else if (typeof value === "boolean") prepared.bindBoolean(index, value);
  else if (typeof value === "bigint") prepared.bindBigInt(index, value);
  else if (value instanceof Uint8Array) prepared.bindBlob(index, value);
  else if (Number.isSafeInteger(value)) prepared.bindBigInt(index, BigInt(value));
  else prepared.bindDouble(index, value);
}

function list(names: readonly string[]): string {
  return names.map((name) => `$${name}`).join(", ");
}
