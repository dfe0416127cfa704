import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { formatEventTime, parseEventTime } from "./event_time.ts";

Deno.test("parseEventTime() and formatEventTime() agree with Date to the microsecond", () => {
  const millis = fc.integer({ min: -9_007_199_254_740, max: 9_007_199_254_739 });
  fc.assert(fc.property(millis, fc.nat(999), (time, micros) => {
    const text = `${new Date(time).toISOString().slice(0, -1)}${String(micros).padStart(3, "0")}Z`;
    strictEqual(parseEventTime(text), time * 1000 + micros);
    strictEqual(formatEventTime(time * 1000 + micros), text);
  }));
});

Deno.test("parseEventTime() reads zones, short and long fractions, and no fraction", () => {
  const base = Date.UTC(2026, 10, 21, 7, 4, 9) * 1000;
  const cases: readonly [string, number | null][] = [
    ["2026-11-21T07:04:09Z", base],
    ["2026-11-21T07:04:09", base],
    ["2026-11-21 07:04:09+00:00", base],
    ["2026-11-21T09:04:09.5+02:00", base + 500_000],
    ["2026-11-21T02:04:09.000001-0500", base + 1],
    ["2026-11-21T07:04:09.123456789Z", base + 123_456],
    ["2026-11-21", null],
    ["2026-13-21T07:04:09Z", null],
    ["2026-11-21T07:04:09.Z", null],
    ["2026-11-21T07:04:09 CET", null],
    ["xxxx-11-21T07:04:09Z", null],
  ];
  for (const [text, micros] of cases) strictEqual(parseEventTime(text), micros, text);
});
