import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { InvalidDataError } from "../base/errors.ts";
import { RunAccumulator } from "./run_accumulator.ts";
import type { RunEventRecord } from "./run_event.ts";
import type { RunTable } from "./run_table.ts";
import type { Cell } from "./series.ts";

const START_MICROS = Date.UTC(2026, 10, 21, 7, 4, 9) * 1000;

function event(type: string, second: number, fields: Record<string, unknown> = {}): RunEventRecord {
  return {
    event_type: type,
    occurred_at: `2026-11-21T07:04:${String(9 + second).padStart(2, "0")}.000000Z`,
    session_id: "s",
    run_id: "r",
    ...fields,
  };
}

const step = (name: string, fields: Record<string, unknown> = {}) => ({
  step_name: name,
  step_index: 0,
  step_path: name,
  parent_path: "",
  vector_index: 0,
  ...fields,
});

const measured = (name: string, value: unknown, fields: Record<string, unknown> = {}) => ({
  ...step("a"),
  measurement_name: name,
  value,
  retry: 0,
  ...fields,
});

function accumulate(events: readonly RunEventRecord[]): RunAccumulator {
  const run = new RunAccumulator({ runId: "r", sessionId: "s", litmusVersion: "0.1.0" });
  for (const one of events) run.add(one);
  return run;
}

function column(table: RunTable, name: string): Cell[] {
  const found = table.columns.find((candidate) => candidate.name === name);
  ok(found, `Column ${name} is missing`);
  return found.slice(0, table.rowCount);
}

Deno.test("RunAccumulator.finish() closes a run without an end as aborted on all rows", () => {
  const table = accumulate([
    event("run.started", 0, { dut_serial: "SN1" }),
    event("test.step_started", 1, step("a")),
    event("test.measurement", 2, measured("m", 1)),
  ]).finish();
  deepStrictEqual(column(table, "record_type"), ["run", "measurement", "step"]);
  deepStrictEqual(column(table, "run_outcome"), ["aborted", "aborted", "aborted"]);
  strictEqual(table.endedAtMicros, START_MICROS + 2e6);
  deepStrictEqual(column(table, "step_outcome"), [null, null, null]);
  deepStrictEqual(column(table, "step_index"), [0, 0, 0]);
  deepStrictEqual(column(table, "step_path"), ["", "a", "a"]);
});

Deno.test("RunAccumulator.snapshot() shows a run as running and stays as it was", () => {
  const run = accumulate([
    event("run.started", 0, { dut_serial: "SN1" }),
    event("test.step_started", 1, step("a")),
    event("test.measurement", 2, measured("m", 1, { inputs: { vin: 5 } })),
  ]);
  const table = run.snapshot();
  for (let i = 0; i < 100; i++) {
    run.add(event("test.measurement", 3, measured(`n${i}`, i, { inputs: { vin: "off" } })));
  }
  run.add(event("test.step_ended", 4, step("a", { outcome: "failed" })));
  run.add(event("run.ended", 5, { outcome: "failed" }));
  deepStrictEqual(column(table, "run_outcome"), ["running", "running", "running"]);
  deepStrictEqual(column(table, "run_ended_at"), [null, null, null]);
  deepStrictEqual(column(table, "step_outcome"), [null, null, null]);
  deepStrictEqual(column(table, "in_vin"), [null, 5, null]);
  deepStrictEqual(column(run.snapshot(), "in_vin").slice(0, 3), [null, "5", "off"]);
  strictEqual(run.snapshot().outcome, "failed");
});

Deno.test("RunAccumulator.add() takes each id once and nothing after the end", () => {
  const run = accumulate([event("run.started", 0, { dut_serial: "SN1" })]);
  const first = event("test.measurement", 1, { id: "x", ...measured("m", 1) });
  strictEqual(run.add(first), "added");
  strictEqual(run.add({ ...first, value: 2 }), "duplicate");
  strictEqual(run.add(event("test.measurement", 1, { run_id: "other" })), "ignored");
  strictEqual(run.add(event("diagnostic.warning", 1)), "ignored");
  strictEqual(run.add(event("run.ended", 2, { outcome: "passed" })), "added");
  strictEqual(run.add(event("test.measurement", 3, measured("late", 1))), "late");
  strictEqual(run.add(event("run.ended", 4, { outcome: "failed" })), "late");
  deepStrictEqual([run.duplicateCount, run.lateCount], [1, 2]);
  const table = run.finish({ outcome: "aborted" });
  deepStrictEqual(column(table, "measurement_value"), [null, 1]);
  strictEqual(table.outcome, "passed");
});

Deno.test("RunAccumulator.add() lets a real end complete an aborted run", () => {
  const run = accumulate([
    event("run.started", 0),
    event("run.ended", 1, { outcome: "aborted" }),
    event("test.measurement", 2, measured("m", 1)),
  ]);
  deepStrictEqual([run.finish().outcome, run.finish().measurementCount], ["aborted", 0]);
  strictEqual(run.add(event("run.ended", 3, { outcome: "passed" })), "added");
  deepStrictEqual([run.finish().outcome, run.finish().measurementCount], ["passed", 1]);
  strictEqual(run.lateCount, 0);
  strictEqual(run.add(event("run.ended", 4, { outcome: "failed" })), "late");
});

Deno.test("RunAccumulator lists the instruments that were connected at the time of each row", () => {
  const connected = (role: string, second: number, fields = {}) =>
    event("fixture.instrument_connected", second, { role, instrument_id: role, ...fields });
  const table = accumulate([
    connected("psu", 0, { run_id: null, serial: "P1" }),
    event("run.started", 0),
    event("test.measurement", 1, measured("m1", 1)),
    connected("psu", 1, { serial: "P1", mocked: true }),
    event("test.step_started", 2, step("a")),
    connected("dmm", 2),
    event("test.measurement", 3, measured("m2", 1)),
    event("fixture.instrument_disconnected", 4, { role: "psu" }),
    event("test.measurement", 5, measured("m3", 1)),
    event("test.step_ended", 6, step("a")),
    event("run.ended", 7),
  ]).finish();
  deepStrictEqual(column(table, "step_instruments_name"), [
    ["psu", "dmm"],
    ["psu"],
    ["psu", "dmm"],
    ["dmm"],
    ["psu", "dmm"],
  ]);
  deepStrictEqual(column(table, "step_instruments_mocked"), [
    [true, false],
    [false],
    [true, false],
    [false],
    [true, false],
  ]);
  deepStrictEqual(column(table, "step_instruments_serial")[0], ["P1", null]);
});

Deno.test("RunAccumulator decides outcomes where the writer gave none", () => {
  const limits = { limit_low: 1, limit_high: 3, limit_comparator: "GELE" };
  const table = accumulate([
    event("run.started", 0),
    event("test.step_started", 1, step("p")),
    event("test.step_started", 1, step("a", { parent_path: "p" })),
    event("test.measurement", 2, measured("retried", 9, limits)),
    event("test.measurement", 2, measured("retried", 2, { ...limits, retry: 1 })),
    event("test.measurement", 2, measured("free", 2)),
    event("test.step_ended", 3, step("a", { parent_path: "p" })),
    event("test.step_started", 3, step("b", { parent_path: "p" })),
    event("test.measurement", 4, { ...measured("nan", "NaN", limits), ...step("b") }),
    event("test.measurement", 4, { ...measured("none", null, limits), ...step("b") }),
    event("test.step_ended", 5, step("b", { parent_path: "p" })),
    event("test.step_ended", 6, step("p")),
    event("test.step_started", 7, step("z")),
    event("test.step_ended", 7, step("z")),
    event("run.ended", 8),
  ]).finish();
  deepStrictEqual(column(table, "measurement_outcome").slice(1, 6), [
    "failed",
    "passed",
    "done",
    "failed",
    "errored",
  ]);
  const outcomes = column(table, "step_outcome").slice(6);
  const names = column(table, "step_name").slice(6);
  deepStrictEqual(names.map((name, i) => `${name} ${outcomes[i]}`), [
    "a passed",
    "b errored",
    "p errored",
    "z done",
  ]);
  strictEqual(table.outcome, "errored");
});

Deno.test("RunAccumulator keeps NaN, infinities and one-sided limits as numbers", () => {
  const table = accumulate([
    event("run.started", 0),
    event(
      "test.measurement",
      1,
      measured("m", "NaN", { limit_low: "-Infinity", limit_high: "NaN" }),
    ),
    event("test.measurement", 1, measured("m", -0, { limit_low: 1e308 })),
  ]).finish();
  deepStrictEqual(column(table, "measurement_value"), [null, NaN, -0]);
  deepStrictEqual(column(table, "limit_low"), [null, -Infinity, 1e308]);
  deepStrictEqual(column(table, "limit_high"), [null, NaN, null]);
});

Deno.test("RunAccumulator fills the context from the session where the run is silent", () => {
  const run = accumulate([
    event("session.started", 0, { run_id: null, station_id: "st1", operator_id: "carol" }),
    event("session.started", 0, { run_id: null, session_id: "other", fixture_id: "f" }),
    event("fixture.dut_scanned", 0, { dut_serial: "SN7" }),
    event("run.started", 1, {
      dut_serial: "",
      operator_id: "bob",
      environment_json: '{"python_version":"3.11.7","lockfile_hash":"abc"}',
      custom_metadata: { lot: "L1", level: 2 },
    }),
    event("test.measurement", 2, measured("m", 1, { custom: { lot: "L2" } })),
  ]);
  const table = run.finish();
  const row = (name: string) => column(table, name);
  deepStrictEqual(row("station_id"), ["st1", "st1"]);
  deepStrictEqual(row("operator_id"), ["bob", "bob"]);
  deepStrictEqual(row("fixture_id"), [null, null]);
  deepStrictEqual(row("dut_serial"), ["SN7", "SN7"]);
  deepStrictEqual(row("python_version"), ["3.11.7", "3.11.7"]);
  deepStrictEqual(row("env_fingerprint"), ["abc", "abc"]);
  deepStrictEqual(row("custom_lot"), ["L1", "L2"]);
  deepStrictEqual(row("custom_level"), [2, 2]);
  strictEqual(table.startedAtMicros, START_MICROS + 1e6);
  strictEqual(table.columns.find(({ name }) => name === "station_id")?.constantIn(0, 2), "st1");
  strictEqual(table.columns.find(({ name }) => name === "custom_lot")?.constantIn(0, 2), undefined);
});

Deno.test("RunAccumulator keeps a run whose start was lost, and refuses one without events", () => {
  const table = accumulate([event("test.measurement", 2, measured("m", 1))]).finish();
  deepStrictEqual(column(table, "dut_serial"), [null, null]);
  deepStrictEqual(column(table, "run_started_at"), [START_MICROS + 2e6, START_MICROS + 2e6]);
  throws(() => accumulate([]).finish(), InvalidDataError);
});

Deno.test("RunColumn.slice() gives any range across the three kinds of rows", () => {
  const table = accumulate([
    event("run.started", 0, { custom_metadata: { x: 7 } }),
    ...["a", "b", "c"].map((name) => event("test.step_started", 1, step(name))),
    ...[1, 2, 3].map((value) => event("test.measurement", 2, measured("m", value))),
  ]).finish();
  for (const one of table.columns) {
    const all = one.slice(0, table.rowCount);
    for (let start = 0; start <= table.rowCount; start++) {
      for (let end = start; end <= table.rowCount; end++) {
        const cells = one.slice(start, end);
        deepStrictEqual(cells, all.slice(start, end));
        const shared = one.constantIn(start, end);
        if (shared !== undefined) ok(cells.every((cell) => Object.is(cell, shared)));
      }
    }
  }
});
