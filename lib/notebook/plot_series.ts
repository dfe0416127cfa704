/**
 * Series of points, scaled to what their axes say and thinned to what can be seen.
 * @module
 */
import { siScale } from "../base/si_scale.ts";
import { decimate } from "../channels/decimate.ts";
import type { PlotColumn } from "./plot_column.ts";
import type { PlotPlan } from "./plot_options.ts";

/** Points of one name. */
export interface PlotSeries {
  readonly name: string;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** An axis: what it says, and by what its values were multiplied. */
export interface PlotAxis {
  readonly label: string;
  readonly isTime: boolean;
  readonly factor: number;
}

/** All of a plot of points. */
export interface PlotPoints {
  readonly series: readonly PlotSeries[];
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  readonly limits: readonly number[];
  /** Points before thinning. */
  readonly total: number;
}

/** Pixels of a scatter plot within which points cover each other. */
const CELL_PIXELS = 2;

/**
 * Makes the series of a line or scatter plot.
 *
 * @param points points for each series at most
 * @throws {TypeError} where a column holds text
 */
export function pointsOf(
  plan: PlotPlan,
  columns: ReadonlyMap<string, PlotColumn>,
  points: number,
): PlotPoints {
  const xColumn = numeric(columns, plan.x ?? "");
  const yColumns = plan.ys.map((name) => numeric(columns, name));
  const xAxis = axisOf([xColumn], plan.xUnit), yAxis = axisOf(yColumns, plan.yUnit);
  const whole = yColumns.flatMap((column) => splitSeries(plan, columns, xColumn, column));
  const thin = plan.kind === "scatter" ? thinScatter(plan, whole) : whole.map((series) => {
    const sorted = inOrderOfX(series);
    return pick(sorted, decimate(sorted.x, sorted.y, points));
  });
  return {
    series: thin.map(({ name, x, y }) => ({
      name,
      x: scaled(x, xAxis.factor),
      y: scaled(y, yAxis.factor),
    })),
    x: xAxis,
    y: yAxis,
    limits: (plan.limits ?? []).map((limit) => limit * yAxis.factor),
    total: whole.reduce((sum, { x }) => sum + x.length, 0),
  };
}

type NumericColumn = PlotColumn & {
  readonly data: { readonly kind: "number" | "time"; readonly values: Float64Array };
};

/** A column of numbers or times. */
export function numeric(columns: ReadonlyMap<string, PlotColumn>, name: string): NumericColumn {
  const column = columns.get(name);
  if (column !== undefined && column.data.kind !== "text") {
    return { ...column, data: column.data };
  }
  throw new TypeError(`Column "${name}" holds text: wanted numbers or times on this axis`);
}

/** The axis of columns that share it. */
export function axisOf(columns: readonly NumericColumn[], unitOption?: string): PlotAxis {
  const [first] = columns;
  const label = columns.length === 1 ? first?.name ?? "" : "";
  if (first?.data.kind === "time") {
    return { label: `${label} UTC`.trimStart(), isTime: true, factor: 1 };
  }
  const unit = unitOption ?? first?.unit;
  if (unit === undefined) return { label, isTime: false, factor: 1 };
  let largest = 0;
  for (const { data } of columns) {
    for (const value of data.values) if (Math.abs(value) > largest) largest = Math.abs(value);
  }
  const scale = siScale(largest, unit);
  return { label: `${label} [${scale.unit}]`.trimStart(), isTime: false, factor: scale.factor };
}

function splitSeries(
  { color, ys }: PlotPlan,
  columns: ReadonlyMap<string, PlotColumn>,
  { data: { values: x } }: NumericColumn,
  { name, data: { values: y } }: NumericColumn,
): PlotSeries[] {
  const colors = color === undefined ? undefined : columns.get(color);
  const rows = new Map<string, number[]>();
  for (let row = 0; row < x.length; row++) {
    if (!Number.isFinite(x[row])) continue;
    const group = colors === undefined ? "" : nameOf(colors, row);
    const list = rows.get(group);
    if (list === undefined) rows.set(group, [row]);
    else list.push(row);
  }
  return [...rows].map(([group, list]) => ({
    ...pick({ name, x, y }, list),
    name: group === "" ? name : ys.length === 1 ? group : `${name}, ${group}`,
  }));
}

function nameOf({ data }: PlotColumn, row: number): string {
  return data.kind === "text" ? data.values[row] || "none" : String(data.values[row]);
}

function pick({ name, x, y }: PlotSeries, rows: ArrayLike<number>): PlotSeries {
  return {
    name,
    x: Float64Array.from(rows, (row) => x[row] ?? NaN),
    y: Float64Array.from(rows, (row) => y[row] ?? NaN),
  };
}

function inOrderOfX(series: PlotSeries): PlotSeries {
  const { x } = series;
  if (x.every((value, i) => i === 0 || value >= (x[i - 1] ?? 0))) return series;
  return pick(series, Array.from(x.keys()).sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0)));
}

/** One point stands for all that would be drawn on the same few pixels. */
function thinScatter(plan: PlotPlan, series: readonly PlotSeries[]): PlotSeries[] {
  const xRange = rangeOf(series.map(({ x }) => x)), yRange = rangeOf(series.map(({ y }) => y));
  const columns = Math.ceil(plan.width / CELL_PIXELS), rows = Math.ceil(plan.height / CELL_PIXELS);
  return series.map((each) => {
    const taken = new Set<number>();
    const kept: number[] = [];
    for (let i = 0; i < each.x.length; i++) {
      const column = Math.floor(share(each.x[i] ?? NaN, xRange) * columns);
      const row = Math.floor(share(each.y[i] ?? NaN, yRange) * rows);
      const cell = column * (rows + 1) + row;
      if (Number.isNaN(cell) || taken.has(cell)) continue;
      taken.add(cell);
      kept.push(i);
    }
    return pick(each, kept);
  });
}

function rangeOf(arrays: readonly Float64Array[]): { readonly low: number; readonly span: number } {
  let low = Infinity, high = -Infinity;
  for (const values of arrays) {
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return { low, span: high - low || 1 };
}

function share(value: number, { low, span }: { readonly low: number; readonly span: number }) {
  return (value - low) / span;
}

function scaled(values: Float64Array, factor: number): Float64Array {
  return factor === 1 ? values : values.map((value) => value * factor);
}
