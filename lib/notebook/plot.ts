/**
 * Plots of tables.
 * @module
 */
import { DISPLAY, type Displayable } from "./displayable.ts";
import { type PlotColumn, plotColumns } from "./plot_column.ts";
import { planPlot, type PlotOptions, type PlotPlan } from "./plot_options.ts";
import { interactiveHtml, pageOf } from "./plot_page.ts";
import { drawSvg, standaloneSvg } from "./plot_svg.ts";
import type { TableData } from "./table_data.ts";

/** What a plot is drawn from. */
export interface PlotParts {
  /** Checked options. */
  readonly plan: PlotPlan;
  /** The columns that they name. */
  readonly columns: ReadonlyMap<string, PlotColumn>;
}

/** A plot, made when it is first asked for. */
export class Plot implements Displayable {
  readonly #prepare: () => Promise<PlotParts>;
  #parts: Promise<PlotParts> | undefined;

  /** Takes what reads the data, once; {@linkcode plot} and {@linkcode plotChannel} make plots. */
  constructor(prepare: () => Promise<PlotParts>) {
    this.#prepare = prepare;
  }

  /** The plot as SVG for a file: no script, no font, dark or light as the page around it. */
  async svg(): Promise<string> {
    const { plan, columns } = await this.#read();
    return standaloneSvg(await drawSvg(plan, columns));
  }

  /** The plot as a page of its own that zooms, with everything in it: no network. */
  async html(): Promise<string> {
    const { plan, columns } = await this.#read();
    return pageOf(plan.title ?? plan.names.join(", "), await interactiveHtml(plan, columns));
  }

  /** The plot in a notebook; also as SVG for those that show no HTML. */
  async [DISPLAY](): Promise<Record<string, string>> {
    const { plan, columns } = await this.#read();
    const svg = await drawSvg(plan, columns);
    const html = plan.interactive === true
      ? await interactiveHtml(plan, columns)
      : `<div style="overflow-x:auto">${svg}</div>`;
    return {
      "text/html": html,
      "image/svg+xml": standaloneSvg(svg),
      "text/plain": twin(plan, columns),
    };
  }

  /** A plot may be shown, saved and shown again. */
  #read(): Promise<PlotParts> {
    this.#parts ??= this.#prepare();
    return this.#parts;
  }
}

/**
 * Plots columns of a result, an apache-arrow table or rows. Lines are thinned to what their pixels can
 * show and keep every spike; axes carry units, with a prefix where that reads better.
 *
 * @param data a query result, an apache-arrow `Table`, or rows as objects
 * @param options what goes where
 * @throws {TypeError} for options that do not go together and columns that are not there
 *
 * @example A waveform as an SVG file
 * ```ts
 * import { FileChannelStore } from "@litmus/sdk/files";
 * import { plot } from "@litmus/sdk/notebook";
 * import { match } from "node:assert/strict";
 *
 * await using store = await FileChannelStore.open({ dataDir: await Deno.makeTempDir() });
 * const ripple = Float64Array.from({ length: 100_000 }, (_, i) => 0.02 * Math.sin(i / 900));
 * store.write("scope.ripple", ripple, { sampleInterval: 1e-6, units: "V" });
 * const result = await store.query("scope.ripple", { maxPoints: 2000 });
 * const svg = await plot(result, { x: "offset_seconds", y: "value", xUnit: "s", yUnit: "V" }).svg();
 * match(svg, /^<svg .*value \[mV\]/s);
 * ```
 */
export function plot(data: TableData, options: PlotOptions): Plot {
  const plan = planPlot(data, options);
  return new Plot(async () => ({ plan, columns: await plotColumns(data, plan.names) }));
}

/** What there is to see, in a line. */
function twin(plan: PlotPlan, columns: ReadonlyMap<string, PlotColumn>): string {
  const rows = Math.max(0, ...[...columns.values()].map(({ data }) => data.values.length));
  const what = plan.ys.length === 0 ? plan.x : `${plan.ys.join(", ")} over ${plan.x ?? "all rows"}`;
  const title = plan.title === undefined ? "" : `${plan.title}: `;
  return `${title}${plan.kind} plot of ${what}, ${rows.toLocaleString("en-US")} rows`;
}
