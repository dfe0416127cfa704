/** Analyses over a recorded production, against numbers worked out by hand. */
import { deepStrictEqual as deepEqual, rejects, strictEqual as equal } from "node:assert/strict";
import { capabilityOf, controlChartOf, paretoOf, yieldOf } from "../analysis.ts";
import { EmbeddedEngine } from "../embedded.ts";
import { Session } from "../mod.ts";
import { type TestDirectory, testDirectory } from "./harness.ts";

/** Station, serial, measured volts; the limits are 3 and 4. */
const RUNS: readonly (readonly [string, string, number])[] = [
  ["east", "A", 3.5],
  ["east", "B", 5],
  ["east", "B", 3.6],
  ["west", "C", 3.4],
  ["west", "D", 2],
];

async function recorded(): Promise<TestDirectory> {
  const directory = await testDirectory();
  for (const station of ["east", "west"]) {
    await using session = await Session.start({ dataDir: directory.path, station_id: station });
    for (const [, serial, volts] of RUNS.filter(([name]) => name === station)) {
      await session.run({ dut_serial: serial }, (run) =>
        run.step("rail", (step) => {
          step.measure("volts", volts, { low: 3, high: 4, units: "V" });
          step.measure("same", 1, { high: 2 });
        }));
    }
  }
  return directory;
}

Deno.test("Analyses agree with numbers worked out by hand", async () => {
  await using directory = await recorded();
  await using engine = await EmbeddedEngine.open({ dataDir: directory.path });
  const [total] = await yieldOf(engine);
  deepEqual(total, {
    group: null,
    units: 4,
    runs: 5,
    first_passed: 2,
    passed: 3,
    first_pass_yield: 0.5,
    final_yield: 0.75,
    retested: 1,
  });
  const byStation = await yieldOf(engine, {}, "station");
  deepEqual(byStation.map((row) => [row.group, row.units, row.final_yield]), [
    ["east", 2, 1],
    ["west", 2, 0.5],
  ]);
  deepEqual(await yieldOf(engine, { station: "nowhere" }), []);
  const [today, ...more] = await yieldOf(engine, {}, "day");
  equal(/^\d{4}-\d\d-\d\d$/.test(today?.group ?? ""), true);
  equal(more.length <= 1, true);

  const [volts, same] = await capabilityOf(engine);
  const values = RUNS.map(([, , value]) => value);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sigma = Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
  );
  equal(volts?.measurement_name, "volts");
  deepEqual([volts?.n, volts?.failed, volts?.units], [5, 2, "V"]);
  equal(Math.abs((volts?.cp ?? 0) - 1 / (6 * sigma)) < 1e-12, true);
  equal(Math.abs((volts?.cpk ?? 0) - Math.min(mean - 3, 4 - mean) / (3 * sigma)) < 1e-12, true);
  deepEqual([same?.measurement_name, same?.sigma, same?.cp, same?.cpk], ["same", 0, null, null]);

  const failures = await paretoOf(engine);
  deepEqual(failures, [{
    measurement_name: "volts",
    step_path: "rail",
    runs: 2,
    units: 2,
    share: 1,
    cumulative_share: 1,
  }]);
  deepEqual(await paretoOf(engine, { serial: "A" }), []);

  const chart = await controlChartOf(engine, "volts", { station: "east" });
  deepEqual(chart.map((row) => row.value), [3.5, 5, 3.6]);
  deepEqual(chart.map((row) => row.dut_serial), ["A", "B", "B"]);
  const reach = 3 * ((1.5 + 1.4) / 2) / 1.128;
  equal(Math.abs((chart[0]?.control_high ?? 0) - (12.1 / 3 + reach)) < 1e-9, true);
  const [single] = await controlChartOf(engine, "volts", { serial: "C" });
  deepEqual([single?.moving_range, single?.control_low, single?.is_outside], [null, null, false]);
});

Deno.test("yieldOf() refuses a breakdown that it does not know, so that none becomes SQL", async () => {
  await using directory = await testDirectory();
  await using engine = await EmbeddedEngine.open({ dataDir: directory.path });
  const hostile = "1; DROP TABLE runs" as "day";
  await rejects(() => yieldOf(engine, {}, hostile), /wanted one of station, product/);
  deepEqual(await yieldOf(engine), []);
  deepEqual(await controlChartOf(engine, "it's not there"), []);
});
