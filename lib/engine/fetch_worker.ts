/**
 * The thread that fetches a large result. Node-api hops between threads for each 2,048 rows and leaves the
 * export to the thread that also writes to the sockets; here a whole batch is fetched, exported and laid out
 * in one go, by C functions that may block.
 * @module
 */
import { ArrowCollector } from "./arrow_collector.ts";
import type { FetchedBatch, FetchReply, FetchRequest, FetchTarget } from "./fetch_messages.ts";
import { copyFrom } from "./native_memory.ts";
import {
  type DuckDBSymbols,
  openSymbols,
  type Pointer,
  raiseResultError,
  RESULT_BYTES,
} from "./native_symbols.ts";

/** The side of a worker's global scope that is used here. */
interface Port {
  onmessage: ((event: MessageEvent<FetchRequest>) => void) | null;
  postMessage(reply: FetchReply, transfer?: Transferable[]): void;
}

let symbols: DuckDBSymbols | undefined;

/** Fetches from one result. */
class ResultReader {
  readonly #symbols: DuckDBSymbols;
  readonly #target: FetchTarget;
  readonly #connection: Pointer;
  readonly #result: Pointer;
  /** The structure by value, as the function takes it. */
  readonly #value = new Uint8Array(RESULT_BYTES);

  constructor(library: DuckDBSymbols, target: FetchTarget) {
    this.#symbols = library;
    this.#target = target;
    this.#connection = pointerTo(target.connection);
    this.#result = pointerTo(target.result);
    copyFrom(target.result, this.#value);
  }

  /** The next batch; blocks until DuckDB has its rows. */
  next(): FetchedBatch {
    const { schema, batchRows, batchBytes } = this.#target;
    const source = { symbols: this.#symbols, connection: this.#connection };
    const collector = new ArrowCollector(source, schema);
    try {
      let isLast = false;
      while (!isLast && collector.rows < batchRows && collector.byteLength <= batchBytes) {
        isLast = !this.#appendChunk(collector);
      }
      const { rows, columns, body } = collector.finish();
      return { rows, columns, body, isLast };
    } finally {
      collector.discard();
    }
  }

  #appendChunk(collector: ArrowCollector): boolean {
    const chunk = this.#symbols.duckdb_fetch_chunk(this.#value);
    if (chunk === null) {
      raiseResultError(this.#symbols, this.#result);
      return false;
    }
    try {
      collector.append(chunk);
    } finally {
      this.#symbols.duckdb_destroy_data_chunk(
        new BigUint64Array([Deno.UnsafePointer.value(chunk)]),
      );
    }
    return true;
  }
}

function pointerTo(address: bigint): Pointer {
  const pointer = Deno.UnsafePointer.create(address);
  if (pointer === null) throw new TypeError("A result to fetch from has a null pointer");
  return pointer;
}

function serve(port: Port): void {
  let reader: ResultReader | undefined;
  port.onmessage = ({ data }) => {
    try {
      if (data.kind === "open") {
        symbols ??= openSymbols(data.target.library).symbols;
        reader = new ResultReader(symbols, data.target);
        return;
      }
      if (reader === undefined) throw new TypeError("A batch is asked for before its result");
      const batch = reader.next();
      port.postMessage({ kind: "batch", batch }, [batch.body.buffer]);
    } catch (error) {
      reader = undefined;
      port.postMessage({
        kind: "failed",
        message: error instanceof Error ? error.message : String(error),
      });
    }
  };
  port.postMessage({ kind: "ready" });
}

serve(globalThis as unknown as Port);
