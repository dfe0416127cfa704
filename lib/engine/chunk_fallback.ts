/**
 * The slower way from DuckDB chunks to Arrow, for a runtime in which the native functions cannot be
 * reached: values through node-api, types beyond the plain ones as text.
 * @module
 */
import { DuckDBTypeId } from "@duckdb/node-api";
import type { DuckDBDataChunk, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { boolColumn, float64Column, int64Column, utf8Column } from "../arrow/column_builder.ts";
import {
  type ArrowBatch,
  type ArrowColumn,
  type ArrowField,
  type ArrowSchema,
  field,
} from "../arrow/field.ts";

const DOUBLES: ReadonlySet<DuckDBTypeId> = new Set([DuckDBTypeId.FLOAT, DuckDBTypeId.DOUBLE]);
const INTEGERS: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
]);

/** The field in which a DuckDB type travels on this way. */
export function fallbackField(name: string, type: DuckDBType | undefined): ArrowField {
  const id = type?.typeId;
  if (id === undefined) return field(name, "u");
  if (DOUBLES.has(id)) return field(name, "g");
  if (INTEGERS.has(id)) return field(name, "l");
  if (id === DuckDBTypeId.BOOLEAN) return field(name, "b");
  if (id === DuckDBTypeId.TIMESTAMP_TZ) return field(name, "tsu:UTC");
  if (id === DuckDBTypeId.TIMESTAMP) return field(name, "tsu:");
  return field(name, "u");
}

/** Collects chunks value by value. */
export class FallbackCollector {
  readonly #schema: ArrowSchema;
  readonly #values: (DuckDBValue | null)[][];
  #rows = 0;

  constructor(schema: ArrowSchema) {
    this.#schema = schema;
    this.#values = schema.fields.map(() => []);
  }

  /** Rows collected so far. */
  get rows(): number {
    return this.#rows;
  }

  /** A rough size, to end batches in time. */
  get byteLength(): number {
    return this.#rows * this.#values.length * 32;
  }

  /** Takes the values of a chunk. */
  append(chunk: DuckDBDataChunk): void {
    this.#rows += chunk.rowCount;
    this.#values.forEach((column, i) => column.push(...chunk.getColumnValues(i)));
  }

  /** The batch of everything collected. */
  finish(): ArrowBatch {
    const columns = this.#schema.fields.map((each, i) => toColumn(each, this.#values[i] ?? []));
    return { schema: this.#schema, rows: this.#rows, columns };
  }
}

function toColumn(target: ArrowField, values: readonly (DuckDBValue | null)[]): ArrowColumn {
  switch (target.format) {
    case "g":
      return float64Column(target, values.map((value) => value === null ? null : Number(value)));
    case "l":
      return wholeColumn(
        target,
        values.map((value) => value === null ? null : BigInt(String(value))),
      );
    case "b":
      return boolColumn(target, values.map((value) => value === null ? null : value === true));
    case "u":
      return utf8Column(target, values.map((value) => value === null ? null : String(value)));
    default:
      return wholeColumn(target, values.map(micros));
  }
}

/** The builder takes numbers; here any 64 bits may come. */
function wholeColumn(target: ArrowField, values: readonly (bigint | null)[]): ArrowColumn {
  const column = int64Column(target, values.map((value) => value === null ? null : 0));
  const data = column.buffers[1];
  if (data === undefined) return column;
  const words = new BigInt64Array(data.buffer, data.byteOffset, values.length);
  values.forEach((value, i) => words[i] = value ?? 0n);
  return column;
}

function micros(value: DuckDBValue | null): bigint | null {
  return typeof value === "object" && value !== null && "micros" in value &&
      typeof value.micros === "bigint"
    ? value.micros
    : null;
}
