import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { COMPARATORS, evaluateLimit, type LimitSpec } from "./comparator.ts";

function limit(comparator: string | null, bounds: Partial<LimitSpec>): LimitSpec {
  return { low: null, high: null, nominal: null, ...bounds, comparator };
}

Deno.test("evaluateLimit() treats each bound as its comparator says", () => {
  const expected: Readonly<Record<string, string>> = {
    GT: "FFPPP",
    GE: "FPPPP",
    LT: "PPPFF",
    LE: "PPPPF",
    GELE: "FPPPF",
    GELT: "FPPFF",
    GTLE: "FFPPF",
    GTLT: "FFPFF",
    EQ: "FFPFF",
    NE: "PPFPP",
  };
  const actual = COMPARATORS.map((comparator) => {
    const verdicts = [0, 1, 2, 3, 4].map((value) =>
      evaluateLimit(value, limit(comparator, { low: 1, high: 3, nominal: 2 }))
    );
    return [comparator, verdicts.map((verdict) => verdict[0]?.toUpperCase()).join("")];
  });
  deepStrictEqual(Object.fromEntries(actual), expected);
});

Deno.test("evaluateLimit() leaves a missing bound open and judges nothing without a bound", () => {
  strictEqual(evaluateLimit(1e300, limit("GELE", { low: 0 })), "passed");
  strictEqual(evaluateLimit(-1, limit("GELE", { low: 0 })), "failed");
  strictEqual(evaluateLimit(-1e300, limit("GTLT", { high: 0 })), "passed");
  strictEqual(evaluateLimit(1, limit("LE", { low: 5 })), "done");
  strictEqual(evaluateLimit(1, limit("GELE", { nominal: 5 })), "done");
  strictEqual(evaluateLimit(1, limit("GELE", {})), "done");
  strictEqual(evaluateLimit(1, limit("EQ", {})), "done");
});

Deno.test("evaluateLimit() takes GELE where no comparator is given and judges no unknown one", () => {
  strictEqual(evaluateLimit(3, limit(null, { low: 1, high: 3 })), "passed");
  strictEqual(evaluateLimit(4, limit(null, { low: 1, high: 3 })), "failed");
  strictEqual(evaluateLimit(4, limit("LOG", { low: 1, high: 3 })), "done");
});

Deno.test("evaluateLimit() compares EQ and NE with low where nominal is missing", () => {
  strictEqual(evaluateLimit(5, limit("EQ", { low: 5 })), "passed");
  strictEqual(evaluateLimit(5, limit("NE", { low: 5 })), "failed");
  strictEqual(evaluateLimit(-0, limit("EQ", { nominal: 0 })), "passed");
});

Deno.test("evaluateLimit() fails NaN and takes infinities as numbers", () => {
  for (const comparator of COMPARATORS) {
    const all = { low: 1, high: 3, nominal: 2 };
    strictEqual(evaluateLimit(NaN, limit(comparator, all)), "failed");
    const nan = { low: NaN, high: NaN, nominal: NaN };
    strictEqual(evaluateLimit(1, limit(comparator, nan)), "failed");
  }
  strictEqual(evaluateLimit(Infinity, limit("GELE", { low: 0, high: Infinity })), "passed");
  strictEqual(evaluateLimit(Infinity, limit("GELT", { low: 0, high: Infinity })), "failed");
  strictEqual(evaluateLimit(0, limit("GELE", { low: -Infinity, high: Infinity })), "passed");
});

Deno.test("evaluateLimit() passes exactly the complement under the opposite comparator", () => {
  const number = fc.double({ noNaN: true });
  fc.assert(fc.property(number, number, (value, bound) => {
    const bounds = { low: bound, high: bound, nominal: bound };
    for (const [a, b] of [["GT", "LE"], ["GE", "LT"], ["EQ", "NE"]] as const) {
      const verdicts = [
        evaluateLimit(value, limit(a, bounds)),
        evaluateLimit(value, limit(b, bounds)),
      ];
      deepStrictEqual(verdicts.sort(), ["failed", "passed"]);
    }
  }));
});
