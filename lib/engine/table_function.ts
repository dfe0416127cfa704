/**
 * Table functions in JavaScript: SQL names them, their rows come as Arrow batches, only the columns that the
 * statement uses are handed over. They run on the main thread, between other work; what takes long is made
 * ready before (`table_calls.ts`).
 * @module
 */
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBTableFunction,
  DuckDBTimestampTZValue,
  TIMESTAMPTZ,
  VARCHAR,
} from "@duckdb/node-api";
import type {
  DuckDBDataChunk,
  DuckDBTableFunctionBindInfo,
  DuckDBType,
  DuckDBValue,
  DuckDBVector,
} from "@duckdb/node-api";
import bindings from "@duckdb/node-bindings";
import { constantTextOf } from "../arrow/column_builder.ts";
import { valueReader } from "../arrow/column_values.ts";
import type { ArrowBatch, ArrowColumn, ArrowSchema } from "../arrow/field.ts";
import type { Database } from "./database.ts";
import type { Preparable } from "./table_calls.ts";

/** Types of arguments. */
export type ArgumentType = "text" | "whole" | "time" | "flag";

/** Value of an argument: text, a whole number, microseconds since the epoch, or true and false. */
export type ArgumentValue = string | number | boolean | null;

/** Rows of one call; those of a statement that is only described are never prepared. */
export interface TableSource extends Preparable {
  /** Columns of formats u, l, g, b, tsu:UTC. */
  readonly schema: ArrowSchema;
  /**
   * Read once for each scan.
   *
   * @param columns numbers of the columns that the statement uses: the batches have those, in that order
   */
  readonly batches: (columns: readonly number[]) => Iterable<ArrowBatch>;
}

/** A table function. */
export interface TableFunctionSpec {
  readonly name: string;
  readonly positional: readonly ArgumentType[];
  readonly named: Readonly<Record<string, ArgumentType>>;
  /** Opens a call; what it throws becomes the error of the statement. */
  readonly open: (
    positional: readonly ArgumentValue[],
    named: Readonly<Record<string, ArgumentValue>>,
  ) => TableSource;
}

const VECTOR_ROWS = 2048;
const ARGUMENT_TYPES: Readonly<Record<ArgumentType, DuckDBType>> = {
  text: VARCHAR,
  whole: BIGINT,
  time: TIMESTAMPTZ,
  flag: BOOLEAN,
};
const COLUMN_TYPES: Readonly<Record<string, DuckDBType>> = {
  "u": VARCHAR,
  "l": BIGINT,
  "g": DOUBLE,
  "b": BOOLEAN,
  "tsu:UTC": TIMESTAMPTZ,
};

/** Makes a table function known to all connections. */
export function registerTableFunction(database: Database, spec: TableFunctionSpec): void {
  const types = (named: Readonly<Record<string, ArgumentType>>): Record<string, DuckDBType> =>
    Object.fromEntries(Object.entries(named).map(([name, type]) => [name, ARGUMENT_TYPES[type]]));
  database.own.registerTableFunction(DuckDBTableFunction.create({
    name: spec.name,
    parameterTypes: spec.positional.map((type) => ARGUMENT_TYPES[type]),
    namedParameterTypes: types(spec.named),
    supportsProjectionPushdown: true,
    bindFunction: (info) => guarded(info, () => bind(database, spec, info)),
    initFunction: (info) =>
      guarded(info, () => {
        const source = info.getBindData() as TableSource;
        info.setMaxThreads(1);
        info.setInitData(new Scan(source, info.getColumnIndexes()));
      }),
    mainFunction: (info, chunk) => guarded(info, () => (info.getInitData() as Scan).fill(chunk)),
  }));
}

/** Reports a failure as the error of the statement; thrown through native code it would end the process. */
function guarded(info: { setError(error: string): void }, work: () => void): void {
  try {
    work();
  } catch (error) {
    info.setError(error instanceof Error ? error.message : String(error));
  }
}

function bind(
  database: Database,
  spec: TableFunctionSpec,
  info: DuckDBTableFunctionBindInfo,
): void {
  const positional = spec.positional.map((_, i) => argument(info.getParameter(i)));
  const named = Object.fromEntries(
    Object.keys(spec.named).map((name) => [name, argument(info.getNamedParameter(name))]),
  );
  const open = (): TableSource => spec.open(positional, named);
  const calls = database.calls.get(info.clientContext.connectionId);
  const key = JSON.stringify([spec.name, positional, named]);
  const source = calls === undefined ? open() : calls.bind(key, open);
  for (const { name, format } of source.schema.fields) {
    const type = COLUMN_TYPES[format];
    if (type === undefined) throw new TypeError(`Column "${name}": format "${format}" has no type`);
    info.addResultColumn(name, type);
  }
  info.setBindData(source);
}

function argument(value: DuckDBValue | null): ArgumentValue {
  if (value === null) return null;
  if (value instanceof DuckDBTimestampTZValue) return Number(value.micros);
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" || typeof value === "boolean" ? value : String(value);
}

/** One scan over the rows of a call. */
class Scan {
  readonly #batches: Iterator<ArrowBatch>;
  /** For each vector of a chunk its column in the batches; the row id that a count asks for has none. */
  readonly #columns: readonly number[];
  #batch: ArrowBatch | undefined;
  #writers: Writer[] = [];
  #row = 0;

  constructor(source: TableSource, columns: readonly number[]) {
    const wanted = columns.filter((index) => index < source.schema.fields.length);
    this.#batches = source.batches(wanted)[Symbol.iterator]();
    this.#columns = columns.map((index) => wanted.indexOf(index));
  }

  fill(chunk: DuckDBDataChunk): void {
    while (this.#batch === undefined || this.#row >= this.#batch.rows) {
      const next = this.#batches.next();
      if (next.done === true) {
        chunk.rowCount = 0;
        return;
      }
      this.#batch = next.value;
      this.#row = 0;
      this.#writers = this.#columns.map((index) => writer(next.value.columns[index]));
    }
    const rows = Math.min(VECTOR_ROWS, this.#batch.rows - this.#row);
    chunk.rowCount = rows;
    this.#writers.forEach((write, i) => {
      write(chunk.getColumnVector(i), this.#row, rows);
    });
    this.#row += rows;
  }
}

/** Copies rows of one column into a vector and flushes it. */
type Writer = (vector: DuckDBVector, start: number, rows: number) => void;

function writer(column: ArrowColumn | undefined): Writer {
  if (column === undefined) return () => {}; // a count needs rows and no column
  const text = constantTextOf(column);
  if (text !== undefined && !text.includes("\0")) return constantWriter(text);
  const bulk = column.nullCount === 0 ? bulkWriter(column) : undefined;
  if (bulk !== undefined) return bulk;
  const read = valueReader({ ...column, field: { ...column.field, format: plainFormat(column) } });
  const isTime = column.field.format.startsWith("ts");
  const isWhole = column.field.format === "l";
  return (vector, start, rows) => {
    for (let i = 0; i < rows; i++) {
      const value = read(start + i);
      const plain = value === null || !isWhole && !isTime ? value : BigInt(value as number);
      const item = isTime && typeof plain === "bigint" ? new DuckDBTimestampTZValue(plain) : plain;
      Reflect.apply(Reflect.get(vector, "setItem"), vector, [i, item]);
    }
    vector.flush();
  };
}

/** One value for the whole vector: to assign a text to each row takes as long as all else together. */
function constantWriter(text: string): Writer {
  const value = bindings.create_varchar(text);
  return (vector) => bindings.vector_reference_value(Reflect.get(vector, "vector"), value);
}

function plainFormat(column: ArrowColumn): string {
  return column.field.format.startsWith("ts") ? "l" : column.field.format;
}

function bulkWriter(column: ArrowColumn): Writer | undefined {
  const data = column.buffers[1] ?? new Uint8Array(0);
  if (column.field.format === "g") {
    const values = new Float64Array(data.buffer, data.byteOffset, column.length);
    return (vector, start, rows) => {
      const items: unknown = Reflect.get(vector, "items");
      if (!(items instanceof Float64Array)) throw new TypeError("Vector is not DOUBLE");
      items.set(values.subarray(start, start + rows));
      vector.flush();
    };
  }
  if (column.field.format === "l" || column.field.format.startsWith("ts")) {
    const values = new BigInt64Array(data.buffer, data.byteOffset, column.length);
    return (vector, start, rows) => {
      const items: unknown = Reflect.get(vector, "items");
      if (!(items instanceof BigInt64Array)) throw new TypeError("Vector is not of 64 bits");
      items.set(values.subarray(start, start + rows));
      vector.flush();
    };
  }
  return undefined;
}
