/**
 * The events table: batches go in whole, a row id tells where each landed.
 * @module
 */
import { batchBytes } from "../arrow/batch_bytes.ts";
import type { ArrowBatch } from "../arrow/field.ts";
import type { Database } from "../engine/database.ts";
import { TableAppender } from "../engine/table_appender.ts";

/**
 * Rows that wait for a flush: a whole row group of DuckDB, which takes it over as it is where it copies what
 * is smaller (measured: 1.2 s instead of 2.5 for 700,000 events).
 */
const FLUSH_ROWS = 122_880;
/** ... or bytes: what is appended lies in memory once more until then. */
const FLUSH_BYTES = 256 * 1024 * 1024;

const TARGET = { catalog: "memory", schema: "store", table: "events" };

/** Appends to the events table on connections of its own. */
export class EventTable {
  #appender: TableAppender;
  /** Takes turns with the other while files are loaded. */
  #other: TableAppender;
  /** What the other one is at. */
  #flushing: Promise<void> | undefined;
  #rows = 0;
  #unflushed = 0;
  #unflushedBytes = 0;

  private constructor(appender: TableAppender, other: TableAppender) {
    this.#appender = appender;
    this.#other = other;
  }

  /** Opens the table. */
  static async open(database: Database): Promise<EventTable> {
    const one = async (): Promise<TableAppender> =>
      await TableAppender.open(database, TARGET, await database.connect());
    return new EventTable(await one(), await one());
  }

  /** Events in the table; also the row id of the next one. */
  get rows(): number {
    return this.#rows;
  }

  get #isFull(): boolean {
    return this.#unflushed >= FLUSH_ROWS || this.#unflushedBytes >= FLUSH_BYTES;
  }

  /** Appends a batch in the columns of the event format; visible after {@linkcode flush}. */
  append(batch: ArrowBatch): void {
    this.#appender.append(batch);
    this.#rows += batch.rows;
    this.#unflushed += batch.rows;
    this.#unflushedBytes += batchBytes(batch);
    if (this.#isFull && this.#flushing === undefined) this.flush();
  }

  /**
   * Appends many batches: half of the time that takes is the engine's, which spends it in another thread
   * meanwhile. Nothing else may append or flush until then.
   *
   * @param appended calls {@linkcode append} for a batch with each step
   */
  async load(appended: Iterable<unknown>): Promise<void> {
    this.#flushing = Promise.resolve();
    for (const _ of appended) {
      if (!this.#isFull) continue;
      // Rows are numbered as they are flushed: one after the other.
      await this.#flushing;
      [this.#appender, this.#other] = [this.#other, this.#appender];
      this.#unflushed = this.#unflushedBytes = 0;
      this.#flushing = this.#other.flushAside();
      this.#flushing.catch(() => {}); // thrown where it is waited for
    }
    await this.#flushing;
    this.#flushing = undefined;
    this.flush();
  }

  /** Makes everything appended visible to queries that start from now on. */
  flush(): void {
    if (this.#flushing !== undefined) throw new TypeError("Events are being loaded: wait for that");
    if (this.#unflushed === 0) return;
    this.#unflushed = this.#unflushedBytes = 0;
    this.#appender.flush();
  }

  /** Flushes and closes. */
  close(): void {
    this.#unflushed = 0;
    this.#appender.close();
    this.#other.close();
  }
}
