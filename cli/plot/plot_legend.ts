import { paint, type Style } from "../format/style.ts";
import { countText, cutText, textWidth } from "../format/text_width.ts";
import { visibleText } from "../../lib/base/visible_text.ts";
import type { PlotOptions, PlotSeries } from "./plot_options.ts";
import type { SeriesFacts } from "./plot_range.ts";
import { valueWithUnit } from "../../lib/base/si_scale.ts";

const COLORS: readonly Style[] = ["cyan", "yellow", "magenta", "green", "blue"];

/** The color of a series; red is kept for limits. */
export function seriesColor(index: number): Style {
  return COLORS[index % COLORS.length]!;
}

/** The letter that marks a series where colors cannot: A to Z, then a to z. */
export function seriesLetter(index: number): string {
  const code = index % 52;
  return String.fromCharCode(code < 26 ? 65 + code : 71 + code);
}

/** Whether lines are told apart by letters instead of colors. */
export function usesLetters(series: readonly PlotSeries[], options: PlotOptions): boolean {
  return series.length > 1 && (!options.color || series.length > COLORS.length);
}

/**
 * The lines below a plot: which series is which, its points and extent, and the limits.
 *
 * @param maxLines lines at most; names alone on one line where more would be needed
 */
export function plotLegend(
  series: readonly PlotSeries[],
  facts: readonly SeriesFacts[],
  options: PlotOptions,
  maxLines: number,
): string[] {
  const { color = false, width } = options;
  const limits = limitText(facts, options);
  const parts = series.map((one, i) => ({
    mark: markOf(series, i, options),
    style: seriesColor(i),
    name: visibleText(one.name),
    facts: factsText(facts[i]!, one.unit ?? options.unit ?? ""),
  }));
  const nameWidth = parts.reduce((w, part) => Math.max(w, textWidth(part.name)), 0);
  const lines = parts.map((part) => {
    const named = series.length === 1 && options.title === undefined ? "" : part.name;
    const name = named && named + " ".repeat(nameWidth - textWidth(named) + 2);
    const text = cutText(`${name}${part.facts}`, width - textWidth(part.mark) - 1);
    return `${paint(part.mark, part.style, color)} ${text}`;
  });
  if (limits !== undefined) lines.push(limitLine(limits, facts, options));
  if (lines.length <= maxLines) return lines;
  const short = parts.map((part) => `${part.mark} ${part.name}`).join("  ");
  return maxLines > 0 ? [cutText(short, width)] : [];
}

function markOf(series: readonly PlotSeries[], index: number, options: PlotOptions): string {
  const line = options.glyphs === "ascii" ? "*" : "━";
  return usesLetters(series, options) ? seriesLetter(index) : line.repeat(2);
}

function factsText(facts: SeriesFacts, unit: string): string {
  if (facts.count === 0) return "no points";
  const points = countText(facts.count, "point");
  if (facts.minY === facts.maxY) return `${points} at ${valueWithUnit(facts.minY, unit)}`;
  const spread = facts.maxY - facts.minY;
  const [low, high] = [facts.minY, facts.maxY].map((y) => valueWithUnit(y, unit, spread));
  return `${points} from ${low} to ${high}`;
}

function limitText(facts: readonly SeriesFacts[], options: PlotOptions): string | undefined {
  const { low, high } = options.limits ?? {};
  const unit = options.unit ?? "";
  if (low === undefined && high === undefined) return undefined;
  const [lowText, highText] = [low, high].map((limit) => valueWithUnit(limit ?? 0, unit));
  const name = low === undefined
    ? `high limit ${highText}`
    : high === undefined
    ? `low limit ${lowText}`
    : `limits ${lowText} to ${highText}`;
  const outside = facts.reduce((sum, fact) => sum + fact.outside, 0);
  return `${name}${outside > 0 ? `: ${countText(outside, "point")} outside` : ""}`;
}

function limitLine(text: string, facts: readonly SeriesFacts[], options: PlotOptions): string {
  const { color = false, glyphs, width } = options;
  const failed = facts.some((fact) => fact.outside > 0);
  const mark = paint(glyphs === "ascii" ? "--" : "┄┄", "red", color);
  return `${mark} ${paint(cutText(text, width - 3), failed ? "red" : undefined, color)}`;
}
