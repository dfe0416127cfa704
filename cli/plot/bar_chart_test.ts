import assert from "node:assert/strict";
import { barChart } from "./bar_chart.ts";

Deno.test("barChart() aligns labels, bars and values", () => {
  const rows = [
    { label: "output_voltage", value: 41 },
    { label: "リップル", value: 12 },
    { label: "load", value: 0.1 },
    { label: "none", value: 0 },
  ];
  assert.equal(
    barChart(rows, { width: 50 }),
    `\
output_voltage  █████████████████████████████   41
リップル        ████████▌                       12
load            ▏                              0.1
none                                             0
`,
  );
});

Deno.test("barChart() measures against a given maximum", () => {
  const rows = [
    { label: "station-1", value: 97.5, text: "97.5 % (39/40)" },
    { label: "station-2", value: 50, text: "50.0 % (1/2)" },
  ];
  assert.equal(
    barChart(rows, { width: 50, max: 100, ascii: true }),
    `\
station-1  ######################   97.5 % (39/40)
station-2  ############               50.0 % (1/2)
`,
  );
});

Deno.test("barChart() says in a sentence that there are no rows", () => {
  assert.equal(barChart([], { width: 50 }), "Nothing to show: no rows\n");
});
