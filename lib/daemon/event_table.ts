/**
 * The events table: batches go in whole, a row id tells where each landed.
 * @module
 */
import type { ArrowBatch } from "../arrow/field.ts";
import type { Database } from "../engine/database.ts";
import { TableAppender } from "../engine/table_appender.ts";

/** Rows that may wait for a flush: what is appended lies in memory once more until then. */
const FLUSH_ROWS = 65_536;

/** Appends to the events table on a connection of its own. */
export class EventTable {
  readonly #appender: TableAppender;
  #rows = 0;
  #unflushed = 0;

  private constructor(appender: TableAppender) {
    this.#appender = appender;
  }

  /** Opens the table. */
  static async open(database: Database): Promise<EventTable> {
    const connection = await database.connect();
    const target = { catalog: "memory", schema: "store", table: "events" };
    return new EventTable(await TableAppender.open(database, target, connection));
  }

  /** Events in the table; also the row id of the next one. */
  get rows(): number {
    return this.#rows;
  }

  /** Appends a batch in the columns of the event format; visible after {@linkcode flush}. */
  append(batch: ArrowBatch): void {
    this.#appender.append(batch);
    this.#rows += batch.rows;
    this.#unflushed += batch.rows;
    if (this.#unflushed >= FLUSH_ROWS) this.flush();
  }

  /** Makes everything appended visible to queries that start from now on. */
  flush(): void {
    if (this.#unflushed === 0) return;
    this.#unflushed = 0;
    this.#appender.flush();
  }

  /** Flushes and closes. */
  close(): void {
    this.#unflushed = 0;
    this.#appender.close();
  }
}
