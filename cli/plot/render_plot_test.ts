import assert from "node:assert/strict";
import { textWidth } from "../format/text_width.ts";
import type { PlotOptions, PlotSeries } from "./plot_options.ts";
import { renderPlot } from "./render_plot.ts";

function seriesOf(name: string, count: number, step: number, f: (x: number) => number): PlotSeries {
  const x = Float64Array.from({ length: count }, (_, i) => i * step);
  return { name, x, y: x.map(f) };
}

function shifted(series: PlotSeries, start: number): PlotSeries {
  return { ...series, x: series.x.map((x) => start + x) };
}

const SMALL: PlotOptions = { width: 50, height: 12 };
const START = Date.UTC(2026, 6, 30, 10, 20, 30) * 1000;

Deno.test("renderPlot() draws a curve with axes, prefix, limits and legend", () => {
  const vout = seriesOf("vout", 200, 1e-3, (t) => 3.3 + 0.05 * Math.sin(40 * t));
  const limits = { low: 3.2, high: 3.34 };
  assert.equal(
    renderPlot([vout], { ...SMALL, unit: "V", xUnit: "s", limits }),
    `\
vout [V]
3.4 ┤
    │
    │┄⢀⣠⠴⠚⠉⠉⠉⠉⠉⠓⠲⢄⡀┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄⢀⡤⠖⠊⠉⠉⠉ high
3.3 ┤⠖⠋           ⠈⠓⢤⣀           ⣀⠤⠚⠁
    │                ⠈⠑⠢⢤⣀⣀⣀⣀⣀⡤⠖⠋⠁
    │
3.2 ┤┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ low
    └┬────────┬─────────┬────────┬─────────
     0       50        100      150 ms
━━ 200 points from 3.25 V to 3.35 V
┄┄ limits 3.2 V to 3.34 V: 51 points outside
`,
  );
});

Deno.test("renderPlot() tells in the legend the unit of each series, where there are several", () => {
  const series = [
    { ...seriesOf("current", 50, 1, (x) => x / 1000), unit: "A" },
    { ...seriesOf("board", 50, 1, (x) => x), unit: "°C" },
  ];
  const legend = renderPlot(series, SMALL).trimEnd().split("\n").slice(-2);
  assert.deepEqual(legend, [
    "A current  50 points from 0 A to 49 mA",
    "B board    50 points from 0 °C to 49 °C",
  ]);
});

Deno.test("renderPlot() tells series apart by letters without color and leaves gaps open", () => {
  const series = [
    seriesOf("in", 50, 1, (x) => x / 10),
    seriesOf("out 電", 50, 1, (x) => x > 20 && x < 30 ? NaN : 4 - x / 20),
  ];
  assert.equal(
    renderPlot(series, { ...SMALL, title: "Supply" }),
    `\
Supply
5 ┤                                           ⣀⣀⠤⠤
  │⢄⣀⣀⣀⡀                              ⢀⣀⡠⠤A⠒⠊⠉
  │    ⠈⠉⠉⠉⠉B⠒⠒⠒⠤⠤⠤⢄⣀⣀⡀        ⣀⣀⠤⠤⠒⠊⠉⠁
  │                   ⢀⣀⡠⠤⠤⠒⠒⠉A⠠⠤⠤⠤⠤B⣀⣀⡀
  │            ⣀⣀⠤A⠒⠊⠉⠁                ⠈⠉⠉⠉⠑⠒⠒⠒⠤B⠤
  │    ⢀⣀⠤⠤⠒⠒⠉⠉
0 ┤⠔⠒⠊⠉⠁
  └┬────────┬─────────┬────────┬─────────┬────────
   0       10        20       30        40
A in      50 points from 0 to 4.9
B out 電  41 points from 1.55 to 4
`,
  );
});

Deno.test("renderPlot() writes clock times with the date below in long ranges", () => {
  const series = shifted(seriesOf("t", 100, 60e6, (x) => 25 + x / 1e9), START);
  assert.equal(
    renderPlot([series], { ...SMALL, unit: "°C", timeAxis: true }),
    `\
t [°C]
35 ┤
   │
   │                                             ⣀
30 ┤                                ⣀⣀⣀⡠⠤⠤⠔⠒⠒⠒⠉⠉⠉
   │                   ⢀⣀⣀⡠⠤⠤⠴⠒⠒⠒⠉⠉⠉
   │      ⢀⣀⣀⡠⠤⠤⠤⠒⠒⠒⠉⠉⠉⠁
25 ┤⠔⠒⠒⠋⠉⠉⠁
   └────┬─────────────┬─────────────┬─────────────
      10:30         11:00         11:30
                   2026-07-30 UTC
━━ 100 points from 25 °C to 30.94 °C
`,
  );
});

Deno.test("renderPlot() shows a single point and counts the time from it", () => {
  const series = shifted(seriesOf("one", 1, 1, () => 3.3), START + 123456);
  assert.equal(
    renderPlot([series], { ...SMALL, unit: "V", timeAxis: true }),
    `\
one [V]
4.0 ┤
    │
3.5 ┤
    │                      •
3.0 ┤
    │
2.5 ┤
    └────┬────────┬────────┬────────┬────────┬────
       -0.4     -0.2      0.0      0.2      0.4
         s after 2026-07-30 10:20:30.123456Z
━━ 1 point at 3.3 V
`,
  );
});

Deno.test("renderPlot() draws a constant in ASCII only", () => {
  const text = renderPlot([seriesOf("flat", 9, 1, () => 0)], {
    ...SMALL,
    unit: "µA",
    glyphs: "ascii",
  });
  assert.match(text, /^[\n -~]*$/);
  assert.equal(
    text,
    `\
flat [uA]
 1 +
   |
   |
   |
 0 +o*****o****o*****o*****o****o*****o****o*****o
   |
   |
-1 +
   ++----------+-----------+----------+----------+
    0          2           4          6          8
** 9 points at 0 uA
`,
  );
});

Deno.test("renderPlot() takes a large offset out of the labels", () => {
  const series = seriesOf("ref", 100, 1e-6, (t) => 10.000001 + 3e-7 * Math.sin(t * 1e5));
  assert.equal(
    renderPlot([series], { ...SMALL, unit: "V", xUnit: "s", glyphs: "blocks" }),
    `\
ref [µV + 10 V]
1.4 ┤
    │    ▄▄▀▀▚▄▖                     ▗▄▀▀▀▄▖
1.2 ┤  ▄▀      ▝▚▖                 ▄▀▘     ▝▀▄
    │▗▀          ▝▚▖             ▗▛           ▀▄
1.0 ┤▘             ▝▚          ▗▞▘             ▝▚▖
0.8 ┤                ▀▄▖     ▗▞▘                 ▝
    │                  ▝▀▙▄▄▀▀
0.6 ┤
    └┬────────┬────────┬────────┬────────┬────────
     0       20       40       60       80 µs
━━ 100 points from 10.0000007 V to 10.0000013 V
`,
  );
});

Deno.test("renderPlot() keeps one sample among a million in sight", () => {
  const series = seriesOf("noise", 1_000_000, 1, (x) => x === 654_321 ? 100 : Math.sin(x));
  const lines = renderPlot([series], { ...SMALL, height: 20 }).split("\n");
  assert.match(lines[1]!, /^ *100 ┤ +[⠁-⣿]$/);
});

Deno.test("renderPlot() says in a sentence that nothing can be drawn", () => {
  assert.equal(renderPlot([], SMALL), "Nothing to plot: no series was given\n");
  const series = seriesOf("a\x1b", 3, 1, () => Infinity);
  assert.equal(renderPlot([series], SMALL), "Nothing to plot: a␛ has no finite values\n");
  assert.equal(
    renderPlot([seriesOf("a", 3, 1, Number)], { ...SMALL, xRange: [5, 6] }),
    "Nothing to plot: a has no finite values in this range\n",
  );
});

Deno.test("renderPlot() draws the line from outside into the range shown", () => {
  const series = { name: "z", x: Float64Array.of(0, 5, 10), y: Float64Array.of(0, 5, 10) };
  const text = renderPlot([series], { ...SMALL, xRange: [4, 6], yRange: [4, 6], glyphs: "ascii" });
  const body = text.split("\n").slice(1, 9);
  assert.ok(body.every((line) => /[*o]/.test(line)), text);
});

Deno.test("renderPlot() refuses a range that ends before it starts", () => {
  const series = seriesOf("a", 3, 1, Number);
  assert.throws(() => renderPlot([series], { ...SMALL, yRange: [2, 1] }), RangeError);
});

Deno.test("renderPlot() leaves out a limit that would flatten the data, but names it", () => {
  const series = seriesOf("a", 30, 1, (x) => x);
  const text = renderPlot([series], { ...SMALL, limits: { high: 1e9 } });
  assert.doesNotMatch(text, / high\n/);
  assert.match(text, /high limit ×10⁹|high limit 1 ×10⁹/);
});

Deno.test("renderPlot() keeps to width and height whatever it is given", () => {
  const values = [1e-12, 1, 1e15, -1e-3];
  for (const scale of values) {
    for (const offset of [0, 1e6, -3.3]) {
      for (const glyphs of ["braille", "blocks", "ascii"] as const) {
        for (const [width, height] of [[30, 8], [80, 24], [121, 40]] as const) {
          const a = shifted(seriesOf("電圧 a", 50, scale, (x) => offset + Math.sin(x)), offset);
          const series = [a, seriesOf("b", 3, scale, (x) => x * scale)];
          const options = { width, height, glyphs, unit: "V", limits: { low: offset } };
          const lines = renderPlot(series, options).split("\n");
          assert.ok(lines.length <= height + 1, `${lines.length} lines for ${height}`);
          assert.ok(Math.max(...lines.map(textWidth)) <= width, lines.join("\n"));
        }
      }
    }
  }
});

Deno.test("renderPlot() spells units out in ASCII", () => {
  const options = { ...SMALL, glyphs: "ascii" } as const;
  const ramp = (scale: number): PlotSeries[] => [seriesOf("a", 9, 1, (x) => x * scale)];
  assert.match(renderPlot(ramp(1e-3), { ...options, unit: "Ω" }), /^a \[mOhm\]\n/);
  assert.match(renderPlot(ramp(10), { ...options, unit: "°C" }), /^a \[degC\]\n/);
  assert.match(renderPlot(ramp(1e9), { ...options, unit: "°C" }), /^a \[x1e9 degC\]\n/);
});

Deno.test("renderPlot() colors curves and limits when told to", () => {
  const options = { ...SMALL, color: true, limits: { high: 2 } };
  const text = renderPlot([seriesOf("a", 9, 1, (x) => x)], options);
  assert.ok(text.includes("\x1b[36m") && text.includes("\x1b[31m"));
  assert.ok(!renderPlot([seriesOf("a", 9, 1, (x) => x)], SMALL).includes("\x1b"));
});
