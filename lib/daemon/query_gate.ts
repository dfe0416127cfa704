/**
 * How many queries run at once, how many wait, and which can be cancelled by name.
 * @module
 */
import { LimitError } from "../base/errors.ts";

/** A query that runs or waits. */
interface Entry {
  readonly controller: AbortController;
  readonly sql: string;
  readonly startedAt: number;
}

/** A place to run a query in. */
export interface QueryPlace extends Disposable {
  readonly id: string;
  /** Aborts when the caller went away or somebody cancelled the query. */
  readonly signal: AbortSignal;
}

/** Lets a bounded number of queries run. */
export class QueryGate {
  readonly #running = new Map<string, Entry>();
  readonly #waiting: (() => void)[] = [];
  readonly #limit: number;
  readonly #queueLimit: number;
  #free: number;
  #served = 0;

  constructor(limit: number, queueLimit: number) {
    this.#limit = limit;
    this.#queueLimit = queueLimit;
    this.#free = limit;
  }

  /** Queries under way. */
  get running(): number {
    return this.#limit - this.#free;
  }

  /** Queries answered or failed so far. */
  get served(): number {
    return this.#served;
  }

  /**
   * Waits for a place.
   *
   * @throws {LimitError} where too many wait already
   */
  async enter(sql: string, signal: AbortSignal): Promise<QueryPlace> {
    if (this.#free === 0) await this.#wait(signal);
    else this.#free--;
    const id = crypto.randomUUID();
    const controller = new AbortController();
    this.#running.set(id, { controller, sql, startedAt: Date.now() });
    const both = AbortSignal.any([signal, controller.signal]);
    let left = false;
    return {
      id,
      signal: both,
      [Symbol.dispose]: () => {
        if (left) return;
        left = true;
        this.#running.delete(id);
        this.#served++;
        const next = this.#waiting.shift();
        if (next === undefined) this.#free++;
        else next();
      },
    };
  }

  async #wait(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.#queueLimit) {
      throw new LimitError(
        `Too many queries: ${this.#limit} run and ${this.#waiting.length} wait, try again later`,
      );
    }
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        const at = this.#waiting.indexOf(enter);
        if (at >= 0) this.#waiting.splice(at, 1);
        reject(signal.reason);
      };
      if (signal.aborted) return leave();
      this.#waiting.push(enter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** Cancels a query by its id, or all with the same text; returns how many there were. */
  cancel(idOrSql: string): number {
    let count = 0;
    for (const [id, entry] of this.#running) {
      if (id !== idOrSql && entry.sql !== idOrSql) continue;
      entry.controller.abort(new DOMException("Query was cancelled", "AbortError"));
      count++;
    }
    return count;
  }

  /** What is under way. */
  list(): { query_id: string; sql: string; seconds: number }[] {
    return [...this.#running].map(([id, { sql, startedAt }]) => ({
      query_id: id,
      sql,
      seconds: (Date.now() - startedAt) / 1000,
    }));
  }
}
