/**
 * Values of samples, whole columns of them, and how they are cut and put together.
 * @module
 */
import { boolColumn, float64Column, utf8Column } from "../arrow/column_builder.ts";
import { valueReader } from "../arrow/column_values.ts";
import { type ArrowBatch, type ArrowColumn, field } from "../arrow/field.ts";
import { gather } from "./_arguments.ts";
import { columnOf, doublesOfColumn } from "./_batch_columns.ts";
import { COMMON_COLUMNS } from "./channel_schema.ts";
import type { ChannelDataType } from "./channel_types.ts";

/** Values of one kind. A null number is NaN. */
export type SampleValues =
  | { readonly kind: "number"; readonly data: Float64Array }
  | { readonly kind: "bool"; readonly data: readonly (boolean | null)[] }
  | { readonly kind: "text"; readonly data: readonly (string | null)[] }
  | {
    readonly kind: "struct";
    readonly length: number;
    /** Values of each key, as numbers, booleans, text or null. */
    readonly columns: ReadonlyMap<string, readonly unknown[]>;
  };

/** Number of values. */
export function lengthOf(values: SampleValues): number {
  return values.kind === "struct" ? values.length : values.data.length;
}

/** Values of a batch without waveforms. */
export function valuesOfBatch(batch: ArrowBatch, dataType: ChannelDataType): SampleValues {
  if (dataType === "struct") return structValues(batch);
  const column = columnOf(batch, "value");
  if (column === undefined) return { kind: "text", data: Array(batch.rows).fill(null) };
  if (dataType === "scalar") return { kind: "number", data: doublesOfColumn(column) };
  const read = valueReader(column);
  const data = Array.from({ length: batch.rows }, (_, row) => read(row));
  return dataType === "scalar_bool"
    ? { kind: "bool", data: data as (boolean | null)[] }
    : { kind: "text", data: data.map((value) => value === null ? null : String(value)) };
}

function structValues(batch: ArrowBatch): SampleValues {
  const columns = new Map<string, readonly unknown[]>();
  for (const column of batch.columns) {
    if (COMMON_COLUMNS.has(column.field.name)) continue;
    const read = valueReader(column);
    columns.set(column.field.name, Array.from({ length: batch.rows }, (_, row) => read(row)));
  }
  return { kind: "struct", length: batch.rows, columns };
}

/** The values from `from` up to, without, `to`; numbers as a view. */
export function sliceValues(values: SampleValues, from: number, to: number): SampleValues {
  if (from === 0 && to === lengthOf(values)) return values;
  switch (values.kind) {
    case "number":
      return { kind: "number", data: values.data.subarray(from, to) };
    case "bool":
      return { kind: "bool", data: values.data.slice(from, to) };
    case "text":
      return { kind: "text", data: values.data.slice(from, to) };
    case "struct":
      return mapColumns(values.columns, to - from, (column) => column.slice(from, to));
  }
}

/** The values at those indices. */
export function gatherValues(values: SampleValues, indices: Uint32Array): SampleValues {
  const pick = <T>(data: readonly T[]): T[] => Array.from(indices, (i) => data[i]!);
  switch (values.kind) {
    case "number":
      return { kind: "number", data: gather(values.data, indices) };
    case "bool":
      return { kind: "bool", data: pick(values.data) };
    case "text":
      return { kind: "text", data: pick(values.data) };
    case "struct":
      return mapColumns(values.columns, indices.length, (column) => pick(column));
  }
}

function mapColumns(
  columns: ReadonlyMap<string, readonly unknown[]>,
  length: number,
  change: (column: readonly unknown[]) => readonly unknown[],
): SampleValues {
  const changed = new Map([...columns].map(([name, column]) => [name, change(column)]));
  return { kind: "struct", length, columns: changed };
}

/** All values one after the other; of several kinds, as text. */
export function concatValues(parts: readonly SampleValues[]): SampleValues {
  const [first] = parts;
  if (first === undefined) return { kind: "number", data: new Float64Array(0) };
  if (parts.length === 1) return first;
  if (parts.some(({ kind }) => kind !== first.kind)) {
    return { kind: "text", data: parts.flatMap((part) => textsOf(part)) };
  }
  switch (first.kind) {
    case "number":
      return {
        kind: "number",
        data: concatNumbers(parts.flatMap((part) => part.kind === "number" ? [part.data] : [])),
      };
    case "bool":
      return { kind: "bool", data: parts.flatMap((part) => part.kind === "bool" ? part.data : []) };
    case "text":
      return { kind: "text", data: parts.flatMap((part) => part.kind === "text" ? part.data : []) };
    case "struct":
      return joinedStructs(parts);
  }
}

/** One array after the other. */
export function concatNumbers(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function joinedStructs(parts: readonly SampleValues[]): SampleValues {
  const structs = parts.filter((part) => part.kind === "struct");
  const names = new Set(structs.flatMap(({ columns }) => [...columns.keys()]));
  const length = structs.reduce((sum, part) => sum + part.length, 0);
  const columns = new Map<string, readonly unknown[]>();
  for (const name of names) {
    columns.set(
      name,
      structs.flatMap((part) => part.columns.get(name) ?? Array(part.length).fill(null)),
    );
  }
  return { kind: "struct", length, columns };
}

/** Values as text: structures as JSON. */
export function textsOf(values: SampleValues): (string | null)[] {
  if (values.kind !== "struct") {
    return Array.from<number | boolean | string | null, string | null>(
      values.data,
      (value) => value === null ? null : String(value),
    );
  }
  const columns = [...values.columns];
  return Array.from({ length: values.length }, (_, row) =>
    JSON.stringify(
      Object.fromEntries(columns.map(([name, column]) => [name, jsonSafe(column[row])])),
    ));
}

/** JSON has neither NaN nor big integers. */
function jsonSafe(value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

/** Numbers to decimate by; undefined for text and structures. */
export function numbersOf(values: SampleValues): Float64Array | undefined {
  if (values.kind === "number") return values.data;
  if (values.kind !== "bool") return undefined;
  return Float64Array.from(values.data, (value) => value === null ? NaN : Number(value));
}

/** The `value` column of a result. */
export function valueColumn(values: SampleValues): ArrowColumn {
  switch (values.kind) {
    case "number":
      return float64Column(field("value", "g"), values.data);
    case "bool":
      return boolColumn(field("value", "b"), values.data);
    default:
      return utf8Column(field("value", "u"), textsOf(values));
  }
}
