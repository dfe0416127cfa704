/**
 * Query results as rows to be shown.
 * @module
 */
import type { QueryResult } from "../../lib/arrow/query_result.ts";
import type { ColumnKind, ResultColumn, RowSource } from "../format/result.ts";

const EXACT: Readonly<Record<string, ColumnKind>> = {
  u: "text",
  U: "text",
  vu: "text",
  b: "boolean",
  z: "binary",
  Z: "binary",
  vz: "binary",
  e: "number",
  f: "number",
  g: "number",
  "+l": "list",
  "+L": "list",
  "+s": "struct",
  "+m": "struct",
};

/** What is known of the columns beyond their types. */
export interface ColumnHints {
  /** Units by name, for the heads of tables. */
  readonly units?: Readonly<Record<string, string | null | undefined>>;
  /** Names of text columns that hold times. */
  readonly times?: readonly string[];
}

/** The rows of a result; they can be read once. */
export function queryRows(
  result: Pick<QueryResult, "schema" | "rowArrays">,
  { units = {}, times = [] }: ColumnHints = {},
): RowSource {
  const columns = result.schema.fields.map(({ name, format }): ResultColumn => {
    const unit = Object.hasOwn(units, name) ? units[name] : undefined;
    const kind = times.includes(name) ? "time" : kindOf(format);
    return { name, kind, ...(unit ? { unit } : {}) };
  });
  return { columns, rows: () => result.rowArrays() };
}

/** What an Arrow format is to a reader. */
export function kindOf(format: string): ColumnKind {
  if (Object.hasOwn(EXACT, format)) return EXACT[format] ?? "other";
  if (/^[cCsSiIlL]$/.test(format)) return "integer";
  if (format.startsWith("d:")) return "number";
  if (format.startsWith("w:")) return "binary";
  if (format.startsWith("+w:")) return "list";
  return format.startsWith("ts") ? "time" : "other";
}
