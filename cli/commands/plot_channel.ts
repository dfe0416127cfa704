/**
 * A channel drawn in the terminal.
 * @module
 */
import type { QueryResult } from "../../lib/arrow/query_result.ts";
import { parseMicros } from "../../lib/base/time.ts";
import { withCaptureGaps } from "../plot/capture_gaps.ts";
import { renderPlot } from "../plot/render_plot.ts";
import { notFound } from "../failure.ts";

/** What is drawn, and how. */
export interface ChannelPlotOptions {
  readonly channelId: string;
  readonly units: string;
  /** Samples of one capture, told apart by less than a microsecond where need be. */
  readonly waveform: boolean;
  readonly width: number;
  readonly height: number;
  readonly color: boolean;
  readonly limits?: { readonly low?: number; readonly high?: number };
}

/**
 * Draws the samples of one session.
 *
 * @param result columns `timestamp`, `offset_seconds` and `value`
 * @throws {CommandError} where the values are no numbers
 */
export async function plotChannel(
  result: QueryResult,
  options: ChannelPlotOptions,
): Promise<string> {
  const { times, offsets, values } = await columnsOf(result, options.channelId);
  // Several captures in one channel start over: only their times tell them apart.
  const byOffset = options.waveform && isAscending(offsets);
  const series = { name: options.channelId, x: byOffset ? offsets : times, y: values };
  return renderPlot([withCaptureGaps(series, offsets)], {
    width: options.width,
    height: options.height,
    color: options.color,
    unit: options.units,
    ...(byOffset ? { xUnit: "s" } : { timeAxis: true }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
}

async function columnsOf(
  result: QueryResult,
  channelId: string,
): Promise<{ times: Float64Array; offsets: Float64Array; values: Float64Array }> {
  const names = result.schema.fields.map(({ name }) => name);
  const at = ["timestamp", "offset_seconds", "value"].map((name) => names.indexOf(name));
  const [time = -1, offset = -1, value = -1] = at;
  const format = result.schema.fields[value]?.format;
  if (format !== "g" && format !== "b") {
    throw notFound(
      `Channel ${channelId} holds no numbers to draw`,
      `See its values: litmus lttb ${channelId}`,
    );
  }
  const times: number[] = [], offsets: number[] = [], values: number[] = [];
  for await (const row of result.rowArrays()) {
    times.push(parseMicros(String(row[time])));
    offsets.push(Number(row[offset]));
    const sample = row[value];
    values.push(sample === null || sample === undefined ? NaN : Number(sample));
  }
  return {
    times: Float64Array.from(times),
    offsets: Float64Array.from(offsets),
    values: Float64Array.from(values),
  };
}

function isAscending(values: Float64Array): boolean {
  return values.every((value, i) => i === 0 || value >= (values[i - 1] ?? value));
}
