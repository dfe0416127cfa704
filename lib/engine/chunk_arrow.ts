/**
 * DuckDB chunks as Arrow batches: through the C data interface where it can be reached, value by value
 * otherwise.
 * @module
 */
import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBLogicalType,
  DuckDBResult,
  DuckDBType,
} from "@duckdb/node-api";
import type { ArrowBatch, ArrowField, ArrowSchema } from "../arrow/field.ts";
import { FieldReader } from "./arrow_c_schema.ts";
import { ArrowCollector, type ArrowSource, withArrowOptions } from "./arrow_collector.ts";
import { release, SCHEMA_RELEASE, type Structure } from "./arrow_release.ts";
import { FallbackCollector, fallbackField } from "./chunk_fallback.ts";
import type { Database } from "./database.ts";
import type { FetchTarget } from "./fetch_messages.ts";
import type { Native } from "./native_library.ts";
import { type Pointer, raise, raiseResultError } from "./native_symbols.ts";
import { whilePinned } from "./pinned.ts";

/** What names and types of columns can be asked of: a result or a prepared statement. */
export interface ColumnSource {
  readonly columnCount: number;
  columnName(index: number): string;
  columnType(index: number): DuckDBType;
}

const encoder = new TextEncoder();

/** The Arrow schema of a result. */
export function resultSchema(
  database: Database,
  connection: DuckDBConnection,
  result: DuckDBResult,
): ArrowSchema {
  const target = nativeFor(database, connection);
  const pointer = resultPointer(database, result);
  return target === undefined || pointer === undefined
    ? schemaOf(database, connection, result)
    : whilePinned([result], () => ({ fields: fieldsOfResult(target, pointer) }));
}

/** The Arrow schema of columns that are only described. */
export function schemaOf(
  database: Database,
  connection: DuckDBConnection,
  source: ColumnSource,
): ArrowSchema {
  const names = Array.from({ length: source.columnCount }, (_, i) => source.columnName(i));
  const types = names.map((_, i) => source.columnType(i));
  const native = nativeFor(database, connection);
  if (native === undefined || names.length === 0) {
    return { fields: names.map((name, i) => fallbackField(name, types[i])) };
  }
  return { fields: nativeFields(native, names, types) };
}

interface NativeConnection {
  readonly native: Native;
  readonly connection: Pointer;
}

function nativeFor(
  database: Database,
  connection: DuckDBConnection,
): NativeConnection | undefined {
  const native = database.native;
  const pointer = native?.connection(Reflect.get(connection, "connection"));
  return native === undefined || pointer === undefined
    ? undefined
    : { native, connection: pointer };
}

function sourceOf({ native, connection }: NativeConnection): ArrowSource {
  return { symbols: native.symbols, connection };
}

function nativeFields(
  target: NativeConnection,
  names: readonly string[],
  types: readonly DuckDBType[],
): ArrowField[] {
  const { native } = target;
  const logical: DuckDBLogicalType[] = types.map((type) => type.toLogicalType());
  const nameBytes = names.map((name) => encoder.encode(`${name}\0`));
  return whilePinned([logical, nameBytes], () => {
    const typePointers = new BigUint64Array(logical.map((type) => {
      const pointer = native.tagged(Reflect.get(type, "logical_type"));
      if (pointer === undefined) {
        throw new TypeError("DuckDB type handle is not what it used to be");
      }
      return BigInt(Deno.UnsafePointer.value(pointer));
    }));
    const namePointers = new BigUint64Array(
      nameBytes.map((bytes) => BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)))),
    );
    return fieldsOf(target, typePointers, namePointers);
  });
}

/** The same for a result, which has names and types in the form that is wanted. */
function fieldsOfResult(target: NativeConnection, result: Pointer): ArrowField[] {
  const { symbols } = target.native;
  const count = Number(symbols.duckdb_column_count(result));
  const types = new BigUint64Array(count);
  const names = new BigUint64Array(count);
  try {
    for (let i = 0; i < count; i++) {
      const at = BigInt(i);
      names[i] = BigInt(Deno.UnsafePointer.value(symbols.duckdb_column_name(result, at)));
      types[i] = BigInt(Deno.UnsafePointer.value(symbols.duckdb_column_logical_type(result, at)));
    }
    return fieldsOf(target, types, names);
  } finally {
    for (let i = 0; i < count; i++) symbols.duckdb_destroy_logical_type(types.subarray(i, i + 1));
  }
}

/** The fields for logical types and zero-terminated names, given by their addresses. */
function fieldsOf(
  target: NativeConnection,
  types: BigUint64Array<ArrayBuffer>,
  names: BigUint64Array<ArrayBuffer>,
): ArrowField[] {
  const { symbols } = target.native;
  const schema: Structure = new BigUint64Array(9);
  withArrowOptions(sourceOf(target), (options) => {
    const count = BigInt(names.length);
    const error = symbols.duckdb_to_arrow_schema(options, types, names, count, schema);
    raise(symbols, error, "Cannot describe the result as Arrow");
  });
  try {
    return [...new FieldReader().read(schema).children];
  } finally {
    release(schema, SCHEMA_RELEASE);
  }
}

/** Collects chunks into one batch. */
export class BatchCollector {
  readonly #native: Native | undefined;
  readonly #collector: ArrowCollector | FallbackCollector;

  constructor(database: Database, connection: DuckDBConnection, schema: ArrowSchema) {
    const target = nativeFor(database, connection);
    this.#native = target?.native;
    this.#collector = target === undefined
      ? new FallbackCollector(schema)
      : new ArrowCollector(sourceOf(target), schema);
  }

  /** Rows collected so far. */
  get rows(): number {
    return this.#collector.rows;
  }

  /** Bytes collected so far, roughly. */
  get byteLength(): number {
    return this.#collector.byteLength;
  }

  /** Takes a chunk. */
  append(chunk: DuckDBDataChunk): void {
    const collector = this.#collector;
    if (collector instanceof FallbackCollector) {
      collector.append(chunk);
      return;
    }
    // The chunk goes with its handle; what it is exported to is a copy.
    whilePinned([chunk], () => {
      const pointer = this.#native?.chunk(chunk.chunk);
      if (pointer === undefined) {
        throw new TypeError("DuckDB chunk handle is not what it used to be");
      }
      collector.append(pointer);
    });
  }

  /** The batch of everything collected. */
  finish(): ArrowBatch {
    return this.#collector.finish();
  }

  /** Lets go of what was collected. */
  discard(): void {
    if (this.#collector instanceof ArrowCollector) this.#collector.discard();
  }
}

/** Throws where a result has failed, which node-api does not tell from its end. */
export function checkResult(database: Database, result: DuckDBResult): void {
  const { native } = database;
  if (native === undefined) return; // such results were complete before they were fetched
  const pointer = resultPointer(database, result);
  if (pointer === undefined) throw new TypeError("DuckDB result handle is not what it used to be");
  whilePinned([result], () => raiseResultError(native.symbols, pointer));
}

function resultPointer(database: Database, result: DuckDBResult): Pointer | undefined {
  return database.native?.result(Reflect.get(result, "result"));
}

/** Where a fetching thread finds a result, unless it can be had value by value only. */
export function fetchTarget(
  database: Database,
  connection: DuckDBConnection,
  result: DuckDBResult,
): Pick<FetchTarget, "library" | "result" | "connection"> | undefined {
  const target = nativeFor(database, connection);
  const pointer = resultPointer(database, result);
  if (target === undefined || pointer === undefined) return undefined;
  return {
    library: target.native.path,
    result: BigInt(Deno.UnsafePointer.value(pointer)),
    connection: BigInt(Deno.UnsafePointer.value(target.connection)),
  };
}
