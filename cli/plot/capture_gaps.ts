import type { PlotSeries } from "./plot_options.ts";

/**
 * Breaks the line of a series between captures: nothing was measured there. A sample whose offset is less than
 * that of the one before it begins a capture.
 *
 * @param offsets seconds since the begin of the capture, one for each point
 */
export function withCaptureGaps(series: PlotSeries, offsets: ArrayLike<number>): PlotSeries {
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 0; i < series.x.length; i++) {
    if (i > 0 && offsets[i]! < offsets[i - 1]!) {
      x.push(series.x[i]!);
      y.push(NaN);
    }
    x.push(series.x[i]!);
    y.push(series.y[i]!);
  }
  return { ...series, x: Float64Array.from(x), y: Float64Array.from(y) };
}
