/**
 * Values and limits in words.
 * @module
 */
import type { Row } from "../arrow/query_result.ts";

const DIGITS = 6;

/** A number with as many digits as a reading has. */
export function numberOf(value: unknown): string {
  if (typeof value !== "number") return value === null || value === undefined ? "" : String(value);
  return String(Number(value.toPrecision(DIGITS)));
}

/** The value of a measurement; of texts and booleans what they were. */
export function measuredText(row: Row): string {
  if (typeof row.custom_value_text === "string") return row.custom_value_text;
  if (typeof row.custom_value_bool === "boolean") return String(row.custom_value_bool);
  if (row.measurement_value === null || row.measurement_value === undefined) return "-";
  return numberOf(row.measurement_value);
}

/** What was wanted; of a boolean the word for it. */
function nominalText(row: Row): string {
  if (typeof row.custom_nominal_text === "string") return row.custom_nominal_text;
  const { limit_nominal: nominal } = row;
  const isBoolean = typeof row.custom_value_bool === "boolean" && (nominal === 0 || nominal === 1);
  return isBoolean ? String(nominal === 1) : numberOf(nominal);
}

/** Limits as one reads them: `3.2 .. 3.4`, `<= 5`, `= 1`; empty where nothing was judged. */
export function limitText(row: Row): string {
  const low = numberOf(row.limit_low), high = numberOf(row.limit_high);
  const comparator = typeof row.limit_comparator === "string" ? row.limit_comparator : "";
  const nominal = nominalText(row);
  if (comparator === "EQ" || comparator === "NE") {
    return `${comparator === "EQ" ? "=" : "≠"} ${nominal}`.trimEnd();
  }
  if (low !== "" && high !== "") {
    return `${comparator.startsWith("GT") ? ">" : ""}${low} .. ${
      comparator.endsWith("LT") ? "<" : ""
    }${high}`;
  }
  if (low !== "") return `${comparator.startsWith("GT") ? ">" : "≥"} ${low}`;
  if (high !== "") return `${comparator.endsWith("LT") ? "<" : "≤"} ${high}`;
  return nominal === "" ? "" : `nominal ${nominal}`;
}
