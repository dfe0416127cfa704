import { paint } from "../format/style.ts";
import { cutText } from "../format/text_width.ts";
import { visibleText } from "../../lib/base/visible_text.ts";
import { type AxisTicks, niceStep, numberAxis } from "./number_axis.ts";
import { type BodySize, plotBody } from "./plot_body.ts";
import { plotLegend } from "./plot_legend.ts";
import type { PlotOptions, PlotSeries } from "./plot_options.ts";
import { plotRange, type SeriesFacts, seriesFacts } from "./plot_range.ts";
import { timeAxis } from "./time_axis.ts";
import { xAxisLines } from "./x_axis_lines.ts";

const LEAST_WIDTH = 30;
const LEAST_HEIGHT = 8;
const LEAST_ROWS = 3;
const LEAST_TICK_CELLS = 9;

/**
 * Draws series as lines over a common x axis, for a terminal.
 *
 * Whatever the number of points, the least and the greatest of each column of dots are drawn.
 *
 * @param given x must not be sorted, but lines join neighbors in the order given
 * @throws {RangeError} when a range given ends before it starts
 * @returns lines of at most `width` cells, each with its line end; one sentence without points
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const x = Float64Array.from({ length: 100 }, (_, i) => i / 1000);
 * const series = [{ name: "vout", x, y: x.map((t) => Math.sin(60 * t)) }];
 * const plot = renderPlot(series, { width: 80, height: 16, unit: "V", xUnit: "s" });
 * assert.equal(plot.split("\n").length, 17);
 * ```
 */
export function renderPlot(given: readonly PlotSeries[], options: PlotOptions): string {
  const isAscii = options.glyphs === "ascii";
  const series = isAscii ? given.map(asciiSeries) : given;
  const sized: PlotOptions = {
    ...(isAscii ? asciiOptions(options) : options),
    width: Math.max(LEAST_WIDTH, Math.floor(options.width)),
    height: Math.max(LEAST_HEIGHT, Math.floor(options.height)),
  };
  checkRange("xRange", options.xRange);
  checkRange("yRange", options.yRange);
  const facts = series.map((one) => seriesFacts(one, sized));
  if (facts.every((fact) => fact.count === 0)) return emptyText(series, sized);
  let lines = drawPlot(series, facts, sized);
  const excess = lines.length - sized.height;
  // The x axis may need a line for its offset, which is known only once it is drawn.
  if (excess > 0) lines = drawPlot(series, facts, { ...sized, height: sized.height - excess });
  const plot = lines.map((line) => `${line.trimEnd()}\n`).join("");
  return sized.glyphs === "ascii" ? asciiText(plot) : plot;
}

function drawPlot(
  series: readonly PlotSeries[],
  facts: readonly SeriesFacts[],
  options: PlotOptions,
): string[] {
  const { color = false, width, height, glyphs } = options;
  const legend = plotLegend(series, facts, options, Math.max(1, height >> 2));
  // Title, axis, labels, and the note that a time axis has.
  const furniture = 3 + legend.length + (options.timeAxis ? 1 : 0);
  const rows = Math.max(LEAST_ROWS, height - furniture);
  const yCount = Math.max(2, Math.round(rows / 3));
  const range = plotRange(facts, options, yCount);
  const yTicks = numberAxis(range.y[0], range.y[1], range.yStep, options.unit ?? "");
  const labelWidth = yTicks.ticks.reduce((w, tick) => Math.max(w, tick.label.length), 0);
  const margin = options.limits === undefined ? 0 : 7;
  const size: BodySize = { columns: width - labelWidth - 2 - margin, rows, labelWidth };
  const start = Math.min(...facts.map((fact) => fact.minX));
  const xTicks = xAxis(range.x, start, size.columns, options);
  return [
    titleLine(series, yTicks.note, options),
    ...plotBody(series, facts, range, yTicks, size, options),
    ...xAxisLines(xTicks, range.x, size, width, glyphs === "ascii")
      .map((line) => paint(line, "dim", color)),
    ...legend,
  ];
}

/** The finest ticks whose labels have room. */
function xAxis(
  [low, high]: readonly [number, number],
  start: number,
  columns: number,
  options: PlotOptions,
): AxisTicks {
  for (let count = Math.max(2, Math.floor(columns / LEAST_TICK_CELLS));; count--) {
    const axis = options.timeAxis
      ? timeAxis(low, high, count, start)
      : numberAxis(low, high, niceStep(high - low, count), options.xUnit ?? "");
    const longest = axis.ticks.reduce((w, tick) => Math.max(w, tick.label.length), 0);
    const [first, second] = axis.ticks;
    const gap = first && second ? (second.value - first.value) / (high - low) * columns : Infinity;
    if (count <= 2 || gap >= longest + 4) return axis;
  }
}

function titleLine(series: readonly PlotSeries[], note: string, options: PlotOptions): string {
  const { color = false, width } = options;
  const title = options.title ?? (series.length === 1 ? series[0]!.name : "");
  const unit = note === "" ? "" : `[${visibleText(note)}]`;
  const name = cutText(visibleText(title), width - unit.length - 1);
  return `${paint(name, "bold", color)}${name === "" ? "" : " "}${paint(unit, "dim", color)}`;
}

function checkRange(name: string, range: readonly [number, number] | undefined): void {
  if (range === undefined || range[0] < range[1]) return;
  throw new RangeError(
    `Cannot plot: ${name} is ${range.join(" to ")}, its start must be less than its end`,
  );
}

function emptyText(series: readonly PlotSeries[], options: PlotOptions): string {
  const range = options.xRange === undefined ? "" : " in this range";
  if (series.length === 0) return "Nothing to plot: no series was given\n";
  const names = series.map((one) => visibleText(one.name)).join(", ");
  return `Nothing to plot: ${names} ${
    series.length === 1 ? "has" : "have"
  } no finite values${range}\n`;
}

/** Spells out the signs that take more than one letter, before anything is measured. */
function asciiOptions(options: PlotOptions): PlotOptions {
  const { unit, xUnit, title } = options;
  return {
    ...options,
    ...(unit === undefined ? {} : { unit: spelledOut(unit) }),
    ...(xUnit === undefined ? {} : { xUnit: spelledOut(xUnit) }),
    ...(title === undefined ? {} : { title: spelledOut(title) }),
  };
}

function asciiSeries(series: PlotSeries): PlotSeries {
  return series.unit === undefined ? series : { ...series, unit: spelledOut(series.unit) };
}

function spelledOut(text: string): string {
  return text.replaceAll(/[ΩΩ]/g, "Ohm").replaceAll("°", "deg");
}

const ASCII: Readonly<Record<string, string>> = { "µ": "u", "μ": "u", "…": "~", "×": "x" };
const POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Replaces the other signs of a plot, each by as many letters as it had. */
function asciiText(text: string): string {
  return text.replace(/[µμ…×]/g, (sign) => ASCII[sign] ?? sign)
    .replace(
      /10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)/g,
      (_, power: string) =>
        `1e${[...power].map((sign) => sign === "⁻" ? "-" : POWERS.indexOf(sign)).join("")}`,
    );
}
