import { paint, type Style } from "../format/style.ts";
import { cutText, padText, textWidth } from "../format/text_width.ts";
import { visibleText } from "../../lib/base/visible_text.ts";

/** One bar: a label, its length, and what is written behind it. */
export interface BarRow {
  readonly label: string;
  /** Length of the bar; negative and NaN count as 0. */
  readonly value: number;
  /** Text behind the bar. @default the value */
  readonly text?: string;
  /** Color of the bar. @default "cyan" */
  readonly style?: Style;
}

/** Size and look of a bar chart. */
export interface BarChartOptions {
  /** Terminal cells of a line; less than 30 counts as 30. */
  readonly width: number;
  /** Value of a bar of full length, such as 100 for percent. @default the greatest value */
  readonly max?: number;
  /** Unit behind values that have no text of their own. */
  readonly unit?: string;
  /** Use ANSI colors. @default false */
  readonly color?: boolean;
  /** Draw bars of `#`. @default false */
  readonly ascii?: boolean;
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/**
 * Draws labelled horizontal bars, to an eighth of a cell: yields, Pareto charts, counts.
 *
 * @returns a line per row, each with its line end; one sentence without rows
 */
export function barChart(rows: readonly BarRow[], options: BarChartOptions): string {
  if (rows.length === 0) return "Nothing to show: no rows\n";
  const { color = false, ascii = false, unit = "" } = options;
  const width = Math.max(30, Math.floor(options.width));
  const texts = rows.map((row) => visibleText(row.text ?? `${row.value} ${unit}`.trimEnd()));
  const labels = rows.map((row) => cutText(visibleText(row.label), Math.floor(width / 3)));
  const labelWidth = Math.max(...labels.map(textWidth));
  const textSpace = Math.max(...texts.map(textWidth));
  const room = Math.max(4, width - labelWidth - textSpace - 4);
  const max = options.max ?? Math.max(...rows.map((row) => lengthOf(row.value)));
  return rows.map((row, i) => {
    const share = max > 0 ? Math.min(1, lengthOf(row.value) / max) : 0;
    const bar = ascii ? "#".repeat(Math.round(share * room)) : barOf(share * room);
    const painted = paint(bar, row.style ?? "cyan", color) + " ".repeat(room - textWidth(bar));
    return `${padText(labels[i]!, labelWidth)}  ${painted}  ${
      padText(texts[i]!, textSpace, "right")
    }\n`;
  }).join("");
}

function lengthOf(value: number): number {
  return value > 0 ? value : 0;
}

/** A bar of a number of cells; more than nothing is always seen. */
function barOf(cells: number): string {
  const eighths = cells > 0 ? Math.max(1, Math.round(cells * 8)) : 0;
  return "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7]!;
}
