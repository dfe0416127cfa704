/**
 * Channels as charts.
 * @module
 */
import type { QueryResult } from "../arrow/query_result.ts";
import { NotFoundError } from "../base/errors.ts";
import type { ChannelStoreQuery } from "../channels/file_channel_store.ts";
import type { ChannelSummary } from "../channels/channel_summary.ts";
import { Plot, type PlotParts } from "./plot.ts";
import { plotColumns } from "./plot_column.ts";
import { planPlot, type PlotOptions } from "./plot_options.ts";

/** What is needed of a channel store. */
export interface ChannelSource {
  /** Channels and sessions. */
  list(options?: { readonly sessionId?: string }): Promise<ChannelSummary[]>;
  /** Samples of a channel. */
  query(channelId: string, query?: ChannelStoreQuery): Promise<QueryResult>;
}

/** What of a channel is drawn, and how large. */
export interface PlotChannelOptions
  extends
    Pick<ChannelStoreQuery, "sessionId" | "start" | "end" | "lastN">,
    Pick<PlotOptions, "limits" | "title" | "width" | "height" | "interactive"> {}

/** Points of a pixel column, as a chart shows them. */
const POINTS_PER_PIXEL = 4;
/** What a zoom has to find there. */
const INTERACTIVE_POINTS = 20_000;

/**
 * Draws a channel: a waveform over its own seconds, everything else over time, downsampled to the pixels
 * of the chart, with units on the axes.
 *
 * @param store a `ChannelStore` or `FileChannelStore`
 * @param channelId the channel
 *
 * @example
 * ```ts
 * import { ChannelStore } from "@litmus/sdk";
 * import { plotChannel } from "@litmus/sdk/notebook";
 * import { match } from "node:assert/strict";
 *
 * await using store = await ChannelStore.open({ dataDir: await Deno.makeTempDir() });
 * const ripple = Float64Array.from({ length: 1_000_000 }, (_, i) => 0.02 * Math.sin(i / 900));
 * store.write("scope.ripple", ripple, { sampleInterval: 1e-6, units: "V" });
 * match(await plotChannel(store, "scope.ripple").svg(), /scope\.ripple \[mV\]/);
 * ```
 */
export function plotChannel(
  store: ChannelSource,
  channelId: string,
  options: PlotChannelOptions = {},
): Plot {
  return new Plot(() => prepare(store, channelId, options));
}

async function prepare(
  store: ChannelSource,
  channelId: string,
  options: PlotChannelOptions,
): Promise<PlotParts> {
  const { sessionId, start, end, lastN, width = 720, interactive } = options;
  const result = await store.query(channelId, {
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(lastN === undefined ? {} : { lastN }),
    maxPoints: interactive === true ? INTERACTIVE_POINTS : POINTS_PER_PIXEL * width,
  });
  const sources = (await store.list(sessionId === undefined ? {} : { sessionId }))
    .filter((each) => each.channelId === channelId);
  const [first] = sources;
  if (first === undefined) throw new NotFoundError(`No channel ${channelId}`);
  const samples = sources.reduce((sum, each) => sum + each.samples, 0);
  const offsets = await isOneCapture(result, first);
  const plan = planPlot(result, {
    ...options,
    kind: "line",
    x: offsets ? "offset_seconds" : "timestamp",
    y: "value",
    xUnit: "s",
    yUnit: first.units ?? "",
    ...(sources.length > 1 ? { color: "session_id" } : {}),
    title: options.title ?? `${channelId}, ${samples.toLocaleString("en-US")} samples`,
  });
  const columns = await plotColumns(result, plan.names);
  const x = columns.get(plan.x ?? ""), value = columns.get("value");
  if (x !== undefined) columns.set(x.name, { ...x, name: offsets ? "time" : "time," });
  if (value !== undefined) columns.set("value", { ...value, name: channelId });
  return { plan, columns };
}

/** True where all samples count their seconds from the same start. */
async function isOneCapture(result: QueryResult, { dataType }: ChannelSummary): Promise<boolean> {
  if (dataType !== "waveform") return false;
  const { timestamp = [], offset_seconds = [] } = await result.toColumns();
  const startOf = (row: number): number =>
    Number(timestamp[row]) - Number(offset_seconds[row]) * 1e6;
  const first = startOf(0);
  for (let row = 1; row < timestamp.length; row++) {
    // Times are whole microseconds; offsets are finer.
    if (Math.abs(startOf(row) - first) > 1) return false;
  }
  return true;
}
