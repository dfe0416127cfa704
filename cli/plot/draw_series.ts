import type { DotCanvas } from "./dot_canvas.ts";
import type { PlotSeries } from "./plot_options.ts";
import type { PlotRange } from "./plot_range.ts";

/** Consecutive points that fall on one column of dots. */
interface Run {
  readonly x: number;
  first: number;
  last: number;
  min: number;
  max: number;
}

/**
 * Draws a series as a line. Points on one column of dots become a stroke from their least to
 * their greatest, so that no peak is lost however many they are; gaps stay open.
 *
 * @param visit is called with the place, in dots, of the last point of each column
 */
export function drawSeries(
  canvas: DotCanvas,
  series: PlotSeries,
  owner: number,
  range: PlotRange,
  visit: (x: number, y: number) => void,
): void {
  const [left, right] = range.x;
  const [low, high] = range.y;
  const scaleX = (canvas.width - 1) / (right - left);
  // The ends of the range are the middles of the first and last cell, where labels stand.
  const dotsY = canvas.height / canvas.rows;
  const scaleY = (canvas.height - dotsY) / (high - low);
  const top = (dotsY - 1) / 2;
  let before: Run | undefined;
  let run: Run | undefined;
  const finish = (): void => {
    if (run === undefined) return;
    clippedLine(canvas, run.x, run.min, run.x, run.max, owner);
    if (before !== undefined) clippedLine(canvas, before.x, before.last, run.x, run.first, owner);
    visit(run.x, Math.round(run.last));
    before = run;
    run = undefined;
  };
  const length = Math.min(series.x.length, series.y.length);
  for (let i = 0; i < length; i++) {
    const x = Math.round((series.x[i]! - left) * scaleX);
    const y = (high - series.y[i]!) * scaleY + top;
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      finish();
      before = undefined;
    } else if (run !== undefined && run.x === x) {
      run.last = y;
      if (y < run.min) run.min = y;
      if (y > run.max) run.max = y;
    } else {
      finish();
      run = { x, first: y, last: y, min: y, max: y };
    }
  }
  finish();
}

/** Draws the part of a line that lies on the canvas (Liang and Barsky 1984). */
function clippedLine(
  canvas: DotCanvas,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  owner: number,
): void {
  const [dx, dy] = [x1 - x0, y1 - y0];
  let [enter, leave] = [0, 1];
  const edges = [[-dx, x0], [dx, canvas.width - 1 - x0], [-dy, y0], [dy, canvas.height - 1 - y0]];
  for (const [direction, distance] of edges as [number, number][]) {
    // Half a dot beyond the edge still rounds onto it.
    const room = distance + 0.5;
    if (direction === 0 && room < 0) return;
    if (direction < 0) enter = Math.max(enter, room / direction);
    if (direction > 0) leave = Math.min(leave, room / direction);
  }
  if (enter > leave) return;
  const clampX = (x: number): number => clamp(Math.round(x), canvas.width - 1);
  const clampY = (y: number): number => clamp(Math.round(y), canvas.height - 1);
  canvas.line(
    clampX(x0 + enter * dx),
    clampY(y0 + enter * dy),
    clampX(x0 + leave * dx),
    clampY(y0 + leave * dy),
    owner,
  );
}

function clamp(value: number, max: number): number {
  return Math.min(max, Math.max(0, value));
}
