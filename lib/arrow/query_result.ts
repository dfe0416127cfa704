/**
 * The answer to a query, in whichever shape the caller wants it.
 * @module
 */
import type { RecordBatch, Table } from "apache-arrow";
import { LitmusError } from "../base/errors.ts";
import { columnArray } from "./column_arrays.ts";
import { valueReader } from "./column_values.ts";
import { csvLines } from "./csv.ts";
import { displayBundle } from "./display.ts";
import type { ArrowBatch, ArrowSchema } from "./field.ts";
import { MessageBatches, type ResultMessage } from "./message_batches.ts";
import { toRecordBatches, toTable } from "./to_apache.ts";

export type { ResultMessage } from "./message_batches.ts";

/** A row with its values by column name. */
export type Row = Record<string, unknown>;

/**
 * A query result that streams: nothing is held that the caller has not asked for. Reading it once as
 * {@linkcode rows}, {@linkcode batches} or {@linkcode toCsv} consumes it; {@linkcode toArrow},
 * {@linkcode toColumns} and display keep the batches, so that they can be repeated.
 */
export class QueryResult {
  /** Names, formats and nesting of the columns. */
  readonly schema: ArrowSchema;
  /** How many rows there will be, where that is known before they are read. */
  readonly expectedRows: number | undefined;
  readonly #source: AsyncIterable<ArrowBatch> | undefined;
  #taken = false;
  #kept: Promise<readonly ArrowBatch[]> | undefined;

  /** Wraps batches of one schema; the stores and clients of this package do so for you. */
  constructor(
    schema: ArrowSchema,
    batches: AsyncIterable<ArrowBatch> | readonly ArrowBatch[],
    options: { readonly expectedRows?: number | undefined } = {},
  ) {
    this.schema = schema;
    this.expectedRows = options.expectedRows;
    if (Symbol.asyncIterator in batches) this.#source = batches;
    else this.#kept = Promise.resolve([...batches]);
  }

  /**
   * Reads the schema of a Flight stream and leaves the rest to be read on demand.
   *
   * @param messages IPC metadata and bodies in stream order
   * @throws {LitmusError} if the stream holds no schema
   */
  static async fromMessages(messages: AsyncIterable<ResultMessage>): Promise<QueryResult> {
    const batches = await MessageBatches.open(messages);
    return new QueryResult(batches.schema, batches);
  }

  /**
   * The columns in this package's own layout, batch by batch.
   *
   * @throws {LitmusError} if the result was read already and not kept
   */
  columnBatches(): AsyncIterable<ArrowBatch> {
    if (this.#kept !== undefined) return iterate(this.#kept);
    const source = this.#source;
    if (source === undefined || this.#taken) {
      throw new LitmusError("Query result was read already: run the query again or use toArrow()");
    }
    this.#taken = true;
    return source;
  }

  /** Gives up what was not read yet, so that the server stops sending. What was kept stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#taken = true;
    await this.#source?.[Symbol.asyncIterator]().return?.();
  }

  /** Record batches of apache-arrow as they arrive. */
  batches(): AsyncIterable<RecordBatch> {
    return toRecordBatches(this.schema, this.columnBatches());
  }

  /**
   * Rows as objects, as they arrive.
   *
   * @returns values by column name: numbers (bigint beyond 2^53), text, booleans, null; times as
   * RFC 3339 text with microseconds; decimals as text; lists as arrays; structs as objects
   */
  async *rows<T extends object = Row>(): AsyncGenerator<T> {
    const names = uniqueNames(this.schema);
    // Assigned, this name would set the prototype and vanish.
    const special = names.includes("__proto__");
    for await (const values of this.rowArrays()) {
      if (special) {
        yield Object.fromEntries(names.map((name, i) => [name, values[i]])) as T;
        continue;
      }
      const row: Row = {};
      for (let i = 0; i < names.length; i++) row[names[i] ?? ""] = values[i];
      yield row as T;
    }
  }

  /** Rows as arrays in column order, as they arrive. */
  async *rowArrays(): AsyncGenerator<unknown[]> {
    for await (const batch of this.columnBatches()) {
      const readers = batch.columns.map(valueReader);
      for (let row = 0; row < batch.rows; row++) yield readers.map((read) => read(row));
    }
  }

  /** An apache-arrow table of the whole result. */
  async toArrow(): Promise<Table> {
    return await toTable(this.schema, iterate(await this.#keep()));
  }

  /**
   * Whole columns by name: typed arrays for numbers without nulls, `BigInt64Array` of units since the
   * epoch for timestamps, otherwise plain arrays.
   */
  async toColumns(): Promise<Record<string, ArrayLike<unknown>>> {
    const batches = await this.#keep();
    const names = uniqueNames(this.schema);
    return Object.fromEntries(
      this.schema.fields.map((field, i) => [
        names[i] ?? "",
        columnArray(field, batches.flatMap((batch) => batch.columns[i] ?? [])),
      ]),
    );
  }

  /** The whole result as CSV text with a header line (RFC 4180, lines end with LF). */
  async toCsv(): Promise<string> {
    let text = "";
    for await (const line of csvLines(uniqueNames(this.schema), this.rowArrays())) text += line;
    return text;
  }

  /** What a Jupyter kernel shows: a table as HTML and as plain text. */
  async [Symbol.for("Jupyter.display")](): Promise<Record<string, string>> {
    return displayBundle(this.schema, await this.#keep());
  }

  #keep(): Promise<readonly ArrowBatch[]> {
    // The promise, not the batches: two calls at once share one reading.
    this.#kept ??= Array.fromAsync(this.columnBatches());
    return this.#kept;
  }
}

/** Column names with a suffix where SQL let two of them be the same. */
export function uniqueNames(schema: ArrowSchema): string[] {
  const taken = new Set<string>();
  const suffixes = new Map<string, number>();
  return schema.fields.map(({ name }) => {
    let unique = name;
    let suffix = suffixes.get(name) ?? 0;
    while (taken.has(unique)) unique = `${name}_${++suffix}`;
    suffixes.set(name, suffix);
    taken.add(unique);
    return unique;
  });
}

async function* iterate(
  batches: readonly ArrowBatch[] | Promise<readonly ArrowBatch[]>,
): AsyncGenerator<ArrowBatch> {
  yield* await batches;
}
