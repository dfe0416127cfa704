import type { ChunkWriter } from "./chunk_writer.ts";
import type { FormatOptions } from "./format_options.ts";
import { jsonText } from "./json_text.ts";
import type { ColumnKind, RowSource } from "./result.ts";
import { numberText } from "./value_text.ts";
import { visibleText } from "../../lib/base/visible_text.ts";

const NEEDS_QUOTES = /[",\r\n]|^\s|\s$|^$/;

/**
 * Writes rows as RFC 4180 with LF line ends. NULL is empty and an empty text is `""`; lists and
 * structures are JSON, bytes base64, times RFC 3339.
 *
 * @returns the number of rows
 */
export async function writeCsv(
  source: RowSource,
  out: ChunkWriter,
  options: FormatOptions = {},
): Promise<number> {
  const nullText = options.nullText ?? "";
  const finish = options.terminal ? visibleText : (text: string) => text;
  const kinds = source.columns.map((column) => column.kind);
  if (options.header ?? true) {
    await out.write(
      finish(source.columns.map(({ name }) => quoted(name, nullText)).join(",")) + "\n",
    );
  }
  let count = 0;
  for await (const row of source.rows()) {
    let line = "";
    for (let i = 0; i < kinds.length; i++) {
      if (i > 0) line += ",";
      line += field(row[i], kinds[i], nullText);
    }
    count++;
    const full = out.write(finish(line) + "\n");
    if (full) await full;
  }
  return count;
}

function field(value: unknown, kind: ColumnKind | undefined, nullText: string): string {
  if (value === null || value === undefined) return nullText;
  switch (typeof value) {
    case "string":
      return quoted(value, nullText);
    case "number":
      return numberText(value, kind);
    case "object":
      if (value instanceof Uint8Array) return value.toBase64();
      return quoted(jsonText(value), nullText);
    default:
      return String(value);
  }
}

function quoted(text: string, nullText: string): string {
  return NEEDS_QUOTES.test(text) || text === nullText ? `"${text.replaceAll('"', '""')}"` : text;
}
