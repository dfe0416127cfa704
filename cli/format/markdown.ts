import type { ChunkWriter } from "./chunk_writer.ts";
import type { FormatOptions } from "./format_options.ts";
import type { ColumnKind, RowSource } from "./result.ts";
import { takeRows } from "./sampled_rows.ts";
import { padText, textWidth } from "./text_width.ts";
import { valueText } from "./value_text.ts";
import { visibleText } from "../../lib/base/visible_text.ts";

const SAMPLE_ROWS = 1000;
// An underscore inside a word is no markup in GitHub's dialect; escaped it would spoil every name.
const MARKUP = /[\\|`*<~[\]]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)/g;

/**
 * Writes rows as a GitHub-flavored Markdown table, its source aligned by the first 1,000 rows.
 *
 * @returns the number of rows
 */
export async function writeMarkdown(
  source: RowSource,
  out: ChunkWriter,
  options: FormatOptions = {},
): Promise<number> {
  const { columns } = source;
  const { nullText = "NULL" } = options;
  const cellsOf = (row: readonly unknown[]): string[] =>
    columns.map(({ kind }, i) => markdownText(valueText(row[i], kind, { nullText })));
  const rows = source.rows()[Symbol.asyncIterator]();
  let count = 0;
  try {
    const sample = (await takeRows(rows, options.eager ? 1 : SAMPLE_ROWS)).map(cellsOf);
    const names = columns.map((column) => markdownText(column.name));
    const widths = names.map((name, i) =>
      [name, ...sample.map((cells) => cells[i]!)].reduce((w, s) => Math.max(w, textWidth(s)), 3)
    );
    const line = (cells: readonly string[]): string =>
      `| ${
        cells.map((cell, i) => padText(cell, widths[i]!, side(columns[i]!.kind))).join(" | ")
      } |\n`;
    await out.write(line(names) + line(columns.map(({ kind }, i) => dashes(widths[i]!, kind))));
    for (const cells of sample) await out.write(line(cells));
    count = sample.length;
    for (let next = await rows.next(); !next.done; next = await rows.next()) {
      const full = out.write(line(cellsOf(next.value)));
      if (full) await full;
      count++;
    }
  } finally {
    await rows.return?.();
  }
  return count;
}

function markdownText(text: string): string {
  return text.split(/\r\n|[\r\n]/)
    .map((part) => visibleText(part).replace(MARKUP, "\\$&"))
    .join("<br>");
}

function side(kind: ColumnKind): "left" | "right" {
  return kind === "integer" || kind === "number" ? "right" : "left";
}

function dashes(width: number, kind: ColumnKind): string {
  return side(kind) === "right" ? `${"-".repeat(width - 1)}:` : "-".repeat(width);
}
