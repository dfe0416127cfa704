/**
 * DuckDB chunks as Arrow batches: through the C data interface where it can be reached, value by value
 * otherwise.
 * @module
 */
import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBLogicalType,
  DuckDBType,
} from "@duckdb/node-api";
import type { ArrowBatch, ArrowField, ArrowSchema } from "../arrow/field.ts";
import { FieldReader } from "./arrow_c_schema.ts";
import { BodyLayout } from "./body_layout.ts";
import { FallbackCollector, fallbackField } from "./chunk_fallback.ts";
import { ColumnGatherer } from "./column_gatherer.ts";
import type { Database } from "./database.ts";
import { type Native, type Pointer, raise } from "./native_library.ts";
import { wordsAt } from "./native_memory.ts";
import { whilePinned } from "./pinned.ts";

/** What names and types of columns can be asked of: a result or a prepared statement. */
export interface ColumnSource {
  readonly columnCount: number;
  columnName(index: number): string;
  columnType(index: number): DuckDBType;
}

/** Releases an ArrowArray through the function it carries. */
type Release = (array: BigUint64Array<ArrayBuffer>) => void;

const RELEASE = { parameters: ["buffer"], result: "void" } as const;

const encoder = new TextEncoder();
const releases = new Map<bigint, Release>();

/** The Arrow schema of a result. */
export function resultSchema(
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

/** Runs with the Arrow options of a connection and frees them afterwards. */
function withOptions<T>({ native, connection }: NativeConnection, use: (o: Pointer) => T): T {
  const options = new BigUint64Array(1);
  native.symbols.duckdb_connection_get_arrow_options(connection, options);
  const pointer = Deno.UnsafePointer.create(options[0] ?? 0n);
  if (pointer === null) throw new TypeError("DuckDB gave no Arrow options for its connection");
  try {
    return use(pointer);
  } finally {
    native.symbols.duckdb_destroy_arrow_options(options);
  }
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
    const schema = new BigUint64Array(9);
    withOptions(target, (options) => {
      const error = native.symbols.duckdb_to_arrow_schema(
        options,
        typePointers,
        namePointers,
        BigInt(names.length),
        schema,
      );
      raise(native, error, "Cannot describe the result as Arrow");
    });
    try {
      return [...new FieldReader().read(schema).children];
    } finally {
      release(schema, 7);
    }
  });
}

function release(structure: BigUint64Array<ArrayBuffer>, member: number): void {
  const address = structure[member] ?? 0n;
  if (address === 0n) return;
  let call = releases.get(address);
  if (call === undefined) {
    const pointer = Deno.UnsafePointer.create(address);
    if (pointer === null) return;
    const native = new Deno.UnsafeFnPointer(
      pointer as Deno.PointerObject<typeof RELEASE>,
      RELEASE,
    );
    call = (array) => native.call(array);
    releases.set(address, call);
  }
  call(structure);
}

/** Collects chunks into one batch. */
export class BatchCollector {
  readonly #schema: ArrowSchema;
  readonly #target: NativeConnection | undefined;
  readonly #columns: ColumnGatherer[];
  readonly #fallback: FallbackCollector | undefined;
  /** Exported chunks, which live until they are released. */
  readonly #arrays: BigUint64Array<ArrayBuffer>[] = [];
  /** Rows collected so far. */
  rows = 0;

  constructor(database: Database, connection: DuckDBConnection, schema: ArrowSchema) {
    this.#schema = schema;
    this.#target = nativeFor(database, connection);
    this.#columns = schema.fields.map((field) => new ColumnGatherer(field));
    if (this.#target === undefined) this.#fallback = new FallbackCollector(schema);
  }

  /** Bytes collected so far, roughly. */
  get byteLength(): number {
    return this.#fallback?.byteLength ??
      this.#columns.reduce((sum, column) => sum + column.byteLength, 0);
  }

  /** Takes a chunk. */
  append(chunk: DuckDBDataChunk): void {
    this.rows += chunk.rowCount;
    const target = this.#target;
    if (target === undefined) {
      this.#fallback?.append(chunk);
      return;
    }
    const array = new BigUint64Array(10);
    // The chunk goes with its handle; what it is exported to is a copy.
    whilePinned([chunk], () => {
      const pointer = target.native.chunk(chunk.chunk);
      if (pointer === undefined) {
        throw new TypeError("DuckDB chunk handle is not what it used to be");
      }
      withOptions(target, (options) => {
        const error = target.native.symbols.duckdb_data_chunk_to_arrow(options, pointer, array);
        raise(target.native, error, "Cannot export the result as Arrow");
      });
    });
    this.#arrays.push(array);
    const children = wordsAt(array[6] ?? 0n, this.#columns.length);
    this.#columns.forEach((column, i) => column.append(wordsAt(children[i] ?? 0n, 10)));
  }

  /** The batch of everything collected. */
  finish(): ArrowBatch {
    if (this.#fallback !== undefined) return this.#fallback.finish();
    const body = new BodyLayout(this.byteLength);
    const columns = this.#columns.map((column) => column.place(body));
    this.discard();
    return { schema: this.#schema, rows: this.rows, columns, body: body.bytes };
  }

  /** Lets go of what was collected. */
  discard(): void {
    for (const array of this.#arrays.splice(0)) release(array, 8);
  }
}
