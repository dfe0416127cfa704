/**
 * The values of Arrow columns as a Parquet file stores them: times as the numbers of their unit, decimals
 * as whole numbers without their point, 64-bit integers as bigint.
 * @module
 */
import { type ValueReader, valueReader } from "../../lib/arrow/column_values.ts";
import type { ArrowColumn, ArrowField } from "../../lib/arrow/field.ts";
import { valueText } from "../format/value_text.ts";
import { isList } from "./parquet_schema.ts";

type Convert = (value: unknown) => unknown;

/** A reader for a column. */
export function storedReader(column: ArrowColumn): ValueReader {
  const read = valueReader(relabelled(column));
  const convert = conversionOf(column.field);
  return convert === undefined ? read : (row) => convert(read(row));
}

/** The same buffers, read as the numbers that they hold. */
function relabelled(column: ArrowColumn): ArrowColumn {
  if (isUnion(column.field)) return column;
  return {
    ...column,
    field: storedField(column.field),
    children: column.children.map(relabelled),
    ...(column.dictionary === undefined ? {} : { dictionary: relabelled(column.dictionary) }),
  };
}

function storedField(field: ArrowField): ArrowField {
  if (isUnion(field)) return field;
  return {
    ...field,
    format: storedFormat(field.format),
    children: field.children.map(storedField),
  };
}

function storedFormat(format: string): string {
  if (format.startsWith("ts") || format === "ttu" || format === "ttn") return "l";
  if (format === "tdD") return "i";
  // Of a decimal the digits, as if it had no point.
  return format.replace(/^(d:\d+),-?\d+/, "$1,0");
}

/** What is left to do with the values of a column; undefined where nothing is. */
function conversionOf(field: ArrowField): Convert | undefined {
  const { format, children } = field;
  if (format.startsWith("tss:")) return (value) => value === null ? null : wide(value) * 1000n;
  if (/^(?:[lL]$|d:|ts|tt[un])/.test(format)) return (value) => value === null ? null : wide(value);
  if (isUnion(field)) return (value) => value === null ? null : valueText(value);
  const inner = children.map(conversionOf);
  if (inner.every((each) => each === undefined)) return undefined;
  if (isList(format) || format === "+m") {
    const [convert] = inner;
    if (convert === undefined) return undefined;
    return (value) => value === null ? null : (value as unknown[]).map(convert);
  }
  return (value) =>
    value === null ? null : Object.fromEntries(
      Object.entries(value as object).map(([name, member], i) => [
        name,
        inner[i] === undefined ? member : inner[i](member),
      ]),
    );
}

function wide(value: unknown): bigint {
  return BigInt(value as number | bigint | string);
}

/** A union becomes text, so that its members keep their words. */
function isUnion({ format }: ArrowField): boolean {
  return format.startsWith("+u");
}
