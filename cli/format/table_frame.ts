import type { FormatOptions } from "./format_options.ts";
import type { ResultColumn } from "./result.ts";
import { outcomeStyle, paint, type Style } from "./style.ts";
import { layoutColumns, type PlacedColumn } from "./table_layout.ts";
import { cutText, padText, textWidth } from "./text_width.ts";
import { valueText } from "./value_text.ts";
import { visibleText } from "../../lib/base/visible_text.ts";

/** Left end, line, crossing and right end of the three rules, then the line between columns. */
const UNICODE = { rules: ["┌─┬┐", "├─┼┤", "└─┴┘"], bar: "│", more: "…", skip: "⋮" } as const;
const ASCII = { rules: ["+-++", "+-++", "+-++"], bar: "|", more: "~", skip: ":" } as const;

/** A table with fixed columns: turns rows into lines. */
export class TableFrame {
  readonly #columns: readonly ResultColumn[];
  readonly #placed: readonly PlacedColumn[];
  readonly #options: FormatOptions;
  readonly #glyphs: typeof UNICODE | typeof ASCII;
  #cutCells = 0;

  /** @param sample rows by which the widths are chosen */
  constructor(
    columns: readonly ResultColumn[],
    sample: readonly (readonly unknown[])[],
    options: FormatOptions,
  ) {
    this.#columns = columns;
    this.#options = options;
    this.#glyphs = options.ascii ? ASCII : UNICODE;
    const demands = columns.map((column, i) => ({
      kind: column.kind,
      valueWidth: sample.reduce((w, row) => Math.max(w, textWidth(this.#text(row[i], column))), 0),
      headWidth: Math.max(
        textWidth(visibleText(column.name)),
        textWidth(typeText(column, options)),
      ),
    }));
    this.#placed = layoutColumns(demands, options.width);
  }

  /** Columns that are drawn. */
  get shownColumns(): number {
    return this.#placed.filter((column) => column.index !== undefined).length;
  }

  /** Values that were drawn in part. */
  get cutCells(): number {
    return this.#cutCells;
  }

  /** The top border, names, types and the line below them. */
  head(): string {
    const { types = true } = this.#options;
    const named = this.#line((column, width) => this.#headCell(column, column.name, width, "bold"));
    const typed = types || this.#columns.some((column) => column.unit)
      ? this.#line((column, width) =>
        this.#headCell(column, typeText(column, this.#options), width, "dim")
      )
      : "";
    return this.#rule(0) + named + typed + this.#rule(1);
  }

  /** One row as a line. */
  row(row: readonly unknown[]): string {
    return this.#line((column, width, index) => {
      const value = row[index];
      const whole = this.#text(value, column);
      const text = this.#fit(whole, width);
      if (text !== whole) this.#cutCells++;
      return this.#cell(column, text, width, valueStyle(column, value));
    });
  }

  /** A line that stands for rows left out. */
  skipped(): string {
    return this.#line((column, width) => this.#cell(column, this.#glyphs.skip, width, "dim"));
  }

  /** The bottom border. */
  foot(): string {
    return this.#rule(2);
  }

  #text(value: unknown, column: ResultColumn): string {
    const { width, nullText = "NULL" } = this.#options;
    // A cell never shows more than the terminal's width, so long values need not be spelled out.
    const limits = width === undefined ? {} : { maxChars: 4 * width };
    return visibleText(valueText(value, column.kind, { nullText, ...limits }));
  }

  #fit(text: string, width: number): string {
    // Without a terminal nothing is cut: a late wide value breaks the alignment, not the data.
    return this.#options.width === undefined ? text : cutText(text, width, this.#glyphs.more);
  }

  #headCell(column: ResultColumn, text: string, width: number, style: Style): string {
    return this.#cell(column, this.#fit(visibleText(text), width), width, style);
  }

  #cell(column: ResultColumn, text: string, width: number, style: Style | undefined): string {
    const align = isRight(column) ? "right" : "left";
    return paint(padText(text, width, align), style, this.#options.color ?? false);
  }

  #line(cell: (column: ResultColumn, width: number, index: number) => string): string {
    const color = this.#options.color ?? false;
    const cells = this.#placed.map(({ index, width }) =>
      index === undefined
        ? paint(this.#glyphs.more, "dim", color)
        : cell(this.#columns[index]!, width, index)
    );
    const bar = paint(this.#glyphs.bar, "dim", color);
    return `${bar} ${cells.join(` ${bar} `)} ${bar}\n`;
  }

  #rule(which: 0 | 1 | 2): string {
    const [left, line, cross, right] = [...this.#glyphs.rules[which]] as [
      string,
      string,
      string,
      string,
    ];
    const parts = this.#placed.map(({ width }) => line.repeat(width + 2));
    return paint(left + parts.join(cross) + right, "dim", this.#options.color ?? false) + "\n";
  }
}

function typeText(column: ResultColumn, options: FormatOptions): string {
  const unit = column.unit ? `[${visibleText(column.unit)}]` : "";
  return (options.types ?? true) ? `${column.kind} ${unit}`.trimEnd() : unit;
}

function isRight(column: ResultColumn): boolean {
  return column.kind === "integer" || column.kind === "number";
}

function valueStyle(column: ResultColumn, value: unknown): Style | undefined {
  return value === null || value === undefined ? "dim" : outcomeStyle(column.name, value);
}
