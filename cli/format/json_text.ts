import type { ResultColumn } from "./result.ts";
import { escapeHidden } from "../../lib/base/visible_text.ts";

/**
 * The JSON text of a value of a result.
 *
 * A bigint is a number literal with all its digits, as JSON allows any; NaN and the infinities,
 * which JSON lacks, are null; bytes are base64.
 */
export function jsonText(value: unknown): string {
  switch (typeof value) {
    case "string":
      return escapeHidden(JSON.stringify(value));
    case "number":
      return numberText(value);
    case "bigint":
      return value.toString();
    case "boolean":
      return value ? "true" : "false";
    case "object":
      return value === null ? "null" : objectText(value);
    default:
      return "null";
  }
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) return "null";
  return Object.is(value, -0) ? "-0" : String(value);
}

function objectText(value: object): string {
  if (value instanceof Uint8Array) return `"${value.toBase64()}"`;
  if (value instanceof Date) return `"${value.toISOString()}"`;
  if (isList(value)) return `[${Array.from(value, jsonText).join(",")}]`;
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([key, field]) => `${jsonText(key)}:${jsonText(field)}`);
  return `{${fields.join(",")}}`;
}

/** Whether a value is an array or a typed array of numbers. */
export function isList(value: object): value is ArrayLike<unknown> & Iterable<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/**
 * Names for the keys of an object: a name that stands twice gets `_1`, `_2`, ... unless another
 * column has that name.
 */
export function uniqueNames(columns: readonly ResultColumn[]): string[] {
  const taken = new Set(columns.map((column) => column.name));
  const seen = new Set<string>();
  return columns.map(({ name }) => {
    if (!seen.has(name)) {
      seen.add(name);
      return name;
    }
    let count = 1;
    while (taken.has(`${name}_${count}`)) count++;
    const unique = `${name}_${count}`;
    taken.add(unique);
    return unique;
  });
}
