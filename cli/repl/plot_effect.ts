import type { PlotOptions, PlotSeries } from "../plot/plot_options.ts";
import { renderPlot } from "../plot/render_plot.ts";
import { cutText } from "../format/text_width.ts";
import { paint } from "../format/style.ts";
import type { Key } from "./keys.ts";
import type { PlotSource } from "./plot_source.ts";
import { isWhole, plotKey, type PlotView, wholeView } from "./plot_view.ts";
import type { Shell } from "./shell.ts";

const HELP = "+ - zoom · arrows pan · 0 all · q ends";
const MOST_ROWS = 24;

/** Draws a plot and, at a terminal, obeys the keys that zoom and pan. */
export async function showPlot(shell: Shell, source: PlotSource): Promise<void> {
  const series = await shell.interruptible((signal) => source.load(undefined, signal));
  if (series === undefined) return;
  const drawn = plotText(shell, source, series, undefined);
  const range = extentOf(series);
  if (shell.io.keys === undefined || range === undefined) return await shell.io.out(drawn);
  await explore(shell, source, drawn, wholeView(...range));
}

async function explore(
  shell: Shell,
  source: PlotSource,
  first: string,
  start: PlotView,
): Promise<void> {
  const { io } = shell;
  let view = start;
  let text = first;
  let height = drawOver(shell, text, 0);
  for (
    let key = await io.keys!.nextStroke();
    key !== undefined;
    key = await io.keys!.nextStroke()
  ) {
    const next = plotKey(view, nameOf(key));
    if (next === undefined) {
      if (!isEnd(key)) io.keys!.unread(key);
      break;
    }
    view = next;
    // Keys that were pressed meanwhile come first: only the last view is worth a query.
    if (io.keys!.hasKey) continue;
    const shown = isWhole(view) ? undefined : view.shown;
    const series = await shell.interruptible((signal) => source.load(shown, signal));
    if (series === undefined) break;
    text = plotText(shell, source, series, view.shown);
    height = drawOver(shell, text, height);
  }
  // What stays in the scrollback is the plot alone.
  io.note(`\x1b[${height}A\r\x1b[J`);
  await io.out(text);
}

/** Draws over what was drawn before; the lines it takes, with the line of help. */
function drawOver(shell: Shell, text: string, height: number): number {
  const up = height === 0 ? "" : `\x1b[${height}A\r`;
  const { columns } = shell.io.size();
  const lines = text.trimEnd().split("\n").map((line) => `\x1b[2K${line}\r\n`);
  const help = paint(cutText(HELP, columns - 1), "dim", shell.io.color);
  shell.io.note(`${up}${lines.join("")}\x1b[2K${help}\r\n\x1b[J`);
  return lines.length + 1;
}

function plotText(
  shell: Shell,
  source: PlotSource,
  series: readonly PlotSeries[],
  xRange: readonly [number, number] | undefined,
): string {
  const { columns, rows } = shell.io.size();
  const options: PlotOptions = {
    width: columns - 1,
    height: Math.max(8, Math.min(MOST_ROWS, rows - 3)),
    title: source.title,
    timeAxis: source.timeAxis,
    color: shell.io.color,
    ...(source.unit === undefined ? {} : { unit: source.unit }),
    ...(source.xUnit === undefined ? {} : { xUnit: source.xUnit }),
    ...(xRange === undefined || xRange[0] >= xRange[1] ? {} : { xRange }),
  };
  return renderPlot(series, options);
}

function extentOf(series: readonly PlotSeries[]): readonly [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const { x } of series) {
    for (const value of x) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low < high ? [low, high] : undefined;
}

function nameOf(key: Key): string {
  return key.kind === "key" ? key.name : key.text;
}

function isEnd(key: Key): boolean {
  const name = nameOf(key);
  return name === "q" || name === "escape" || name === "enter" || name === "ctrl+c" || name === " ";
}
