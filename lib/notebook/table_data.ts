/**
 * What tables and plots are made of.
 * @module
 */
import { QueryResult } from "../arrow/query_result.ts";
import { fromApacheTable } from "../arrow/to_apache.ts";

/** What is needed of an apache-arrow `Table`. */
export interface ApacheTable {
  /** The schema. */
  readonly schema: { readonly fields: readonly { readonly name: string }[] };
  /** Number of rows. */
  readonly numRows: number;
}

/** A query result, an apache-arrow `Table`, or rows as objects. */
export type TableData = QueryResult | ApacheTable | readonly object[];

/** True for rows as objects. */
export function isRows(data: TableData): data is readonly object[] {
  return Array.isArray(data);
}

/** A field of an object, null where it has none. */
export function fieldOf(row: object, name: string): unknown {
  return Object.hasOwn(row, name) ? Reflect.get(row, name) ?? null : null;
}

/** A result of either kind of Arrow data. */
export async function toResult(data: QueryResult | ApacheTable): Promise<QueryResult> {
  if (data instanceof QueryResult) return data;
  const { schema, batches } = await fromApacheTable(data);
  return new QueryResult(schema, batches);
}

/** Names of all columns, in order. */
export function columnNames(data: TableData): string[] {
  if (isRows(data)) return [...new Set(data.flatMap((row) => Object.keys(row)))];
  return data.schema.fields.map(({ name }) => name);
}
