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
  TIMESTAMPTZ,
  VARCHAR,
} from "@duckdb/node-api";
import type { DuckDBAppender, DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { valueReader } from "../arrow/column_values.ts";
import type { ArrowBatch, ArrowColumn, ArrowField } from "../arrow/field.ts";
import { parseMicros } from "../base/time.ts";
import { Exporter } from "./arrow_c_write.ts";
import type { Database } from "./database.ts";
import { type Native, type Pointer, raise } from "./native_library.ts";

/** Rows that DuckDB takes at once. */
const VECTOR_ROWS = 2048;

/** Where to append. */
export interface AppendTarget {
  readonly table: string;
  readonly schema?: string;
  readonly catalog?: string;
}

/** An open appender; rows are visible after {@linkcode TableAppender.flush}. */
export class TableAppender {
  readonly #connection: DuckDBConnection;
  readonly #appender: DuckDBAppender;
  readonly #native: { native: Native; connection: Pointer; appender: Pointer } | undefined;
  #converted: { readonly key: string; readonly schema: BigUint64Array<ArrayBuffer> } | undefined;

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
    const error = symbols.duckdb_data_chunk_from_arrow(
      target.connection,
      exporter.array(columns, start, rows),
      converted,
      chunk,
    );
    raise(target.native, error, "Cannot take the batch over");
    const state = symbols.duckdb_append_data_chunk(
      target.appender,
      Deno.UnsafePointer.create(chunk[0] ?? 0n),
    );
    symbols.duckdb_destroy_data_chunk(chunk);
    if (state !== 0) throw new Error("DuckDB refused the rows: a column does not fit its table");
  }

  #convert(
    target: { native: Native; connection: Pointer },
    fields: readonly ArrowField[],
  ): BigUint64Array<ArrayBuffer> {
    const key = JSON.stringify(fields.map((each) => [each.name, each.format]));
    if (this.#converted?.key === key) return this.#converted.schema;
    this.#forget();
    const schema = new BigUint64Array(1);
    const error = target.native.symbols.duckdb_schema_from_arrow(
      target.connection,
      new Exporter().schema(fields),
      schema,
    );
    raise(target.native, error, "Cannot take the schema over");
    this.#converted = { key, schema };
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
      const read = valueReader(column);
      const values = Array.from({ length: rows }, (_, row) => toValue(column, read(start + row)));
      chunk.setColumnValues(i, values);
    });
    this.#appender.appendDataChunk(chunk);
  }

  /** Makes the appended rows visible. */
  flush(): void {
    this.#appender.flushSync();
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

function toValue(column: ArrowColumn, value: unknown): DuckDBValue {
  if (value === null || value === undefined) return null;
  switch (column.field.format) {
    case "l":
      return BigInt(value as number);
    case "tsu:UTC":
      return new DuckDBTimestampTZValue(BigInt(parseMicros(String(value))));
    default:
      return value as DuckDBValue;
  }
}
