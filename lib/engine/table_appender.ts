/**
 * Appends Arrow batches to a DuckDB table, whole columns at a time.
 * @module
 */
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBTimestampTZValue,
  INTEGER,
  LIST,
  listValue,
  TIMESTAMPTZ,
  VARCHAR,
} from "@duckdb/node-api";
import type { DuckDBAppender, DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { valueReader } from "../arrow/column_values.ts";
import type { ArrowBatch, ArrowColumn, ArrowField } from "../arrow/field.ts";
import { Exporter } from "./arrow_c_write.ts";
import type { Database } from "./database.ts";
import type { Native } from "./native_library.ts";
import { type Pointer, raise } from "./native_symbols.ts";
import { whilePinned } from "./pinned.ts";

/** Rows that DuckDB takes at once. */
const VECTOR_ROWS = 2048;

/** Where to append. */
export interface AppendTarget {
  readonly table: string;
  readonly schema?: string;
  readonly catalog?: string;
}

/** A schema that DuckDB has taken over. */
interface ConvertedSchema {
  readonly fields: readonly ArrowField[];
  readonly key: string;
  readonly schema: BigUint64Array<ArrayBuffer>;
}

/** An open appender; rows are visible after {@linkcode TableAppender.flush}. */
export class TableAppender {
  readonly #connection: DuckDBConnection;
  readonly #appender: DuckDBAppender;
  readonly #native: { native: Native; connection: Pointer; appender: Pointer } | undefined;
  #converted: ConvertedSchema | undefined;

  private constructor(database: Database, connection: DuckDBConnection, appender: DuckDBAppender) {
    this.#connection = connection;
    this.#appender = appender;
    const native = database.native;
    const own = native?.connection(Reflect.get(connection, "connection"));
    const handle = native?.appender(Reflect.get(appender, "appender"));
    if (native !== undefined && own !== undefined && handle !== undefined) {
      this.#native = { native, connection: own, appender: handle };
    }
  }

  /**
   * Opens an appender.
   *
   * @param connection the connection to append on; defaults to the database's own
   */
  static async open(
    database: Database,
    target: AppendTarget,
    connection: DuckDBConnection = database.own,
  ): Promise<TableAppender> {
    const { table, schema = null, catalog = null } = target;
    return new TableAppender(
      database,
      connection,
      await connection.createAppender(table, schema, catalog),
    );
  }

  /** Appends a batch whose columns stand in the order of the table's. */
  append(batch: ArrowBatch): void {
    const fields = batch.schema.fields;
    for (let start = 0; start < batch.rows; start += VECTOR_ROWS) {
      const rows = Math.min(VECTOR_ROWS, batch.rows - start);
      if (this.#native === undefined) this.#appendValues(batch.columns, start, rows);
      else this.#appendNative(this.#native, fields, batch.columns, start, rows);
    }
  }

  #appendNative(
    target: { native: Native; connection: Pointer; appender: Pointer },
    fields: readonly ArrowField[],
    columns: readonly ArrowColumn[],
    start: number,
    rows: number,
  ): void {
    const { symbols } = target.native;
    const exporter = new Exporter();
    const converted = Deno.UnsafePointer.create(this.#convert(target, fields)[0] ?? 0n);
    const chunk = new BigUint64Array(1);
    // The chunk views the batch's buffers until it is destroyed.
    const state = whilePinned([exporter, columns], () => {
      const error = symbols.duckdb_data_chunk_from_arrow(
        target.connection,
        exporter.array(columns, start, rows),
        converted,
        chunk,
      );
      raise(target.native.symbols, error, "Cannot take the batch over");
      const pointer = Deno.UnsafePointer.create(chunk[0] ?? 0n);
      const appended = symbols.duckdb_append_data_chunk(target.appender, pointer);
      symbols.duckdb_destroy_data_chunk(chunk);
      return appended;
    });
    if (state !== 0) throw new Error("DuckDB refused the rows: a column does not fit its table");
  }

  #convert(
    target: { native: Native; connection: Pointer },
    fields: readonly ArrowField[],
  ): BigUint64Array<ArrayBuffer> {
    if (this.#converted?.fields === fields) return this.#converted.schema;
    const key = shapeOf(fields);
    if (this.#converted?.key === key) {
      this.#converted = { ...this.#converted, fields };
      return this.#converted.schema;
    }
    this.#forget();
    const schema = new BigUint64Array(1);
    const exporter = new Exporter();
    whilePinned([exporter], () => {
      const error = target.native.symbols.duckdb_schema_from_arrow(
        target.connection,
        exporter.schema(fields),
        schema,
      );
      raise(target.native.symbols, error, "Cannot take the schema over");
    });
    this.#converted = { fields, key, schema };
    return schema;
  }

  #forget(): void {
    if (this.#converted === undefined || this.#native === undefined) return;
    this.#native.native.symbols.duckdb_destroy_arrow_converted_schema(this.#converted.schema);
    this.#converted = undefined;
  }

  #appendValues(columns: readonly ArrowColumn[], start: number, rows: number): void {
    const chunk = DuckDBDataChunk.create(columns.map((column) => typeOf(column.field)), rows);
    columns.forEach((column, i) => {
      const read = duckdbReader(column);
      chunk.setColumnValues(i, Array.from({ length: rows }, (_, row) => read(start + row)));
    });
    this.#appender.appendDataChunk(chunk);
  }

  /** Makes the appended rows visible. */
  flush(): void {
    this.#appender.flushSync();
  }

  /**
   * The same in a thread of its own, where the library can be reached. Until then nothing may be appended
   * here; another appender may go on.
   */
  async flushAside(): Promise<void> {
    if (this.#native === undefined) return this.flush();
    const { native: { symbols }, appender } = this.#native;
    if (await symbols.flush_aside(appender) === 0) return;
    raise(symbols, symbols.duckdb_appender_error_data(appender), "Cannot append");
    throw new Error("DuckDB refused the rows");
  }

  /** Flushes and closes. */
  close(): void {
    this.#forget();
    this.#appender.closeSync();
  }

  /** The connection that this appender works on. */
  get connection(): DuckDBConnection {
    return this.#connection;
  }
}

/** Names and types down to the last child: what the buffers are read by. */
function shapeOf(fields: readonly ArrowField[]): string {
  return JSON.stringify(fields, ["name", "format", "children"]);
}

/** The DuckDB type that takes an Arrow field of the kinds that the stores write. */
export function typeOf(field: ArrowField): DuckDBType {
  switch (field.format) {
    case "u":
      return VARCHAR;
    case "b":
      return BOOLEAN;
    case "i":
      return INTEGER;
    case "l":
      return BIGINT;
    case "g":
      return DOUBLE;
    case "tsu:UTC":
      return TIMESTAMPTZ;
    case "+l": {
      const child = field.children[0];
      if (child !== undefined) return LIST(typeOf(child));
    }
  }
  throw new TypeError(`Column "${field.name}": format "${field.format}" is not appended`);
}

/** Reads the value of a row as node-api wants it. */
function duckdbReader(column: ArrowColumn): (row: number) => DuckDBValue {
  const { format } = column.field;
  const plain = valueReader(column);
  if (format === "l" || format === "tsu:UTC") {
    const data = column.buffers[1] ?? new Uint8Array(0);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    return (row) => {
      if (plain(row) === null) return null;
      const value = view.getBigInt64(row * 8, true);
      return format === "l" ? value : new DuckDBTimestampTZValue(value);
    };
  }
  const [child] = column.children;
  if (format !== "+l" || child === undefined) return (row) => plain(row) as DuckDBValue;
  const offsets = column.buffers[1] ?? new Uint8Array(4);
  const view = new DataView(offsets.buffer, offsets.byteOffset, offsets.byteLength);
  const item = duckdbReader(child);
  return (row) => {
    if (plain(row) === null) return null;
    const start = view.getInt32(row * 4, true);
    const length = view.getInt32(row * 4 + 4, true) - start;
    return listValue(Array.from({ length }, (_, i) => item(start + i)));
  };
}
