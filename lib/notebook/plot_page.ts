/**
 * Plots that can be zoomed, as HTML that has everything in it and asks no network, drawn by uPlot.
 * @module
 */
import { escapeHtml } from "../arrow/shown_table.ts";
import { type ZoomChart, zoomChart } from "./_zoom_chart.ts";
import type { PlotColumn } from "./plot_column.ts";
import type { PlotPlan } from "./plot_options.ts";
import { pointsOf } from "./plot_series.ts";

/** Points of a series that travel with the page: what is zoomed into has to be there. */
const PAGE_POINTS = 20_000;

/**
 * A piece of HTML for a page that has others as well.
 *
 * @throws {TypeError} for plots other than lines and scatters
 */
export async function interactiveHtml(
  plan: PlotPlan,
  columns: ReadonlyMap<string, PlotColumn>,
): Promise<string> {
  if (plan.kind !== "line" && plan.kind !== "scatter") {
    throw new TypeError(`A ${plan.kind} plot cannot be interactive: wanted a line or a scatter`);
  }
  const { series, x, y, limits } = pointsOf(plan, columns, PAGE_POINTS);
  const chart: ZoomChart = {
    kind: plan.kind,
    title: plan.title ?? "",
    width: plan.width,
    height: plan.height,
    x,
    y,
    limits,
    series: series.map((each) => ({
      name: each.name,
      x: base64(each.x),
      y: base64(each.y),
    })),
  };
  const [library, style] = await Promise.all([
    import("uplot/dist/uPlot.iife.min.js", { with: { type: "text" } }),
    import("uplot/dist/uPlot.min.css", { with: { type: "text" } }),
  ]);
  const id = `litmus-${crypto.randomUUID()}`;
  return `<style>${style.default}</style><div id="${id}"></div><script>(function(){
${library.default}
${zoomChart.toString()}
const target=document.getElementById("${id}");
zoomChart(uPlot,target,${jsonInScript(chart)},getComputedStyle(target).color);
})()</script>`;
}

/** A page of its own. */
export function pageOf(title: string, inner: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<style>:root{color-scheme:light dark;font-family:system-ui,sans-serif;margin:16px}</style></head>
<body>
${inner}
</body></html>
`;
}

function base64(values: Float64Array): string {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).toBase64();
}

/** JSON that cannot end the script it stands in. */
function jsonInScript(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}
