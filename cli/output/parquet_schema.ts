/**
 * Arrow fields as the schema elements of a Parquet file.
 *
 *     list      name LIST ── list (repeated) ── element
 *     map       name MAP  ── key_value (repeated) ── key, value
 *     struct    name ── members
 *
 * Types that Parquet lacks (intervals, durations, unions) are text, in the words that tables and JSON have.
 *
 * @module
 */
import type { SchemaElement } from "hyparquet-writer";
import type { ArrowField } from "../../lib/arrow/field.ts";

type Leaf = Omit<SchemaElement, "name" | "repetition_type">;

const TEXT: Leaf = {
  type: "BYTE_ARRAY",
  converted_type: "UTF8",
  logical_type: { type: "STRING" },
};

const LEAVES: Readonly<Record<string, Leaf>> = {
  b: { type: "BOOLEAN" },
  c: integer(8, true),
  s: integer(16, true),
  i: { type: "INT32" },
  l: { type: "INT64" },
  C: integer(8, false),
  S: integer(16, false),
  I: integer(32, false),
  L: integer(64, false),
  e: { type: "FLOAT" },
  f: { type: "FLOAT" },
  g: { type: "DOUBLE" },
  z: { type: "BYTE_ARRAY" },
  Z: { type: "BYTE_ARRAY" },
  tdD: { type: "INT32", converted_type: "DATE", logical_type: { type: "DATE" } },
  ttu: {
    type: "INT64",
    converted_type: "TIME_MICROS",
    logical_type: { type: "TIME", isAdjustedToUTC: false, unit: "MICROS" },
  },
  ttn: { type: "INT64", logical_type: { type: "TIME", isAdjustedToUTC: false, unit: "NANOS" } },
};

/** Parquet has no seconds: they are written as milliseconds. */
const UNITS = { s: "MILLIS", m: "MILLIS", u: "MICROS", n: "NANOS" } as const;

/**
 * By the older word for the type alone: hyparquet-writer 0.17.0 writes the width within the newer one as a
 * 32-bit number where the format has a byte, and readers refuse the file.
 */
function integer(bitWidth: 8 | 16 | 32 | 64, isSigned: boolean): Leaf {
  return {
    type: bitWidth === 64 ? "INT64" : "INT32",
    converted_type: `${isSigned ? "INT" : "UINT"}_${bitWidth}`,
  };
}

/**
 * The whole schema, in depth-first order as a file has it.
 *
 * @param names names of the columns, each only once
 */
export function parquetSchema(
  fields: readonly ArrowField[],
  names: readonly string[],
): SchemaElement[] {
  return [
    { name: "schema", num_children: fields.length },
    ...fields.flatMap((field, i) => elementsOf(field, names[i] ?? field.name, "OPTIONAL")),
  ];
}

function elementsOf(
  field: ArrowField,
  name: string,
  repetition: "OPTIONAL" | "REQUIRED",
): SchemaElement[] {
  const { format, children: [first, ...more] } = field;
  const group = (element: Partial<SchemaElement>): SchemaElement => ({
    name,
    repetition_type: repetition,
    num_children: 1,
    ...element,
  });
  if (isList(format) && first !== undefined) {
    return [
      group({ converted_type: "LIST", logical_type: { type: "LIST" } }),
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      ...elementsOf(first, "element", "OPTIONAL"),
    ];
  }
  const [key, value] = format === "+m" ? first?.children ?? [] : [];
  if (key !== undefined && value !== undefined) {
    return [
      group({ converted_type: "MAP", logical_type: { type: "MAP" } }),
      { name: "key_value", repetition_type: "REPEATED", num_children: 2 },
      ...elementsOf(key, "key", "REQUIRED"),
      ...elementsOf(value, "value", "OPTIONAL"),
    ];
  }
  if (format === "+s" && first !== undefined) {
    return [
      group({ num_children: 1 + more.length }),
      ...[first, ...more].flatMap((child) => elementsOf(child, child.name, "OPTIONAL")),
    ];
  }
  return [{ name, repetition_type: repetition, ...leafOf(format) }];
}

/** Whether a format is one of the lists, whatever their offsets. */
export function isList(format: string): boolean {
  return format === "+l" || format === "+L" || format.startsWith("+w:");
}

function leafOf(format: string): Leaf {
  if (Object.hasOwn(LEAVES, format)) return LEAVES[format] ?? TEXT;
  if (format.startsWith("d:")) return decimal(format);
  if (format.startsWith("w:")) {
    return { type: "FIXED_LEN_BYTE_ARRAY", type_length: Number(format.slice(2)) };
  }
  const timestamp = /^ts([smun]):(.*)$/.exec(format);
  if (timestamp === null) return TEXT;
  const unit = UNITS[timestamp[1] as keyof typeof UNITS];
  const isAdjustedToUTC = timestamp[2] !== "";
  return {
    type: "INT64",
    // The older word for the type means UTC, and has none for nanoseconds.
    ...(isAdjustedToUTC && unit !== "NANOS" ? { converted_type: `TIMESTAMP_${unit}` } : {}),
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC, unit },
  };
}

function decimal(format: string): Leaf {
  const [precision = 38, scale = 0] = format.slice(2).split(",").map(Number);
  return {
    ...(precision <= 9
      ? { type: "INT32" }
      : precision <= 18
      ? { type: "INT64" }
      : { type: "FIXED_LEN_BYTE_ARRAY", type_length: 16 }),
    converted_type: "DECIMAL",
    precision,
    scale,
    logical_type: { type: "DECIMAL", precision, scale },
  };
}
