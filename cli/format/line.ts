import type { ChunkWriter } from "./chunk_writer.ts";
import type { FormatOptions } from "./format_options.ts";
import type { RowSource } from "./result.ts";
import { outcomeStyle, paint } from "./style.ts";
import { countText, cutText, padText, textWidth } from "./text_width.ts";
import { valueText } from "./value_text.ts";
import { visibleText } from "../../lib/base/visible_text.ts";

/**
 * Writes each row as lines of name and value, for rows with many columns.
 *
 * @returns the number of rows
 */
export async function writeLines(
  source: RowSource,
  out: ChunkWriter,
  options: FormatOptions = {},
): Promise<number> {
  const { color = false, nullText = "NULL", width } = options;
  const names = source.columns.map((column) => visibleText(column.name));
  const nameWidth = names.reduce((w, name) => Math.max(w, textWidth(name)), 0);
  const room = Math.max(8, (width ?? Infinity) - nameWidth - 2);
  let count = 0;
  for await (const row of source.rows()) {
    count++;
    let text = paint(rule(count, nameWidth, options), "dim", color) + "\n";
    source.columns.forEach((column, i) => {
      const limits = width === undefined ? {} : { maxChars: 4 * width };
      const whole = visibleText(valueText(row[i], column.kind, { nullText, ...limits }));
      const unit = column.unit && typeof row[i] === "number" ? ` ${visibleText(column.unit)}` : "";
      const style = row[i] === null ? "dim" : outcomeStyle(column.name, row[i]);
      const value = paint(cutText(whole + unit, room), style, color);
      text += `${paint(padText(names[i]!, nameWidth, "right"), "bold", color)}  ${value}\n`;
    });
    const full = out.write(text);
    if (full) await full;
  }
  await out.write(paint(countText(count, "row"), "dim", color) + "\n");
  return count;
}

function rule(count: number, nameWidth: number, options: FormatOptions): string {
  const line = options.ascii ? "-" : "─";
  const title = ` row ${count} `;
  const length = Math.min(options.width ?? 60, 60);
  const before = Math.max(1, nameWidth + 1 - title.length);
  return line.repeat(before) + title + line.repeat(Math.max(1, length - before - title.length));
}
