import { strictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import { dateText, durationText, intervalText, timestampText, timeText } from "./time_text.ts";

Deno.test("timestampText() writes the second before the epoch first of all", () => {
  equal(timestampText(-1n, "s", true), "1969-12-31T23:59:59.000000Z");
});

Deno.test("timestampText() agrees with Date over the whole range of Date", () => {
  const times = fc.date({ noInvalidDate: true }).map((date) => date.getTime());
  fc.assert(
    fc.property(times, (millis) => {
      const expected = new Date(millis).toISOString().replace("Z", "000");
      equal(timestampText(BigInt(millis), "m", false), expected);
      equal(dateText(Math.floor(millis / 86_400_000)), expected.slice(0, expected.indexOf("T")));
    }),
    { numRuns: 1000, seed: 6, examples: [[8.64e15], [-8.64e15], [0], [951_782_400_000]] },
  );
});

Deno.test("timestampText() reaches beyond Date and knows what DuckDB calls infinite", () => {
  equal(timestampText(2n ** 63n - 2n, "u", true), "+294247-01-10T04:00:54.775806Z");
  equal(timestampText(2n ** 63n - 1n, "u", true), "infinity");
  equal(timestampText(-(2n ** 63n) + 1n, "u", true), "-infinity");
  equal(timestampText(-(2n ** 63n), "s", true).slice(0, 13), "-292277022657");
  equal(timestampText(5n, "n", false), "1970-01-01T00:00:00.000000005");
  equal(dateText(2 ** 31 - 1), "infinity");
  equal(dateText(-(2 ** 31) + 1), "-infinity");
  equal(dateText(2 ** 31 - 2), "+5881580-07-10");
});

Deno.test("timeText() and durationText() keep the sign and the digits of their unit", () => {
  equal(timeText(86_399_999_999n, "u"), "23:59:59.999999");
  equal(timeText(1n, "n"), "00:00:00.000000001");
  equal(timeText(-1n, "m"), "-00:00:00.001");
  equal(durationText(-90_061n, "s"), "-25:01:01");
  equal(durationText(1_500n, "m"), "00:00:01.500");
});

Deno.test("intervalText() names years, months, days and the time left", () => {
  equal(intervalText(0, 0, 0n), "00:00:00");
  equal(intervalText(14, 1, 0n), "1 year 2 months 1 day");
  equal(intervalText(-25, -2, 0n), "-2 years -1 month -2 days");
  equal(intervalText(0, 0, -1_500_000_000n), "-00:00:01.500000");
  equal(intervalText(0, 0, 5n), "00:00:00.000000005");
});
