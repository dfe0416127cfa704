/**
 * Collects DuckDB chunks into one Arrow batch by the C functions; works in any thread.
 * @module
 */
import type { ArrowBatch, ArrowSchema } from "../arrow/field.ts";
import { ARRAY_RELEASE, release, type Structure } from "./arrow_release.ts";
import { BodyLayout } from "./body_layout.ts";
import { ColumnGatherer } from "./column_gatherer.ts";
import { type DuckDBSymbols, type Pointer, raise } from "./native_symbols.ts";
import { wordsAt } from "./native_memory.ts";

/** A connection, which knows how its results become Arrow. */
export interface ArrowSource {
  readonly symbols: DuckDBSymbols;
  readonly connection: Pointer;
}

/** Runs with the Arrow options of a connection and frees them afterwards. */
export function withArrowOptions<T>(source: ArrowSource, use: (options: Pointer) => T): T {
  const options = new BigUint64Array(1);
  source.symbols.duckdb_connection_get_arrow_options(source.connection, options);
  const pointer = Deno.UnsafePointer.create(options[0] ?? 0n);
  if (pointer === null) throw new TypeError("DuckDB gave no Arrow options for its connection");
  try {
    return use(pointer);
  } finally {
    source.symbols.duckdb_destroy_arrow_options(options);
  }
}

/** Collects chunks into one batch. */
export class ArrowCollector {
  readonly #source: ArrowSource;
  readonly #schema: ArrowSchema;
  readonly #columns: ColumnGatherer[];
  /** Exported chunks, which live until they are released. */
  readonly #arrays: Structure[] = [];
  #rows = 0;

  constructor(source: ArrowSource, schema: ArrowSchema) {
    this.#source = source;
    this.#schema = schema;
    this.#columns = schema.fields.map((field) => new ColumnGatherer(field));
  }

  /** Rows collected so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Bytes that the batch takes. */
  get byteLength(): number {
    return this.#columns.reduce((sum, column) => sum + column.byteLength, 0);
  }

  /** Exports a chunk, which may be destroyed afterwards. */
  append(chunk: Pointer): void {
    const array: Structure = new BigUint64Array(10);
    const { symbols } = this.#source;
    withArrowOptions(this.#source, (options) => {
      const error = symbols.duckdb_data_chunk_to_arrow(options, chunk, array);
      raise(symbols, error, "Cannot export the result as Arrow");
    });
    this.#arrays.push(array);
    this.#rows += Number(array[0]);
    const children = wordsAt(array[6] ?? 0n, this.#columns.length);
    this.#columns.forEach((column, i) => column.append(wordsAt(children[i] ?? 0n, 10)));
  }

  /** The batch of everything collected, in one body. */
  finish(): ArrowBatch & { readonly body: Uint8Array<ArrayBuffer> } {
    const layout = new BodyLayout(this.byteLength);
    const columns = this.#columns.map((column) => column.place(layout));
    this.discard();
    return { schema: this.#schema, rows: this.#rows, columns, body: layout.bytes };
  }

  /** Lets go of what was collected. */
  discard(): void {
    for (const array of this.#arrays.splice(0)) release(array, ARRAY_RELEASE);
  }
}
