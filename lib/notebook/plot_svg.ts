/**
 * Plots as SVG that needs no script, drawn by Observable Plot.
 * @module
 */
import type { PlotColumn } from "./plot_column.ts";
import type { PlotPlan } from "./plot_options.ts";
import { axisOf, numeric, type PlotAxis, type PlotPoints, pointsOf } from "./plot_series.ts";
import { timeTicks } from "./time_ticks.ts";

/** What a pixel column can show: first, lowest, highest and last sample. */
const POINTS_PER_PIXEL = 4;
/** Wide enough for most letters of the small bold font. */
const LETTER_PIXELS = 6.5;
const COLOR = "#4269d0";
const LIMIT_COLOR = "#d1242f";

type PlotModule = typeof import("@observablehq/plot");
type Mark = NonNullable<NonNullable<Parameters<PlotModule["plot"]>[0]>["marks"]>[number];

interface Drawing {
  readonly marks: readonly Mark[];
  readonly x: Readonly<Record<string, unknown>>;
  readonly y: Readonly<Record<string, unknown>>;
}

/**
 * Draws a plot.
 *
 * @returns an `<svg>` element in the color of its surroundings, valid as HTML and as XML
 */
export async function drawSvg(
  plan: PlotPlan,
  columns: ReadonlyMap<string, PlotColumn>,
): Promise<string> {
  const Plot = await import("@observablehq/plot");
  const { DOMParser } = await import("linkedom");
  const document = new DOMParser().parseFromString("<html><body></body></html>", "text/html");
  const { marks, x, y } = DRAW[plan.kind](Plot, plan, columns);
  const title = plan.title === undefined ? [] : [
    Plot.text([plan.title], { frameAnchor: "top", dy: -36, fontSize: 13, fontWeight: "bold" }),
  ];
  const drawn = Plot.plot({
    document,
    width: plan.width,
    height: plan.height,
    marginTop: plan.title === undefined ? 32 : 50,
    marginLeft: 56,
    marginRight: 30,
    x,
    y,
    marks: [...marks, ...title],
  });
  drawn.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  // The only entity that XML does not know.
  return drawn.outerHTML.replaceAll("&nbsp;", "&#160;");
}

/** An SVG that stands alone: dark on a light page and light on a dark one. */
export function standaloneSvg(svg: string): string {
  const style =
    "<style>:root{color:#1f2328}@media (prefers-color-scheme:dark){:root{color:#e6edf3}}</style>";
  return `${svg.replace(">", `>${style}`)}\n`;
}

const DRAW = {
  line: (Plot, plan, columns) => drawPoints(Plot, plan, columns, "line"),
  scatter: (Plot, plan, columns) => drawPoints(Plot, plan, columns, "dot"),
  histogram: drawHistogram,
  box: drawBoxes,
} satisfies Record<
  PlotPlan["kind"],
  (Plot: PlotModule, plan: PlotPlan, columns: ReadonlyMap<string, PlotColumn>) => Drawing
>;

function drawPoints(
  Plot: PlotModule,
  plan: PlotPlan,
  columns: ReadonlyMap<string, PlotColumn>,
  mark: "line" | "dot",
): Drawing {
  const points = pointsOf(plan, columns, POINTS_PER_PIXEL * plan.width);
  const { x, y, names } = flat(points);
  const several = points.series.length > 1;
  const data = { length: x.length };
  const channels = { x, y, ...(several ? { z: names, stroke: names } : { stroke: COLOR }) };
  return {
    marks: [
      mark === "line"
        ? Plot.line(data, { ...channels, strokeWidth: 1.2 })
        : Plot.dot(data, { ...channels, r: 2 }),
      ...limitMarks(Plot, points.limits),
      ...(several ? legend(Plot, points.series.map(({ name }) => name), plan.width) : []),
    ],
    x: scaleOf(points.x, x),
    y: { ...scaleOf(points.y, y), grid: true },
  };
}

function scaleOf(axis: PlotAxis, values: readonly number[]): Record<string, unknown> {
  if (!axis.isTime) return { label: axis.label === "" ? null : axis.label, type: "linear" };
  const { day, format } = timeTicks(values);
  const label = day === undefined ? axis.label : `${axis.label}, ${day}`;
  return { label, type: "utc", tickFormat: format, ticks: 6 };
}

function flat({ series }: PlotPoints): { x: number[]; y: number[]; names: string[] } {
  return {
    x: series.flatMap(({ x }) => [...x]),
    y: series.flatMap(({ y }) => [...y]),
    names: series.flatMap(({ name, x }) => Array.from(x, () => name)),
  };
}

/** Names over the plot, from the right; as many as there is room for. */
function legend(Plot: PlotModule, names: readonly string[], width: number): Mark[] {
  const marks: Mark[] = [];
  let right = 0;
  for (const name of names.toReversed()) {
    const text = `● ${name}`;
    const taken = text.length * LETTER_PIXELS + 8;
    if (right + taken > width * 0.7) break;
    marks.push(
      Plot.text([name], {
        frameAnchor: "top-right",
        dx: -right,
        dy: -16,
        fill: () => name,
        fontWeight: "bold",
        text: () => text,
      }),
    );
    right += taken;
  }
  return marks;
}

function limitMarks(Plot: PlotModule, limits: readonly number[]): Mark[] {
  if (limits.length === 0) return [];
  return [Plot.ruleY([...limits], { stroke: LIMIT_COLOR, strokeDasharray: "5,4" })];
}

function drawHistogram(
  Plot: PlotModule,
  plan: PlotPlan,
  columns: ReadonlyMap<string, PlotColumn>,
): Drawing {
  const column = columns.get(plan.x ?? "");
  const y = { label: "count", grid: true };
  if (column?.data.kind === "text") {
    const bars = Plot.groupX({ y: "count" }, { x: [...column.data.values] });
    const data = { length: column.data.values.length };
    return {
      marks: [Plot.barY(data, { ...bars, fill: COLOR }), Plot.ruleY([0])],
      x: { label: column.name },
      y,
    };
  }
  const source = numeric(columns, plan.x ?? "");
  const axis = axisOf([source], plan.xUnit);
  const values = [...source.data.values].filter(Number.isFinite).map((each) => each * axis.factor);
  const bins = Plot.binX({ y: "count" }, { x: values });
  return {
    marks: [Plot.rectY({ length: values.length }, { ...bins, fill: COLOR }), Plot.ruleY([0])],
    x: scaleOf(axis, values),
    y,
  };
}

function drawBoxes(
  Plot: PlotModule,
  plan: PlotPlan,
  columns: ReadonlyMap<string, PlotColumn>,
): Drawing {
  const sources = plan.ys.map((name) => numeric(columns, name));
  const axis = axisOf(sources, plan.yUnit);
  const groups = plan.x === undefined ? undefined : columns.get(plan.x);
  const x: string[] = [], y: number[] = [];
  for (const { name, data } of sources) {
    for (const [row, value] of data.values.entries()) {
      if (!Number.isFinite(value)) continue;
      y.push(value * axis.factor);
      x.push(groups === undefined ? name : String(groups.data.values[row]));
    }
  }
  return {
    marks: [
      Plot.boxY({ length: y.length }, { x, y, fill: COLOR, fillOpacity: 0.3, r: 2 }),
      ...limitMarks(Plot, (plan.limits ?? []).map((limit) => limit * axis.factor)),
    ],
    x: { label: plan.x ?? null, type: "band" },
    y: { label: axis.label, grid: true },
  };
}
