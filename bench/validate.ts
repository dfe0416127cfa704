/**
 * Cost of one event from `emit()` to JSON text, per type of work: deno run bench/validate.ts
 * @module
 */
import type { EventDefaults } from "../lib/events/event_base.ts";
import { parseEvent } from "../lib/events/event_json.ts";
import { normalizeEvent } from "../lib/events/validate_event.ts";

const COUNT = 200_000;
const ROUNDS = 7;
const run_id = "f5873a17-44a5-4fca-a677-0f70b61faf00";

let now = 1_795_244_637_992_188;
const defaults: EventDefaults = {
  sessionId: "36fa8551-32e6-47dd-8f0b-5c4699794bca",
  nowMicros: () => now += 7,
  newId: () => "dbea1136-d8ce-40bd-ba0f-3701bc4d9413",
};
const withUuid: EventDefaults = { ...defaults, newId: () => crypto.randomUUID() };

function measurement(i: number): Record<string, unknown> {
  return {
    event_type: "test.measurement",
    run_id,
    step_name: "test_input_voltage",
    step_index: i % 10,
    step_path: "TestPowerSequence/test_input_voltage",
    vector_index: i % 5,
    retry: 0,
    measurement_name: "input_voltage",
    measurement_timestamp: "2026-11-21T07:03:57.991695Z",
    value: 5 + i * 1.00013e-3,
    units: "V",
    outcome: "passed",
    limit_low: 4.75,
    limit_high: 5.25,
    limit_nominal: 5,
    limit_comparator: "GELE",
    dut_pin: "J1.1",
    fixture_connection: "fx1",
    instrument_name: "dmm",
    instrument_resource: "TCPIP::192.168.1.100::INSTR",
    instrument_channel: "1",
    inputs: { vin: 4.5, load: "0.5A" },
  };
}

function mixed(i: number): Record<string, unknown> {
  const step = { step_name: "s", step_index: i % 9, step_path: "a/s", run_id };
  switch (i % 6) {
    case 0:
      return { event_type: "test.step_started", ...step, inputs: { vin: 5 } };
    case 1:
      return { event_type: "test.step_ended", ...step, outcome: "passed" };
    case 2:
      return {
        event_type: "instrument.read",
        instrument_role: "dmm",
        channel_id: "dmm.v",
        method: "read",
        value: i / 7,
      };
    case 3:
      return { event_type: "test.record", step_name: "s", step_index: 1, key: "k", value: "v" };
    default:
      return measurement(i);
  }
}

function report(name: string, work: (i: number) => number): void {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    let sum = 0;
    for (let i = 0; i < COUNT; i++) sum += work(i);
    best = Math.min(best, (performance.now() - start) / COUNT);
    if (sum < 0) throw new Error("The work must not be optimised away");
  }
  // deno-lint-ignore no-console
  console.log(`${name.padEnd(52)} ${(best * 1000).toFixed(3)} us/event`);
}

const measurements = Array.from({ length: COUNT }, (_, i) => measurement(i));
const events = Array.from({ length: COUNT }, (_, i) => mixed(i));
const records = measurements.map((event) => JSON.parse(normalizeEvent(event, defaults).json));
const texts = records.map((record) => JSON.stringify(record));
const dated = measurements.map((_, i) => {
  const event = measurement(i);
  event.measurement_timestamp = new Date();
  return event;
});

report("JSON.stringify of the complete measurement", (i) => JSON.stringify(records[i]).length);
report(
  "normalizeEvent, measurement",
  (i) => normalizeEvent(measurements[i]!, defaults).json.length,
);
report("  with crypto.randomUUID()", (i) => normalizeEvent(measurements[i]!, withUuid).json.length);
report("  with a Date for its timestamp", (i) => normalizeEvent(dated[i]!, defaults).json.length);
report("normalizeEvent, six types mixed", (i) => normalizeEvent(events[i]!, defaults).json.length);
report(
  "  measurement again, after the mix",
  (i) => normalizeEvent(measurements[i]!, defaults).json.length,
);
report("JSON.parse of the measurement", (i) => JSON.parse(texts[i]!).step_index);
report("parseEvent, measurement", (i) => parseEvent(texts[i]!).id.length);
