/**
 * DuckDB and nothing else: one in-memory database, its settings and its connections.
 * @module
 */
import { DuckDBInstance } from "@duckdb/node-api";
import type { DuckDBConnection } from "@duckdb/node-api";
import { FetchThreads } from "./fetch_threads.ts";
import { type Native, openNative } from "./native_library.ts";
import { ReadConnection } from "./read_connection.ts";
import { engineFault, readFault } from "./sql_fault.ts";
import { sqlText } from "./sql_text.ts";
import type { StatementCalls } from "./table_calls.ts";

/** Connections kept for the next requests. */
const IDLE_CONNECTIONS = 4;

/** How to open the database. */
export interface DatabaseOptions {
  /** Memory that DuckDB may use, bytes. */
  readonly memoryBytes: number;
  /** Threads of DuckDB. @default DuckDB's own choice */
  readonly threads?: number;
  /** Folder to spill to when memory runs short; without it nothing is spilled. */
  readonly spillDirectory?: string;
  /** Folders that SQL may read files from, once {@linkcode Database.lock} was called. */
  readonly readableDirectories?: readonly string[];
  /** False to hand values over one by one even where whole columns can be. @default true */
  readonly wholeColumns?: boolean;
  /** Threads that fetch large results, for a process that serves others. @default 0 */
  readonly fetchThreads?: number;
}

/** An open in-memory DuckDB. */
export class Database {
  readonly #instance: DuckDBInstance;
  /** The connection for our own statements; statements on it run one after the other. */
  readonly own: DuckDBConnection;
  /** The functions for whole columns, or undefined where they cannot be reached. */
  readonly native: Native | undefined;
  /** Threads for large results. */
  readonly fetchThreads: FetchThreads;
  /** Table function calls of the statements that run, by connection. */
  readonly calls = new Map<number, StatementCalls>();
  readonly #idle: ReadConnection[] = [];
  #closed = false;

  private constructor(instance: DuckDBInstance, own: DuckDBConnection, options: DatabaseOptions) {
    this.#instance = instance;
    this.own = own;
    this.native = options.wholeColumns === false ? undefined : openNative();
    this.fetchThreads = new FetchThreads(options.fetchThreads ?? 0);
  }

  /** Opens a fresh database. */
  static async open(options: DatabaseOptions): Promise<Database> {
    const instance = await DuckDBInstance.create(":memory:", {
      memory_limit: `${Math.floor(options.memoryBytes / 1024 / 1024)}MiB`,
      ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
      ...(options.spillDirectory === undefined
        ? { temp_directory: "" }
        : { temp_directory: options.spillDirectory }),
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      allow_community_extensions: "false",
    });
    const database = new Database(instance, await instance.connect(), options);
    const list = options.readableDirectories?.map(sqlText).join(", ");
    await database.runAll([
      "SET GLOBAL errors_as_json = true",
      "SET GLOBAL TimeZone = 'UTC'",
      // At the default of 16 MB every large run would wait for one; the run index is saved when it suits.
      "SET GLOBAL checkpoint_threshold = '128MiB'",
      "SET GLOBAL preserve_insertion_order = true",
      ...(list === undefined ? [] : [`SET GLOBAL allowed_directories = [${list}]`]),
    ]);
    return database;
  }

  /** Shuts the outside world out of SQL; files of the readable directories stay readable. */
  async lock(): Promise<void> {
    await this.runAll([
      "SET GLOBAL enable_external_access = false",
      "SET GLOBAL lock_configuration = true",
    ]);
  }

  /** Runs one of our own statements to its end. */
  async run(sql: string, values?: readonly (string | number | boolean | null)[]): Promise<void> {
    try {
      await this.own.run(sql, values === undefined ? undefined : [...values]);
    } catch (error) {
      throw engineFault(error);
    }
  }

  /** Runs statements of our own one after the other, in one turn. */
  async runAll(statements: readonly string[]): Promise<void> {
    await this.run(statements.join(";\n"));
  }

  /** Rows of one of our own statements, as plain values. */
  async rows(
    sql: string,
    values?: readonly (string | number | boolean | null)[],
  ): Promise<Record<string, unknown>[]> {
    try {
      const reader = await this.own.runAndReadAll(
        sql,
        values === undefined ? undefined : [...values],
      );
      return reader.getRowObjectsJS();
    } catch (error) {
      throw engineFault(error);
    }
  }

  /**
   * Writes what is new in an attached database to its file; queries go on meanwhile.
   *
   * @returns false where somebody was just writing to it
   */
  async checkpoint(catalog: string): Promise<boolean> {
    const connection = await this.connect();
    try {
      await connection.run(`CHECKPOINT ${catalog}`);
      return true;
    } catch (error) {
      if (/^TransactionContext$/i.test(readFault(error).type)) return false;
      throw engineFault(error);
    } finally {
      connection.closeSync();
    }
  }

  /** Lends a connection for a request; hand it back with {@linkcode release}. */
  async borrow(): Promise<ReadConnection> {
    return this.#idle.pop() ?? new ReadConnection(await this.connect(), this.native);
  }

  /** Takes a lent connection back. */
  release(connection: ReadConnection): void {
    if (this.#idle.length < IDLE_CONNECTIONS && !this.#closed) this.#idle.push(connection);
    else connection.close();
  }

  /** A further connection of our own, for whoever closes it. */
  async connect(): Promise<DuckDBConnection> {
    return await this.#instance.connect();
  }

  /** Closes all connections and the database. */
  close(): void {
    this.#closed = true;
    this.fetchThreads.close();
    for (const connection of this.#idle.splice(0)) connection.close();
    this.own.closeSync();
    this.#instance.closeSync();
  }
}

/** True for errors after which the instance serves nobody any more. */
export function isInvalidated(error: unknown): boolean {
  return error instanceof Error && /database has been invalidated/i.test(error.message);
}

/** True where memory, disk or the engine itself gave out, whatever was being read or written. */
export function isExhausted(error: unknown): boolean {
  const { type, message } = readFault(error);
  return /^(Out of Memory|FATAL|INTERNAL|Interrupt|TransactionContext|Connection)$/i.test(type) ||
    /no space left|could not write|_index(_sdk)?\.duckdb/i.test(message);
}
