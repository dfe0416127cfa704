/**
 * A result as a table for notebooks: HTML that is escaped and needs no script, and a plain-text twin.
 * @module
 */
import { valueReader } from "./column_values.ts";
import { plainText } from "./csv.ts";
import type { ArrowBatch, ArrowSchema } from "./field.ts";

/** Rows shown at most; more do not help a reader and bloat the notebook file. */
const SHOWN_ROWS = 50;
/** Characters of a cell shown at most, for the same reason. */
const SHOWN_CHARACTERS = 500;
const NUMERIC = /^[cCsSiIlLefg]$|^d:/;

/** The MIME bundle of a result. */
export function displayBundle(
  schema: ArrowSchema,
  batches: readonly ArrowBatch[],
): Record<string, string> {
  const total = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const rows = firstRows(batches);
  const note = total > rows.length
    ? `first ${rows.length} of ${total.toLocaleString("en-US")} rows`
    : `${total} ${total === 1 ? "row" : "rows"}`;
  return { "text/html": html(schema, rows, note), "text/plain": plain(schema, rows, note) };
}

function firstRows(batches: readonly ArrowBatch[]): unknown[][] {
  const rows: unknown[][] = [];
  for (const batch of batches) {
    if (rows.length >= SHOWN_ROWS) break;
    const readers = batch.columns.map(valueReader);
    for (let row = 0; row < batch.rows && rows.length < SHOWN_ROWS; row++) {
      rows.push(readers.map((read) => read(row)));
    }
  }
  return rows;
}

function html(schema: ArrowSchema, rows: readonly unknown[][], note: string): string {
  const align = schema.fields.map(({ format }) => NUMERIC.test(format) ? "right" : "left");
  const head = schema.fields
    .map(({ name }, i) => `<th style="text-align:${align[i]}">${escapeHtml(name)}</th>`).join("");
  const body = rows.map((row) =>
    `<tr>${
      row.map((value, i) => `<td style="text-align:${align[i]}">${htmlCell(value)}</td>`).join("")
    }</tr>`
  ).join("");
  return `<div style="overflow-x:auto"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody>` +
    `</table><small>${escapeHtml(note)}</small></div>`;
}

function htmlCell(value: unknown): string {
  if (value === null || value === undefined) return `<em style="opacity:.5">NULL</em>`;
  return escapeHtml(cellText(value));
}

function cellText(value: unknown): string {
  const text = plainText(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** Makes text safe inside HTML content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

function plain(schema: ArrowSchema, rows: readonly unknown[][], note: string): string {
  const cells = [
    schema.fields.map(({ name }) => name),
    ...rows.map((row) => row.map((value) => value === null ? "NULL" : cellText(value))),
  ];
  const widths = schema.fields.map((_, i) =>
    Math.max(...cells.map((row) => (row[i] ?? "").length))
  );
  const lines = cells.map((row) =>
    row.map((cell, i) =>
      NUMERIC.test(schema.fields[i]?.format ?? "")
        ? cell.padStart(widths[i] ?? 0)
        : cell.padEnd(widths[i] ?? 0)
    ).join("  ").trimEnd()
  );
  return [...lines, note].join("\n");
}
