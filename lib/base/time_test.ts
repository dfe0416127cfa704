import { strictEqual as equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { formatMicros, isCanonicalTime, parseMicros } from "./time.ts";

Deno.test("formatMicros() writes UTC with six fractional digits before and after the epoch", () => {
  equal(formatMicros(0), "1970-01-01T00:00:00.000000Z");
  equal(formatMicros(-1), "1969-12-31T23:59:59.999999Z");
  equal(formatMicros(1795244637992188), "2026-11-21T07:03:57.992188Z");
  equal(formatMicros(1795244637000009), "2026-11-21T07:03:57.000009Z");
});

Deno.test("formatMicros() refuses what is not a whole number of microseconds", () => {
  for (const micros of [1.5, NaN, Infinity, 2 ** 53]) {
    throws(() => formatMicros(micros), { name: "RangeError", message: /wanted a safe integer/ });
  }
});

Deno.test("parseMicros() gives back every microsecond that formatMicros() wrote", () => {
  const micros = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
  fc.assert(fc.property(micros, (value) => {
    const text = formatMicros(value);
    equal(parseMicros(text), value);
    equal(isCanonicalTime(text), true);
    equal(Date.parse(text.slice(0, 23) + "Z"), Math.floor(value / 1000));
  }));
});

Deno.test("parseMicros() reads offsets, lower case, 0 to 9 digits and leap seconds", () => {
  const base = parseMicros("2026-11-21T07:03:57Z");
  equal(base, 1795244637000000);
  const cases: [string, number][] = [
    ["2026-11-21T09:03:57+02:00", base],
    ["2026-11-20T23:33:57-07:30", base],
    ["2026-11-21t07:03:57z", base],
    ["2026-11-21 07:03:57.5Z", base + 500_000],
    ["2026-11-21T07:03:57.992188999Z", base + 992_188],
    ["2026-11-21T07:03:57.000000001-00:00", base],
    ["2016-12-31T23:59:60Z", parseMicros("2017-01-01T00:00:00Z")],
    ["2024-02-29T00:00:00Z", Date.UTC(2024, 1, 29) * 1000],
  ];
  for (const [text, micros] of cases) {
    equal(parseMicros(text), micros, text);
    equal(isCanonicalTime(text), false, text);
  }
});

Deno.test("parseMicros() says what is wanted when the text is no RFC 3339 time", () => {
  const wrong = [
    "",
    "yesterday",
    "2026-11-21",
    "2026-11-21T07:03:57",
    "2026-11-21T07:03Z",
    "2026-13-21T07:03:57Z",
    "2026-00-21T07:03:57Z",
    "2025-02-29T07:03:57Z",
    "2026-11-21T24:03:57Z",
    "2026-11-21T07:03:61Z",
    "2026-11-21T07:03:57.Z",
    "2026-11-21T07:03:57.1234567890Z",
    "2026-11-21T07:03:57Z ",
    "2026-11-21T07:03:57+2:00",
    "2026-11-21T07:03:57+24:00",
    "2026-11-21T07:03:57+02:00x",
    "1600-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2026-1 -21T07:03:57Z",
  ];
  for (const text of wrong) {
    throws(() => parseMicros(text), { name: "SyntaxError", message: /wanted RFC 3339/ }, text);
  }
});
