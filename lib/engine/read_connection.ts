/**
 * A connection for reading requests, each in a transaction of its own. Beginning and ending one takes the
 * engine less time than handing it to another thread and back: where the native functions can be reached,
 * both run in place, from statements that were prepared once.
 * @module
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import type { Native } from "./native_library.ts";
import {
  type DuckDBSymbols,
  type Pointer,
  raiseResultError,
  RESULT_BYTES,
} from "./native_symbols.ts";

const BEGIN = "BEGIN TRANSACTION READ ONLY";
const ROLLBACK = "ROLLBACK";
const encoder = new TextEncoder();

/** A connection that requests use one after the other. */
export class ReadConnection {
  readonly duckdb: DuckDBConnection;
  /** By what the engine tells its connections apart. */
  readonly id: number;
  readonly #begin: PreparedInPlace | undefined;
  readonly #rollback: PreparedInPlace | undefined;

  /** @param native the functions to begin and end transactions in place with */
  constructor(duckdb: DuckDBConnection, native: Native | undefined) {
    this.duckdb = duckdb;
    this.id = duckdb.clientContext.connectionId;
    const pointer = native?.connection(Reflect.get(duckdb, "connection"));
    if (native === undefined || pointer === undefined) return;
    this.#begin = new PreparedInPlace(native.symbols, pointer, BEGIN);
    this.#rollback = new PreparedInPlace(native.symbols, pointer, ROLLBACK);
  }

  /** Begins a transaction in which nothing can be written. */
  async begin(): Promise<void> {
    if (this.#begin === undefined) await this.duckdb.run(BEGIN);
    else this.#begin.run();
  }

  /**
   * Ends the transaction.
   *
   * @param isIdle whether nothing runs on the connection any more: ending what does can take long, and would
   * hold up this thread
   */
  async rollback(isIdle: boolean): Promise<void> {
    if (!isIdle || this.#rollback === undefined) await this.duckdb.run(ROLLBACK);
    else this.#rollback.run();
  }

  /** Stops what runs. */
  interrupt(): void {
    this.duckdb.interrupt();
  }

  /** Closes the connection. */
  close(): void {
    this.#begin?.destroy();
    this.#rollback?.destroy();
    this.duckdb.closeSync();
  }
}

/** A statement that takes and returns nothing, run in this thread. */
class PreparedInPlace {
  readonly #symbols: DuckDBSymbols;
  readonly #statement = new BigUint64Array(1);
  readonly #pointer: Pointer;

  constructor(symbols: DuckDBSymbols, connection: Pointer, sql: string) {
    this.#symbols = symbols;
    const state = symbols.duckdb_prepare(connection, encoder.encode(`${sql}\0`), this.#statement);
    const pointer = Deno.UnsafePointer.create(this.#statement[0] ?? 0n);
    if (state !== 0 || pointer === null) throw new Error(`DuckDB cannot prepare ${sql}`);
    this.#pointer = pointer;
  }

  run(): void {
    const result = new Uint8Array(RESULT_BYTES);
    const pointer = Deno.UnsafePointer.of(result);
    this.#symbols.duckdb_execute_prepared(this.#pointer, result);
    try {
      if (pointer !== null) raiseResultError(this.#symbols, pointer);
    } finally {
      this.#symbols.duckdb_destroy_result(result);
    }
  }

  destroy(): void {
    this.#symbols.duckdb_destroy_prepare(this.#statement);
  }
}
