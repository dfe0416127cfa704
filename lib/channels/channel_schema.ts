/**
 * Columns of channel segments, and what the columns of any segment say about its type.
 * @module
 */
import { type ArrowField, type ArrowSchema, field } from "../arrow/field.ts";
import type { ChannelDataType } from "./channel_types.ts";

export const TIMESTAMP: ArrowField = field("timestamp", "tsu:UTC");
export const SOURCE_METHOD: ArrowField = field("source_method", "u");
export const SESSION_ID: ArrowField = field("session_id", "u");
export const SAMPLES: ArrowField = field("samples", "+l", [field("item", "g")]);
export const SAMPLE_INTERVAL: ArrowField = field("sample_interval", "g");

/** Columns that each segment has, whatever its type. */
export const COMMON_COLUMNS: ReadonlySet<string> = new Set([
  "timestamp",
  "source_method",
  "session_id",
]);

/** Format of a single value. */
export type ValueFormat = "g" | "b" | "u";

/** What callers call a format. */
export const FORMAT_NAMES: Readonly<Record<ValueFormat, string>> = {
  g: "number",
  b: "boolean",
  u: "text",
};

/** The value column of a scalar type. */
export const SCALAR_FORMATS: Readonly<
  Record<"scalar" | "scalar_bool" | "scalar_str", ValueFormat>
> = {
  scalar: "g",
  scalar_bool: "b",
  scalar_str: "u",
};

/** The columns of a type, where they are always the same. */
export function schemaOfType(dataType: ChannelDataType): ArrowSchema | undefined {
  if (dataType === "struct") return undefined;
  const data = dataType === "waveform"
    ? [SAMPLES, SAMPLE_INTERVAL]
    : [field("value", SCALAR_FORMATS[dataType])];
  return { fields: [TIMESTAMP, ...data, SOURCE_METHOD, SESSION_ID] };
}

/** Type of a segment by its columns; undefined where it is no channel data. */
export function dataTypeOf(schema: ArrowSchema): ChannelDataType | undefined {
  const names = schema.fields.map(({ name }) => name);
  if (!names.includes("timestamp")) return undefined;
  const data = schema.fields.filter(({ name }) => !COMMON_COLUMNS.has(name));
  const samples = data.find(({ name }) => name === "samples");
  if (samples?.format === "+l" && names.includes("sample_interval")) return "waveform";
  const [value] = data;
  if (data.length !== 1 || value?.name !== "value") return data.length > 0 ? "struct" : undefined;
  if (value.format === "b") return "scalar_bool";
  if (value.format === "u" || value.format === "U") return "scalar_str";
  return /^[cCsSiIlLefg]$/.test(value.format) ? "scalar" : "struct";
}
