/**
 * CSV after RFC 4180, with LF as line end.
 * @module
 */

/** A header line, then a line for each row. */
export async function* csvLines(
  names: readonly string[],
  rows: AsyncIterable<readonly unknown[]>,
): AsyncGenerator<string> {
  yield csvLine(names);
  for await (const row of rows) yield csvLine(row);
}

/** One line with its line end; null is an empty cell, nested values are JSON. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(cell).join(",")}\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = plainText(value);
  // An empty text is quoted, so that it is not read back as null.
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A value as plain text: nested values as JSON, bytes as hexadecimal. */
export function plainText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  if (value instanceof Uint8Array) return value.toHex();
  if (typeof value === "object") return JSON.stringify(value, jsonSafe);
  return String(value);
}

/** JSON replacer for what JSON has no notation for. */
export function jsonSafe(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value instanceof Uint8Array) return value.toHex();
  return value;
}
