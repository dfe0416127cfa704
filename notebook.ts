/**
 * Tables, plots and live views for the Deno Jupyter kernel. Every query result of this package shows
 * itself; this entry adds runs, steps, channels, plots and whatever else is worth a look. Without a
 * notebook plots are of use as well: as SVG, and as pages that zoom.
 *
 * @example A table from apache-arrow, as a notebook shows it
 * ```ts
 * import { DISPLAY, show } from "@litmus/sdk/notebook";
 * import { tableFromArrays } from "apache-arrow";
 * import { match } from "node:assert/strict";
 *
 * const shown = show(tableFromArrays({ volts: Float64Array.of(3.3, 5) }));
 * const bundle = await shown[DISPLAY]();
 * match(bundle["text/plain"] ?? "", /volts/);
 * ```
 *
 * @example A histogram
 * ```ts
 * import { EventStore } from "@litmus/sdk";
 * import { plot } from "@litmus/sdk/notebook";
 * import { match } from "node:assert/strict";
 *
 * await using events = await EventStore.open({ dataDir: await Deno.makeTempDir() });
 * const values = await events.sql("SELECT (i * 37) % 10 AS volts FROM range(1000) r(i)");
 * match(await plot(values, { x: "volts", xUnit: "V" }).svg(), /volts \[V\]/);
 * ```
 *
 * @module
 */
export { show } from "./lib/notebook/show.ts";
export { showRuns } from "./lib/notebook/show_runs.ts";
export { type RunSource, showRun } from "./lib/notebook/show_run.ts";
export { Plot, plot, type PlotParts } from "./lib/notebook/plot.ts";
export type { PlotKind, PlotOptions, PlotPlan } from "./lib/notebook/plot_options.ts";
export type { PlotColumn } from "./lib/notebook/plot_column.ts";
export {
  type ChannelSource,
  plotChannel,
  type PlotChannelOptions,
} from "./lib/notebook/plot_channel.ts";
export {
  type EventSource,
  liveEvents,
  type LiveEventsOptions,
} from "./lib/notebook/live_events.ts";
export {
  liveChannel,
  type LiveChannelOptions,
  type LiveChannelSource,
} from "./lib/notebook/live_channel.ts";
export { LiveView, type LiveViewParts } from "./lib/notebook/live_view.ts";
export type { Broadcast, MimeBundle } from "./lib/notebook/live_output.ts";
export { withProgress } from "./lib/notebook/progress.ts";
export { DISPLAY, type Displayable } from "./lib/notebook/displayable.ts";
export type { ApacheTable, TableData } from "./lib/notebook/table_data.ts";
export type { SqlSource } from "./lib/analysis/sql_source.ts";
export { QueryResult } from "./lib/arrow/query_result.ts";
