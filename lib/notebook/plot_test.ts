import {
  deepStrictEqual as deepEqual,
  doesNotMatch,
  match,
  ok,
  rejects,
  strictEqual as equal,
  throws,
} from "node:assert/strict";
import { tableFromArrays } from "apache-arrow";
import type { Row } from "../arrow/query_result.ts";
import { DISPLAY } from "./displayable.ts";
import { plot } from "./plot.ts";
import { plotColumns } from "./plot_column.ts";
import { planPlot } from "./plot_options.ts";
import { pointsOf } from "./plot_series.ts";
import { timeTicks } from "./time_ticks.ts";

const HOSTILE = `<script>alert(1)</script>"'&\u2028`;
const ROWS: readonly Row[] = Array.from({ length: 200 }, (_, i) => ({
  at: new Date(Date.UTC(2026, 10, 21, 8) + i * 1000).toISOString(),
  volts: i % 50 === 7 ? null : 3.3 + (i % 10) / 1000,
  amperes: i / 1e4,
  station: i % 2 === 0 ? "east" : HOSTILE,
}));

Deno.test("plot() draws lines, scatters, histograms and boxes without a script", async () => {
  const drawn = [
    plot(ROWS, { x: "at", y: ["volts", "amperes"], title: HOSTILE }),
    plot(ROWS, { kind: "scatter", x: "volts", y: "amperes", color: "station", yUnit: "A" }),
    plot(ROWS, { x: "volts", xUnit: HOSTILE }),
    plot(ROWS, { x: "station" }),
    plot(ROWS, { kind: "box", x: "station", y: "volts", limits: [3.2, 3.4] }),
  ];
  for (const each of drawn) {
    const svg = await each.svg();
    match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    doesNotMatch(svg, /<script|NaN|&nbsp;|https?:(?!\/\/www\.w3\.org)/);
  }
  const [lines, scatter, histogram, , boxes] = await Promise.all(drawn.map((each) => each.svg()));
  equal(lines?.match(/aria-label="line"/g)?.length, 1);
  match(lines ?? "", /at UTC, 2026-11-21/);
  match(scatter ?? "", /amperes \[mA\]/);
  match(histogram ?? "", /aria-label="rect"/);
  equal(boxes?.match(/stroke-dasharray="5,4"/g)?.length, 1);
});

Deno.test("plot() shows HTML, SVG and a line of text, from rows and from apache-arrow", async () => {
  const table = tableFromArrays({ t: Float64Array.of(0, 1, 2), v: Float64Array.of(1, 4, 9) });
  const bundle = await plot(table, { x: "t", y: "v", title: "squares" })[DISPLAY]();
  deepEqual(Object.keys(bundle), ["text/html", "image/svg+xml", "text/plain"]);
  equal(bundle["text/plain"], "squares: line plot of v over t, 3 rows");
  doesNotMatch(bundle["text/html"] ?? "", /<script/);
});

Deno.test("plot().html() is a page that asks no network and keeps data from being a script", async () => {
  const page = await plot(ROWS, { x: "at", y: "volts", color: "station", title: HOSTILE }).html();
  // The program of the chart and nothing else.
  equal(page.match(/<script/g)?.length, 1);
  equal(page.match(/<\/script/g)?.length, 1);
  doesNotMatch(page.replaceAll(/\/\*!.*?\*\//g, ""), /https?:\/\/|src=|@import|import\(/);
  ok(!page.slice(page.indexOf("<script")).includes("\u2028"));
  const shown = await plot(ROWS, { x: "at", y: "volts", interactive: true })[DISPLAY]();
  match(shown["text/html"] ?? "", /zoomChart\(uPlot/);
  await rejects(() => plot(ROWS, { x: "volts" }).html(), /cannot be interactive/);
});

Deno.test("plot() thins lines to their pixels, keeps the spike and breaks at nulls", async () => {
  const rows = Array.from({ length: 100_000 }, (_, i) => ({
    x: i,
    y: i === 77_777 ? 50 : i > 40_000 && i < 60_000 ? null : Math.sin(i / 500),
  }));
  const plan = planPlot(rows, { x: "x", y: "y", width: 500 });
  const { series, total } = pointsOf(plan, await plotColumns(rows, plan.names), 2000);
  equal(total, 100_000);
  equal(series[0]?.x.length, 2000);
  ok(series[0]?.y.includes(50));
  ok(series[0]?.y.some(Number.isNaN));
});

Deno.test("plot() sorts a line by x and scales by the prefix of its unit", async () => {
  const rows = [{ x: 3, y: 0.001 }, { x: 1, y: 0.003 }, { x: 2, y: null }];
  const plan = planPlot(rows, { x: "x", y: "y", yUnit: "V", limits: [0.002] });
  const points = pointsOf(plan, await plotColumns(rows, plan.names), 100);
  deepEqual([...points.series[0]?.x ?? []], [1, 2, 3]);
  deepEqual([...points.series[0]?.y ?? []], [3, NaN, 1]);
  deepEqual(points.limits, [2]);
  equal(points.y.label, "y [mV]");
});

Deno.test("plot() names what is wrong before it draws", () => {
  throws(() => plot(ROWS, { x: "time", y: "volts" }), /No column "time".*at, volts, amperes/);
  throws(() => plot(ROWS, { kind: "line", x: "at" }), /needs x and y/);
  throws(() => plot(ROWS, { kind: "pie" as "box", y: "volts" }), /wanted one of line/);
  throws(() => plot(ROWS, { x: "at", y: "volts", width: 0 }), /50 to 10000 pixels/);
});

Deno.test("plot() refuses text on an axis of numbers, and draws nothing where there is nothing", async () => {
  await rejects(() => plot(ROWS, { x: "at", y: "station" }).svg(), /holds text/);
  match(await plot([], { x: "a", y: "b" }).svg(), /^<svg/);
  match(await plot([], { kind: "box", y: "b" }).svg(), /^<svg/);
});

Deno.test("timeTicks() writes no more digits than tell times apart", () => {
  const start = Date.UTC(2026, 10, 21, 8);
  const at = (...offsets: number[]) => timeTicks(offsets.map((offset) => start + offset));
  equal(at(0, 5000).format(start + 250), "08:00:00.250");
  equal(at(0, 5000).day, "2026-11-21");
  equal(at(0, 60_000).format(start), "08:00:00");
  equal(at(0, 3_600_000).format(start), "08:00");
  equal(at(0, 40 * 3_600_000).format(start), "11-21 08:00");
  equal(at(0, 40 * 86_400_000).format(start), "2026-11-21");
  equal(timeTicks([]).day, undefined);
});
