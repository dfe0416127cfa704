import type { PlotOptions, PlotSeries } from "../plot/plot_options.ts";
import { renderPlot } from "../plot/render_plot.ts";
import { cutText } from "../format/text_width.ts";
import { paint } from "../format/style.ts";
import type { Key } from "./keys.ts";
import { nextStrokeOrResize } from "./on_resize.ts";
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
  const keys = io.keys!;
  let view = start;
  let text = first;
  let drawn = drawOver(shell, text, undefined);
  for (
    let key = await nextStrokeOrResize(keys);
    key !== undefined;
    key = await nextStrokeOrResize(keys)
  ) {
    const next = key === "resize" ? view : plotKey(view, nameOf(key));
    if (next === undefined) {
      if (key !== "resize" && !isEnd(key)) keys.unread(key);
      break;
    }
    view = next;
    // Keys that were pressed meanwhile come first: only the last view is worth a query.
    if (keys.hasKey) continue;
    const shown = isWhole(view) ? undefined : view.shown;
    const series = await shell.interruptible((signal) => source.load(shown, signal));
    if (series === undefined) break;
    text = plotText(shell, source, series, view.shown);
    drawn = drawOver(shell, text, drawn);
  }
  // What stays in the scrollback is the plot alone.
  io.note(`\x1b[${drawn.height}A\r\x1b[J`);
  await io.out(text);
}

/** What is on the screen: its lines with the line of help, and the width they were drawn for. */
interface Drawn {
  readonly height: number;
  readonly columns: number;
}

/** Draws over what was drawn before. */
function drawOver(shell: Shell, text: string, before: Drawn | undefined): Drawn {
  const { columns } = shell.io.size();
  // Where the terminal puts the lines of another width is its secret: then on a clean screen.
  const up = before === undefined
    ? ""
    : before.columns === columns
    ? `\x1b[${before.height}A\r`
    : "\x1b[H\x1b[2J";
  const lines = text.trimEnd().split("\n").map((line) => `\x1b[2K${line}\r\n`);
  const help = paint(cutText(HELP, columns - 1), "dim", shell.io.color);
  shell.io.note(`${up}${lines.join("")}\x1b[2K${help}\r\n\x1b[J`);
  return { height: lines.length + 1, columns };
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
