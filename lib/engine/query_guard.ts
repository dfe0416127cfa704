/**
 * What a running query holds: a borrowed connection, a signal, a clock.
 * @module
 */
import { LimitError, SqlError } from "../base/errors.ts";
import type { Database } from "./database.ts";
import type { ReadConnection } from "./read_connection.ts";
import { sqlFault } from "./sql_fault.ts";

/** The engine forgets an interruption that comes while a statement is about to run: it is told again. */
const INSIST_MILLIS = 50;

/** What ends a query early. */
export interface QueryLimits {
  readonly signal?: AbortSignal;
  readonly timeoutMillis?: number;
}

/** Interrupts in time and hands the connection back exactly once. */
export class QueryGuard {
  readonly #database: Database;
  readonly #connection: ReadConnection;
  readonly #sql: string;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stopped = new AbortController();
  #timedOut = false;
  #isInterrupted = false;
  #isDone = false;
  #callers = 0;
  #fetching: Promise<unknown> | undefined;
  #giveBack: (() => void) | undefined;
  #closed: Promise<void> | undefined;
  #insisting: ReturnType<typeof setInterval> | undefined;
  readonly #stop = (): void => {
    this.#stopped.abort();
    this.interrupt();
    // Nobody is there to be told: the connection must not wait for a reader that may never come.
    if (this.#callers === 0) void this.close();
  };

  constructor(
    database: Database,
    connection: ReadConnection,
    sql: string,
    options: QueryLimits,
  ) {
    this.#database = database;
    this.#connection = connection;
    this.#sql = sql;
    this.#signal = options.signal;
    options.signal?.addEventListener("abort", this.#stop, { once: true });
    if (options.timeoutMillis !== undefined) {
      this.#timer = setTimeout(() => {
        this.#timedOut = true;
        this.#stop();
      }, options.timeoutMillis);
    }
  }

  /** Aborts when the query was cancelled or its time is over. */
  get stopped(): AbortSignal {
    return this.#stopped.signal;
  }

  /** Notes that somebody waits for what is done, and so will hear of an interruption. */
  async busy<T>(work: () => Promise<T>): Promise<T> {
    this.#callers++;
    try {
      return await work();
    } finally {
      this.#callers--;
    }
  }

  /** Throws where the query was cancelled. */
  check(): void {
    this.#signal?.throwIfAborted();
    if (this.#timedOut) throw this.#timeout();
    if (this.#closed !== undefined) throw new DOMException("Query was cancelled", "AbortError");
  }

  /** Notes a fetch, which must have ended before the connection is handed back; one at a time. */
  track<T>(fetched: Promise<T>): Promise<T> {
    // Awaited in the next turn, or by close(): an early exit must not leave it unhandled.
    this.#fetching = fetched.catch(() => {});
    return fetched;
  }

  /** Notes that the engine has nothing more to do. */
  done(): void {
    this.#isDone = true;
  }

  /** Has something given back once no fetch is under way any more. */
  onClose(giveBack: () => void): void {
    this.#giveBack = giveBack;
  }

  /** Stops what runs; nothing where the connection is somebody else's by now. */
  interrupt(): void {
    this.#isInterrupted = true;
    if (this.#closed !== undefined) return;
    this.#connection.interrupt();
    this.#insisting ??= setInterval(() => this.#connection.interrupt(), INSIST_MILLIS);
  }

  /** The error to report for a failure; hands the connection back. */
  async fail(error: unknown): Promise<unknown> {
    const byUs = this.#isInterrupted;
    this.interrupt();
    await this.close();
    if (this.#timedOut) return this.#timeout();
    if (this.#signal?.aborted === true) return this.#signal.reason;
    const fault = sqlFault(error, this.#sql);
    if (byUs || !(fault instanceof DOMException) || fault.name !== "AbortError") return fault;
    // DuckDB interrupts the other threads of a query that fails, and reports at times that alone.
    return new SqlError("Query failed half-way without a reason from the engine: run it again", {
      sql: this.#sql,
      cause: error,
    });
  }

  #timeout(): LimitError {
    return new LimitError("Query ran into its time limit: narrow it or ask for more time");
  }

  /** Ends the transaction, together with what PIVOT created in it, and hands the connection back. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#stop);
    await this.#fetching;
    clearInterval(this.#insisting);
    this.#giveBack?.();
    try {
      await this.#connection.rollback(this.#isDone);
      this.#database.release(this.#connection);
    } catch {
      // An interrupted statement may have ended the transaction itself; a fresh connection is cheap.
      this.#connection.close();
    }
  }
}
