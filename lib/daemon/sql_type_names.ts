/**
 * SQL's view of Arrow types: the name of the type, and what the column metadata of Flight SQL adds to
 * a field.
 * @module
 */
import type { ArrowField, ArrowSchema } from "../arrow/field.ts";

/** Digits or characters of a type, and digits behind the point. */
interface Extent {
  readonly name: string;
  readonly precision?: number;
  readonly scale?: number;
}

const PLAIN: Readonly<Record<string, Extent>> = {
  n: { name: "NULL" },
  b: { name: "BOOLEAN", precision: 1 },
  c: { name: "TINYINT", precision: 3, scale: 0 },
  C: { name: "UTINYINT", precision: 3, scale: 0 },
  s: { name: "SMALLINT", precision: 5, scale: 0 },
  S: { name: "USMALLINT", precision: 5, scale: 0 },
  i: { name: "INTEGER", precision: 10, scale: 0 },
  I: { name: "UINTEGER", precision: 10, scale: 0 },
  l: { name: "BIGINT", precision: 19, scale: 0 },
  L: { name: "UBIGINT", precision: 20, scale: 0 },
  e: { name: "FLOAT", precision: 3 },
  f: { name: "FLOAT", precision: 7 },
  g: { name: "DOUBLE", precision: 15 },
  u: { name: "VARCHAR" },
  U: { name: "VARCHAR" },
  z: { name: "BLOB" },
  Z: { name: "BLOB" },
  tdD: { name: "DATE", precision: 10 },
  ttu: { name: "TIME", precision: 15, scale: 6 },
  ttn: { name: "TIME_NS", precision: 18, scale: 9 },
  tiM: { name: "INTERVAL" },
  tiD: { name: "INTERVAL" },
  tin: { name: "INTERVAL" },
};

const TIMESTAMPS: Readonly<Record<string, Extent>> = {
  s: { name: "TIMESTAMP_S", precision: 19, scale: 0 },
  m: { name: "TIMESTAMP_MS", precision: 23, scale: 3 },
  u: { name: "TIMESTAMP", precision: 26, scale: 6 },
  n: { name: "TIMESTAMP_NS", precision: 29, scale: 9 },
};

function extentOf(field: ArrowField): Extent {
  const { format } = field;
  const plain = PLAIN[format];
  if (plain !== undefined) return plain;
  if (format.startsWith("d:")) {
    const [precision = 0, scale = 0] = format.slice(2).split(",").map(Number);
    return { name: `DECIMAL(${precision},${scale})`, precision, scale };
  }
  if (format.startsWith("ts")) {
    const extent = TIMESTAMPS[format[2] ?? "u"] ?? { name: "TIMESTAMP" };
    return format.length > 4 ? { ...extent, name: "TIMESTAMP WITH TIME ZONE" } : extent;
  }
  return { name: nestedName(field) };
}

function nestedName({ format, children }: ArrowField): string {
  const first = children[0];
  const item = first === undefined ? "NULL" : extentOf(first).name;
  const members = (of: readonly ArrowField[]): string =>
    of.map((child) => `"${child.name.replaceAll('"', '""')}" ${extentOf(child).name}`).join(", ");
  if (format === "+l" || format === "+L") return `${item}[]`;
  if (format.startsWith("+w:")) return `${item}[${format.slice(3)}]`;
  if (format === "+s") return `STRUCT(${members(children)})`;
  if (format.startsWith("+u")) return `UNION(${members(children)})`;
  if (format === "+m") {
    return `MAP(${(first?.children ?? []).map((child) => extentOf(child).name).join(", ")})`;
  }
  return "BLOB";
}

/** What is known of the origin of a column. */
export interface ColumnOrigin {
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
  /** Type names as DuckDB has them, by column; they are finer than what Arrow tells. */
  readonly typeNames: ReadonlyMap<string, string>;
}

const KEY = "ARROW:FLIGHT:SQL:";

/** The schema with the column metadata that drivers read. */
export function withSqlMetadata(schema: ArrowSchema, origin?: ColumnOrigin): ArrowSchema {
  return { ...schema, fields: schema.fields.map((field) => describedField(field, origin)) };
}

function describedField(field: ArrowField, origin: ColumnOrigin | undefined): ArrowField {
  const { name, precision, scale } = extentOf(field);
  const metadata = new Map(field.metadata);
  const add = (key: string, value: string | number | undefined): void => {
    if (value !== undefined) metadata.set(KEY + key, String(value));
  };
  add("CATALOG_NAME", origin?.catalog);
  add("SCHEMA_NAME", origin?.schema);
  add("TABLE_NAME", origin?.table);
  add("TYPE_NAME", origin?.typeNames.get(field.name) ?? name);
  add("PRECISION", precision);
  add("SCALE", scale);
  add("IS_AUTO_INCREMENT", 0);
  add("IS_CASE_SENSITIVE", field.format === "u" || field.format === "U" ? 1 : 0);
  add("IS_READ_ONLY", 1);
  add("IS_SEARCHABLE", 1);
  return { ...field, metadata };
}
