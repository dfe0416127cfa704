import { paint, type Style } from "../format/style.ts";
import { padText } from "../format/text_width.ts";
import { DotCanvas } from "./dot_canvas.ts";
import { drawSeries } from "./draw_series.ts";
import type { AxisTicks } from "./number_axis.ts";
import { seriesColor, seriesLetter, usesLetters } from "./plot_legend.ts";
import type { PlotOptions, PlotSeries } from "./plot_options.ts";
import type { PlotRange, SeriesFacts } from "./plot_range.ts";

interface Glyph {
  readonly char: string;
  readonly style: Style | undefined;
}

/** Size of the field of dots and of the labels left of it, in cells. */
export interface BodySize {
  readonly columns: number;
  readonly rows: number;
  readonly labelWidth: number;
}

/** The lines of a plot between title and x axis: labels, axis, curves and limits. */
export function plotBody(
  series: readonly PlotSeries[],
  facts: readonly SeriesFacts[],
  range: PlotRange,
  yTicks: AxisTicks,
  size: BodySize,
  options: PlotOptions,
): string[] {
  const { color = false, glyphs = "braille" } = options;
  const cells = curveCells(series, facts, range, size, options);
  const names = limitCells(cells, range, size, options);
  const labels = new Map(yTicks.ticks.map((tick) => [rowOf(tick.value, range, size), tick.label]));
  const [axis, notch] = glyphs === "ascii" ? ["|", "+"] : ["│", "┤"];
  return cells.map((row, index) => {
    const label = labels.get(index);
    const left = `${padText(label ?? "", size.labelWidth, "right")} ${label ? notch : axis}`;
    const name = names.get(index);
    const right = name === undefined ? "" : ` ${paint(name, "red", color)}`;
    return `${paint(left, "dim", color)}${paintRow(row, name !== undefined, color)}${right}`;
  });
}

/** The line of cells on which a value of y falls, 0 at the top. */
export function rowOf(y: number, range: PlotRange, size: BodySize): number {
  const [low, high] = range.y;
  return Math.round(((high - y) / (high - low)) * (size.rows - 1));
}

function curveCells(
  series: readonly PlotSeries[],
  facts: readonly SeriesFacts[],
  range: PlotRange,
  size: BodySize,
  options: PlotOptions,
): (Glyph | undefined)[][] {
  const canvas = new DotCanvas(size.columns, size.rows, options.glyphs ?? "braille");
  const marks = new Map<number, Glyph>();
  series.forEach((one, i) => {
    const mark = marker(series, facts, i, size, options);
    drawSeries(canvas, one, i, range, (x, y) => {
      const column = Math.floor((x / canvas.width) * size.columns);
      const row = Math.floor((y / canvas.height) * size.rows);
      const char = mark(column);
      const outside = column < 0 || row < 0 || column >= size.columns || row >= size.rows;
      if (char === undefined || outside) return;
      marks.set(row * size.columns + column, { char, style: seriesColor(i) });
    });
  });
  return Array.from(
    { length: size.rows },
    (_, row) =>
      Array.from({ length: size.columns }, (_, column) => {
        const cell = canvas.cell(column, row);
        return marks.get(row * size.columns + column) ??
          (cell && { char: cell.glyph, style: seriesColor(cell.owner) });
      }),
  );
}

/** Says which mark stands on a column: letters now and then, or a dot on every one of few points. */
function marker(
  series: readonly PlotSeries[],
  facts: readonly SeriesFacts[],
  index: number,
  size: BodySize,
  options: PlotOptions,
): (column: number) => string | undefined {
  const few = facts[index]!.count * 4 <= size.columns;
  if (!usesLetters(series, options)) {
    const dot = options.glyphs === "ascii" ? "o" : "•";
    return () => few ? dot : undefined;
  }
  const letter = seriesLetter(index);
  const period = Math.max(12, 4 * series.length);
  const phase = Math.floor(((index + 0.5) * period) / series.length);
  return (column) => few || column % period === phase ? letter : undefined;
}

/** Draws the limits where no curve is; returns their names by row. */
function limitCells(
  cells: (Glyph | undefined)[][],
  range: PlotRange,
  size: BodySize,
  options: PlotOptions,
): Map<number, string> {
  const names = new Map<number, string>();
  const char = options.glyphs === "ascii" ? "-" : "┄";
  for (const name of ["low", "high"] as const) {
    const limit = options.limits?.[name];
    if (limit === undefined || !(limit >= range.y[0] && limit <= range.y[1])) continue;
    const row = rowOf(limit, range, size);
    names.set(row, names.has(row) ? "limits" : name);
    const line = cells[row]!;
    line.forEach((cell, column) => line[column] = cell ?? { char, style: "red" });
  }
  return names;
}

/** Joins cells to a text, with one color code for neighbors of one color. */
function paintRow(row: readonly (Glyph | undefined)[], full: boolean, color: boolean): string {
  const end = full ? row.length : row.findLastIndex((cell) => cell !== undefined) + 1;
  let text = "";
  let piece = "";
  let style: Style | undefined;
  for (const cell of row.slice(0, end)) {
    if (cell?.style !== style) {
      text += paint(piece, style, color);
      piece = "";
      style = cell?.style;
    }
    piece += cell?.char ?? " ";
  }
  return text + paint(piece, style, color);
}
