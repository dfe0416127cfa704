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
  /** Since when the engine works on it; undefined while it waits for a place or for its reader. */
  workingSince?: number | undefined;
  /** When it was told to end. */
  abortedAt?: number;
}

/** A place to run a query in. */
export interface QueryPlace extends Disposable {
  readonly id: string;
  /** Aborts when the caller went away or somebody cancelled the query. */
  readonly signal: AbortSignal;
  /**
   * The same items. While their reader takes its time the place is free for other queries: clients that
   * stop reading must not keep everybody else from being served.
   */
  stream<T>(items: AsyncIterable<T>): AsyncGenerator<T>;
}

/** Lets a bounded number of queries run. */
export class QueryGate {
  /** Queries at work, waiting for a place, or waiting for their reader. */
  readonly #open = new Map<string, Entry>();
  readonly #waiting: (() => void)[] = [];
  readonly #limit: number;
  readonly #queueLimit: number;
  #free: number;

  /**
   * @param limit queries at work at once
   * @param queueLimit queries that wait on top
   */
  constructor(limit: number, queueLimit: number) {
    this.#limit = limit;
    this.#queueLimit = queueLimit;
    this.#free = limit;
  }

  /** Queries at work. */
  get running(): number {
    return this.#limit - this.#free;
  }

  /**
   * Waits for a place.
   *
   * @throws {LimitError} where too many wait already
   */
  async enter(sql: string, signal: AbortSignal): Promise<QueryPlace> {
    signal.throwIfAborted();
    if (this.#open.size >= this.#limit + this.#queueLimit) {
      throw new LimitError(
        `Too many queries: ${this.running} run and ${
          this.#open.size - this.running
        } wait, try again later`,
      );
    }
    const id = crypto.randomUUID();
    const controller = new AbortController();
    const both = AbortSignal.any([signal, controller.signal]);
    const entry: Entry = { controller, sql, startedAt: Date.now() };
    both.addEventListener("abort", () => entry.abortedAt = Date.now(), { once: true });
    this.#open.set(id, entry);
    try {
      await this.#take(both);
    } catch (error) {
      this.#open.delete(id);
      throw error;
    }
    return this.#place(id, entry, both);
  }

  #place(id: string, entry: Entry, signal: AbortSignal): QueryPlace {
    const take = async (): Promise<void> => {
      await this.#take(signal);
      entry.workingSince = Date.now();
    };
    const leave = (): void => {
      if (entry.workingSince !== undefined) this.#giveBack();
      entry.workingSince = undefined;
    };
    entry.workingSince = Date.now();
    return {
      id,
      signal,
      async *stream<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
        for await (const item of items) {
          leave();
          yield item;
          await take();
        }
      },
      [Symbol.dispose]: () => {
        leave();
        this.#open.delete(id);
      },
    };
  }

  /** Takes a place as soon as there is one; throws the reason of the signal when that aborts first. */
  async #take(signal: AbortSignal): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
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

  #giveBack(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }

  /**
   * A statement that the engine works on although it was told to end so long ago, or has worked on for
   * longer than any may take.
   */
  stuck(graceMillis: number, queryMillis: number): string | undefined {
    const now = Date.now();
    for (const { sql, workingSince = now, abortedAt = now } of this.#open.values()) {
      const isLate = now - workingSince > queryMillis + graceMillis;
      const isDeaf = now - Math.max(workingSince, abortedAt) > graceMillis;
      if (isLate || isDeaf) return sql;
    }
    return undefined;
  }

  /** Cancels a query by its id, or all with the same text; returns how many there were. */
  cancel(idOrSql: string): number {
    let count = 0;
    for (const [id, entry] of this.#open) {
      if (id !== idOrSql && entry.sql !== idOrSql) continue;
      entry.controller.abort(new DOMException("Query was cancelled", "AbortError"));
      count++;
    }
    return count;
  }

  /** What is under way. */
  list(): { query_id: string; sql: string; seconds: number }[] {
    return [...this.#open].map(([id, { sql, startedAt }]) => ({
      query_id: id,
      sql,
      seconds: (Date.now() - startedAt) / 1000,
    }));
  }
}
