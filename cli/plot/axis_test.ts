import assert from "node:assert/strict";
import { multiplesOf, niceStep, numberAxis } from "./number_axis.ts";
import { siScale, valueWithUnit } from "../../lib/base/si_scale.ts";
import { timeAxis } from "./time_axis.ts";

const START = Date.UTC(2026, 6, 30, 23, 59, 50) * 1000;
const SECOND = 1e6;

function labels(span: number, start = START): string {
  const { ticks, note } = timeAxis(start, start + span, 4, start);
  return `${ticks.map((tick) => tick.label).join(" ")} | ${note}`;
}

Deno.test("niceStep() is 1, 2 or 5 times a power of ten", () => {
  assert.deepEqual([1, 7, 0.03, 1e9].map((span) => niceStep(span, 5)), [0.2, 2, 0.01, 2e8]);
});

Deno.test("multiplesOf() covers the ends of a range", () => {
  assert.deepEqual(multiplesOf(5, -10, 10), [-10, -5, 0, 5, 10]);
});

Deno.test("numberAxis() writes the digits of the step and no more", () => {
  const axis = numberAxis(-0.3, 0.3, 0.1, "");
  assert.equal(axis.ticks.map((tick) => tick.label).join(" "), "-0.3 -0.2 -0.1 0.0 0.1 0.2 0.3");
  const milli = numberAxis(0, 0.004, 0.002, "V");
  assert.deepEqual([milli.ticks.map((tick) => tick.label).join(" "), milli.note], ["0 2 4", "mV"]);
});

Deno.test("siScale() puts prefixes before units that take them only", () => {
  assert.equal(siScale(0.02, "A").unit, "mA");
  assert.equal(siScale(0.02, "%").unit, "%");
  assert.equal(siScale(2e7, "dB").unit, "×10⁶ dB");
  assert.equal(siScale(0, "V").unit, "V");
  assert.equal(valueWithUnit(0.0123456, "V"), "12.346 mV");
  assert.equal(valueWithUnit(10.0000007, "V", 6e-7), "10.0000007 V");
  assert.equal(valueWithUnit(0, "V", 1), "0 V");
});

Deno.test("timeAxis() chooses offset, clock or date by the range", () => {
  assert.equal(labels(8), "0 2 4 6 8 | µs after 2026-07-30 23:59:50Z");
  assert.equal(labels(3500, START + 500_000), "0 1 2 3 | ms after 2026-07-30 23:59:50.5Z");
  assert.equal(labels(2 * SECOND), "0.0 0.5 1.0 1.5 2.0 | s after 2026-07-30 23:59:50Z");
  assert.equal(
    labels(40 * SECOND),
    "23:59:50 00:00:00 00:00:10 00:00:20 00:00:30 | 2026-07-30 to 2026-07-31 UTC",
  );
  assert.equal(labels(3600 * SECOND), "00:00 00:15 00:30 00:45 | 2026-07-30 to 2026-07-31 UTC");
  assert.equal(labels(4 * 86400 * SECOND), "2026-07-31 2026-08-01 2026-08-02 2026-08-03 | UTC");
});
