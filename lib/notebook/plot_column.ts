/**
 * Columns as plots need them: numbers, times as numbers, or text.
 * @module
 */
import { type QueryResult, uniqueNames } from "../arrow/query_result.ts";
import type { ArrowField } from "../arrow/field.ts";
import { columnNames, fieldOf, isRows, type TableData, toResult } from "./table_data.ts";

/** A column of a plot. */
export interface PlotColumn {
  /** What it is called. */
  readonly name: string;
  /** Unit of its values, where it is known. */
  readonly unit: string | undefined;
  /** Numbers as they are, times in milliseconds since the epoch, both NaN for null; or text. */
  readonly data:
    | { readonly kind: "number" | "time"; readonly values: Float64Array }
    | { readonly kind: "text"; readonly values: readonly string[] };
}

const MILLIS_PER_UNIT: Readonly<Record<string, number>> = { s: 1000, m: 1, u: 1e-3, n: 1e-6 };
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/**
 * Refuses names that are not there.
 *
 * @throws {TypeError} naming the columns that are
 */
export function requireColumns(data: TableData, names: readonly string[]): void {
  const there = isRows(data) && data.length === 0 ? names : columnNames(data);
  const missing = names.find((name) => !there.includes(name));
  if (missing === undefined) return;
  throw new TypeError(`No column "${missing}" to plot: wanted one of ${there.join(", ")}`);
}

/** Reads columns by name. */
export async function plotColumns(
  data: TableData,
  names: readonly string[],
): Promise<Map<string, PlotColumn>> {
  if (isRows(data)) return new Map(names.map((name) => [name, ofRows(name, data)]));
  return await ofResult(await toResult(data), names);
}

async function ofResult(
  result: QueryResult,
  names: readonly string[],
): Promise<Map<string, PlotColumn>> {
  const columns = await result.toColumns();
  const unique = uniqueNames(result.schema);
  return new Map(names.map((name) => {
    const field = result.schema.fields[unique.indexOf(name)];
    const values = columns[name] ?? [];
    const unit = field?.metadata?.get("units") ?? field?.metadata?.get("unit");
    return [name, { name, unit, data: dataOf(values, field) }];
  }));
}

function dataOf(values: ArrayLike<unknown>, field: ArrowField | undefined): PlotColumn["data"] {
  const format = field?.format ?? "";
  if (values instanceof Float64Array) return { kind: "number", values };
  if (format.startsWith("ts")) {
    const factor = MILLIS_PER_UNIT[format[2] ?? "u"] ?? 1;
    return { kind: "time", values: numbers(values, (value) => Number(value) * factor) };
  }
  if (format.startsWith("td")) {
    return { kind: "time", values: numbers(values, (value) => Date.parse(String(value))) };
  }
  return /^[cCsSiIlLefg]$|^d:/.test(format)
    ? { kind: "number", values: numbers(values, Number) }
    : { kind: "text", values: texts(values) };
}

function ofRows(name: string, rows: readonly object[]): PlotColumn {
  const values = rows.map((row) => fieldOf(row, name));
  const known = values.filter((value) => value !== null);
  if (known.every((value) => typeof value === "number" || typeof value === "bigint")) {
    return { name, unit: undefined, data: { kind: "number", values: numbers(values, Number) } };
  }
  if (known.every((value) => value instanceof Date || TIME.test(String(value)))) {
    const millis = numbers(values, (value) => new Date(value as string | Date).getTime());
    return { name, unit: undefined, data: { kind: "time", values: millis } };
  }
  return { name, unit: undefined, data: { kind: "text", values: texts(values) } };
}

function numbers(values: ArrayLike<unknown>, read: (value: unknown) => number): Float64Array {
  return Float64Array.from(
    values,
    (value) => value === null || value === undefined ? NaN : read(value),
  );
}

function texts(values: ArrayLike<unknown>): string[] {
  return Array.from(values, (value) => value === null || value === undefined ? "" : String(value));
}
