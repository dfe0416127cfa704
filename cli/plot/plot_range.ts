import { niceStep } from "./number_axis.ts";
import type { PlotOptions, PlotSeries } from "./plot_options.ts";

/** The part of the plane that a plot shows. */
export interface PlotRange {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** Distance of the ticks on y. */
  readonly yStep: number;
}

/** What a series holds within the x range. */
export interface SeriesFacts {
  /** Points with finite x and y. */
  readonly count: number;
  readonly minX: number;
  readonly maxX: number;
  readonly minY: number;
  readonly maxY: number;
  /** Points below the low or above the high limit. */
  readonly outside: number;
}

/** Counts and measures the finite points of a series within the x range. */
export function seriesFacts(series: PlotSeries, options: PlotOptions): SeriesFacts {
  const [from, to] = options.xRange ?? [-Infinity, Infinity];
  const { low = -Infinity, high = Infinity } = options.limits ?? {};
  const { x: xs, y: ys } = series;
  let [count, outside] = [0, 0];
  let [minX, maxX, minY, maxY] = [Infinity, -Infinity, Infinity, -Infinity];
  const length = Math.min(xs.length, ys.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [xs[i]!, ys[i]!];
    if (!Number.isFinite(x) || !Number.isFinite(y) || x < from || x > to) continue;
    count++;
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
    if (y < low || y > high) outside++;
  }
  return { count, minX, maxX, minY, maxY, outside };
}

// A limit further away than this many times the height of the data would flatten the data.
const LIMIT_REACH = 20;

/**
 * The range that shows all points, and the limits where they are near enough.
 *
 * @param facts at least one with a point
 * @param tickCount ticks wanted on the y axis; the range ends on ticks
 */
export function plotRange(
  facts: readonly SeriesFacts[],
  options: PlotOptions,
  tickCount: number,
): PlotRange {
  const minX = Math.min(...facts.map((fact) => fact.minX));
  const maxX = Math.max(...facts.map((fact) => fact.maxX));
  const half = options.timeAxis ? 5e5 : 0.5;
  const x = options.xRange ??
    (maxX > minX ? [minX, maxX] as const : [minX - half, maxX + half] as const);
  const near = options.yRange ?? nearRange(facts, options);
  const yStep = niceStep(near[1] - near[0], tickCount);
  if (options.yRange) return { x, y: options.yRange, yStep };
  const bottom = Math.floor(near[0] / yStep + 1e-9) * yStep;
  const top = Math.ceil(near[1] / yStep - 1e-9) * yStep;
  return { x, y: [bottom, top], yStep };
}

function nearRange(
  facts: readonly SeriesFacts[],
  options: PlotOptions,
): readonly [number, number] {
  let low = Math.min(...facts.map((fact) => fact.minY));
  let high = Math.max(...facts.map((fact) => fact.maxY));
  const reach = high > low ? LIMIT_REACH * (high - low) : Infinity;
  const { low: lowLimit, high: highLimit } = options.limits ?? {};
  const [dataLow, dataHigh] = [low, high];
  if (isNumber(lowLimit) && dataLow - lowLimit <= reach) low = Math.min(low, lowLimit);
  if (isNumber(lowLimit) && lowLimit - dataHigh <= reach) high = Math.max(high, lowLimit);
  if (isNumber(highLimit) && highLimit - dataHigh <= reach) high = Math.max(high, highLimit);
  if (isNumber(highLimit) && dataLow - highLimit <= reach) low = Math.min(low, highLimit);
  if (high > low) return [low, high];
  const half = low === 0 ? 1 : Math.abs(low) * 0.1;
  return [low - half, high + half];
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}
