import {
  deepStrictEqual as deepEqual,
  match,
  rejects,
  strictEqual as equal,
  throws,
} from "node:assert/strict";
import { ofType, rowsOf } from "./collected_test.ts";
import { judgeBoolean, judgeNumber, judgeSamples, judgeText, limitOf } from "./measurement.ts";
import { MemoryTarget } from "./memory_target.ts";
import type { RecorderTarget } from "./recorder_target.ts";
import { Session } from "./session.ts";
import type { Step } from "./step.ts";
import type { MeasureOptions } from "./step_options.ts";

async function measured(fn: (step: Step) => unknown) {
  const target = new MemoryTarget();
  const session = await Session.startOn(target);
  const run = await session.startRun({ dut_serial: "SN1" });
  await run.step("s", fn);
  await run.end();
  return { target, rows: rowsOf(target, run.runId), events: ofType(target, "test.measurement") };
}

Deno.test("limitOf() chooses the comparator by the limits that are given", () => {
  const table: [MeasureOptions, string | null][] = [
    [{ low: 1, high: 2 }, "GELE"],
    [{ low: 1, high: 2, nominal: 1.5 }, "GELE"],
    [{ low: 1 }, "GE"],
    [{ high: 1 }, "LE"],
    [{ nominal: 1 }, "EQ"],
    [{ nominal: 1, comparator: "NE" }, "NE"],
    [{ low: 1, high: 2, comparator: "GTLT" }, "GTLT"],
    [{}, null],
  ];
  for (const [options, comparator] of table) equal(limitOf("m", options).comparator, comparator);
});

Deno.test("limitOf() refuses limits that contradict each other or judge nothing", () => {
  throws(() => limitOf("m", { low: 2, high: 1 }), {
    name: "RangeError",
    message: "Measurement m: wanted low up to high, got 2 above 1",
  });
  throws(() => limitOf("m", { low: 2, comparator: "LE" }), {
    name: "TypeError",
    message: "Measurement m: comparator LE needs high",
  });
  throws(() => limitOf("m", { low: 2, comparator: "EQ" }), /needs nominal/);
  throws(() => limitOf("m", { low: 2, comparator: "GELE" }), /needs low and high/);
  throws(() => limitOf("m", { low: 2, comparator: "ge" as "GE" }), /wanted one of EQ, NE/);
  throws(
    () => limitOf("m", { low: "2" as unknown as number }),
    /wanted a number as low, got string 2/,
  );
});

Deno.test("judgeNumber() judges numbers, bigints and values that could not be taken", () => {
  equal(judgeNumber("m", 5.25, { low: 4.75, high: 5.25 }).outcome, "passed");
  equal(judgeNumber("m", 5.25, { low: 4.75, high: 5.25, comparator: "GELT" }).outcome, "failed");
  equal(judgeNumber("m", NaN, { low: 0 }).outcome, "failed");
  equal(judgeNumber("m", NaN, {}).outcome, "done");
  equal(judgeNumber("m", null, { low: 0 }).outcome, "errored");
  equal(judgeNumber("m", null, {}).outcome, "done");
  deepEqual(judgeNumber("m", 7n, { nominal: 7 }).value, 7);
  throws(() => judgeNumber("m", 2n ** 53n + 1n, {}), /measure it as a text/);
});

Deno.test("judgeBoolean() and judgeText() judge by equality and keep the value whole", () => {
  deepEqual(judgeBoolean("m", true, { nominal: false }), {
    value: 1,
    outcome: "failed",
    limit: { low: null, high: null, nominal: 0, comparator: "EQ" },
    custom: { value_bool: true },
  });
  equal(judgeBoolean("m", false, {}).outcome, "done");
  deepEqual(judgeText("1.2", { nominal: "1.2" }), {
    value: null,
    outcome: "passed",
    limit: { low: null, high: null, nominal: null, comparator: "EQ" },
    custom: { value_text: "1.2", nominal_text: "1.2" },
  });
  equal(judgeText("1.2", { nominal: "1.2", comparator: "NE" }).outcome, "failed");
  equal(judgeText("", {}).outcome, "done");
});

Deno.test("judgeSamples() wants every sample within the limits", () => {
  equal(judgeSamples("m", Float64Array.of(0, 1), { low: 0, high: 1 }).outcome, "passed");
  equal(judgeSamples("m", [0, 1.1, 0], { low: 0, high: 1 }).outcome, "failed");
  equal(judgeSamples("m", [0, NaN], { low: 0 }).outcome, "failed");
  equal(judgeSamples("m", [], { low: 0 }).outcome, "errored");
  equal(judgeSamples("m", [1], {}).outcome, "done");
});

Deno.test("Step.measure() stores values of all kinds so that they come back from the rows", async () => {
  const { rows, events } = await measured((step) => {
    step.measure("v", 3.3, {
      low: 3,
      nominal: 3.3,
      units: "V",
      characteristic_id: "C1",
      spec_ref: "4.2",
      dut_pin: "J1.4",
      fixture_connection: "TP7",
      instrument: "dmm",
      instrument_channel: "1",
      inputs: { load: 1 },
      outputs: { ripple: 0.01 },
      custom: { lot: "A" },
    });
    step.measure("door", false, { nominal: false });
    step.measure("firmware", "2.0.1", { nominal: "2.0.1", custom: { lot: "B" } });
  });
  const kept = rows.filter((row) => row.record_type === "measurement");
  deepEqual(
    kept.map((row) => [row.measurement_value, row.measurement_outcome, row.limit_comparator]),
    [
      [3.3, "passed", "GE"],
      [0, "passed", "EQ"],
      [null, "passed", "EQ"],
    ],
  );
  deepEqual(kept.map((row) => row.custom_value_bool), [null, false, null]);
  deepEqual(kept.map((row) => row.custom_value_text), [null, null, "2.0.1"]);
  deepEqual(kept.map((row) => row.custom_lot), ["A", null, "B"]);
  deepEqual([kept[0]?.in_load, kept[0]?.out_ripple, kept[0]?.dut_pin, kept[0]?.instrument_name], [
    1,
    0.01,
    "J1.4",
    "dmm",
  ]);
  equal(events.every((event) => event.measurement_timestamp !== null), true);
});

Deno.test("Step.measure() writes samples to a channel before the event that cites them", async () => {
  const { target, events, rows } = await measured(async (step) => {
    const outcome = await step.measure("ripple/5V", Float64Array.of(-1, 2), {
      high: 3,
      units: "V",
      sampleInterval: 1e-6,
      instrument: "scope",
    });
    equal(outcome, "passed");
  });
  const uri = `channel://scope.ripple_5V?session=${target.sessionId}`;
  deepEqual(events[0]?.value, null);
  deepEqual(events[0]?.outputs, {
    "ripple/5V": {
      _ref: uri,
      channel_id: "scope.ripple_5V",
      type: "array",
      length: 2,
      sample_interval: 1e-6,
      min: -1,
      max: 2,
    },
  });
  equal(rows.find((row) => row.record_type === "step")?.["out_ripple/5V"], uri);
  equal(target.captures[0]?.options.sampleInterval, 1e-6);
});

Deno.test("Step.measure() of samples is in its step even where it was not awaited", async () => {
  const { target } = await measured((step) => {
    step.measure("w", [1, 2], { high: 1 });
  });
  equal(ofType(target, "test.step_ended")[0]?.outcome, "failed");
  equal(target.events.findIndex((event) => event.event_type === "test.step_ended"), 4);
});

Deno.test("Step.read() and Step.set() claim check arrays and structures only", async () => {
  const { target } = await measured(async (step) => {
    equal(await step.set("psu.voltage", 5, { units: "V" }), null);
    equal(await step.read("dmm.v", 4.99, { method: "measure_dc", units: "V" }), null);
    match(await step.read("scope.ch1", [1, 2]) ?? "", /^channel:\/\/scope\.ch1\?session=/);
    match(await step.read("psu.state", { on: true }) ?? "", /^channel:\/\/psu\.state\?/);
  });
  deepEqual(
    [...ofType(target, "instrument.set"), ...ofType(target, "instrument.read")].map((event) => [
      event.instrument_role,
      "method" in event ? event.method : event.attribute,
      typeof event.value === "number" ? event.value : (event.value as { type: string }).type,
    ]),
    [["psu", "voltage", 5], ["dmm", "measure_dc", 4.99], ["scope", "read", "array"], [
      "psu",
      "read",
      "struct",
    ]],
  );
  deepEqual(target.captures.map(({ channelId }) => channelId), ["scope.ch1", "psu.state"]);
});

Deno.test("Step.record(), observe() and attach() keep what is no measurement", async () => {
  const { target, rows } = await measured(async (step) => {
    step.record("note", { a: [1] });
    step.observe("temperature", 23.5);
    equal(await step.attach("photo.jpg", Uint8Array.of(1, 2)), "file://_ref/0_photo.jpg");
  });
  deepEqual(
    ofType(target, "test.record").map(({ step_name, key, value }) => [step_name, key, value]),
    [
      ["s", "note", { a: [1] }],
      ["s", "photo.jpg", "file://_ref/0_photo.jpg"],
    ],
  );
  equal(rows.find((row) => row.record_type === "step")?.out_temperature, 23.5);
});

Deno.test("Step.read() refuses arrays where the target has no channels", async () => {
  const memory = new MemoryTarget();
  const eventsOnly: RecorderTarget = {
    sessionId: memory.sessionId,
    dataDir: memory.dataDir,
    emit: (event) => memory.emit(event),
    flush: () => memory.flush(),
    sync: () => memory.sync(),
    saveRef: (key, data) => memory.saveRef(key, data),
    [Symbol.asyncDispose]: () => memory[Symbol.asyncDispose](),
  };
  const session = await Session.startOn(eventsOnly);
  const run = await session.startRun({ dut_serial: "SN1" });
  await rejects(run.step("s", (step) => step.read("scope.ch1", [1])), /records events only/);
  await session.end();
  equal(memory.events.at(-2)?.event_type, "run.ended");
});
