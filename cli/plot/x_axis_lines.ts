import { cutText, padText } from "../format/text_width.ts";
import type { AxisTicks } from "./number_axis.ts";
import type { BodySize } from "./plot_body.ts";

/** The line below a plot with its notches, the labels, and what is written once for all. */
export function xAxisLines(
  axis: AxisTicks,
  range: readonly [number, number],
  size: BodySize,
  width: number,
  ascii: boolean,
): string[] {
  const left = size.labelWidth + 1;
  const [corner, line, notch] = ascii ? ["+", "-", "+"] : ["└", "─", "┬"];
  const rule = Array<string>(size.columns).fill(line!);
  let labels = "";
  // A short unit stands behind the last label, a long note on a line of its own.
  const short = axis.note.length <= 4;
  axis.ticks.forEach((tick, i) => {
    const place = (tick.value - range[0]) / (range[1] - range[0]);
    const column = Math.round(place * (size.columns - 1));
    if (column < 0 || column >= size.columns) return;
    const unit = short && axis.note !== "" && i === axis.ticks.length - 1 ? ` ${axis.note}` : "";
    const text = tick.label + unit;
    const wanted = left + 1 + column - Math.floor(tick.label.length / 2);
    const start = Math.max(0, Math.min(wanted, width - text.length));
    if (labels !== "" && start < labels.length + 2) return;
    rule[column] = notch!;
    labels = padText(labels, start) + text;
  });
  const lines = [" ".repeat(left) + corner + rule.join(""), labels];
  if (short) return lines;
  const note = cutText(axis.note, width);
  const indent = Math.max(
    0,
    Math.min(width - note.length, left + ((size.columns - note.length) >> 1)),
  );
  return [...lines, " ".repeat(indent) + note];
}
