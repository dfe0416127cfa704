/** The accumulator against a plain recomputation that goes through the event list once per row. */
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { RunAccumulator } from "./run_accumulator.ts";
import type { RunEventRecord } from "./run_event.ts";
import type { Cell } from "./series.ts";

type Row = Record<string, unknown>;
type Fields = Record<string, unknown>;

const NAMES = ["a", "b", "p/c"];
const dynamicValue = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.constantFrom("x", "y", "NaN", "2026-11-21T07:04:09.5Z", null, true, [1, "z"], { k: 1 }),
);
const dynamicFields = fc.dictionary(fc.constantFrom("vin", "load", "mode"), dynamicValue, {
  maxKeys: 2,
});
const outcome = fc.constantFrom("passed", "failed", "errored", "skipped", "done");
const stepFields = fc.record({
  step_name: fc.constantFrom(...NAMES),
  vector_index: fc.nat(1),
  step_index: fc.nat(2),
}).map((fields) => ({ ...fields, step_path: fields.step_name, parent_path: "" }));

const eventFields: fc.Arbitrary<Fields> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(stepFields, dynamicFields).map(([step, inputs]) => ({
      event_type: "test.step_started",
      ...step,
      inputs,
    })),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(stepFields, outcome, dynamicFields).map(([step, verdict, outputs]) => ({
      event_type: "test.step_ended",
      ...step,
      outcome: verdict,
      outputs,
    })),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      event_type: fc.constant("test.measurement"),
      step: stepFields,
      measurement_name: fc.constantFrom("m", "n", "µ"),
      value: fc.option(fc.double()),
      units: fc.option(fc.constantFrom("V", "A")),
      outcome,
      limit_low: fc.option(fc.double()),
      retry: fc.nat(2),
      inputs: dynamicFields,
      custom: dynamicFields,
    }).map(({ step, ...fields }) => ({ ...step, ...fields })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("psu", "dmm").map((role) => ({
      event_type: "fixture.instrument_connected",
      role,
      instrument_id: role,
      resource: "x",
      mocked: false,
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("psu", "dmm").map((role) => ({
      event_type: "fixture.instrument_disconnected",
      role,
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ event_type: "run.ended", outcome: "passed" }, {
      event_type: "diagnostic.warning",
    }),
  },
);

const runEvents = fc.array(fc.tuple(eventFields, fc.nat(40)), { maxLength: 40 }).map((list) => {
  const started: Fields = {
    event_type: "run.started",
    dut_serial: "SN",
    custom_metadata: { lot: 3 },
  };
  const all = [[started, -1] as const, ...list];
  return all.map(([fields, id], i): RunEventRecord => ({
    ...fields as { event_type: string },
    id: id < 0 ? "start" : `id-${id}`,
    run_id: "r",
    session_id: "s",
    occurred_at: new Date(Date.UTC(2026, 10, 21) + i).toISOString(),
  }));
});

const micros = (event: RunEventRecord | undefined): number | null =>
  event === undefined ? null : Date.parse(event.occurred_at) * 1000;

/** The events that count: first of each id, up to the end of the run. */
function effective(events: readonly RunEventRecord[]): RunEventRecord[] {
  const unique = events.filter((event, i) => events.findIndex(({ id }) => id === event.id) === i);
  const end = unique.findIndex((event) => event.event_type === "run.ended");
  return end < 0 ? unique : unique.slice(0, end + 1);
}

function dynamic(prefix: string, fields: unknown): Row {
  return Object.fromEntries(
    Object.entries((fields ?? {}) as Fields).map(([key, value]) => [prefix + key, value]),
  );
}

function ofStep(events: readonly RunEventRecord[], path: unknown, vector: unknown): Row {
  const own = events.filter((event) => event.step_path === path && event.vector_index === vector);
  const start = own.findLast(({ event_type }) => event_type === "test.step_started");
  const lastEnd = own.findLast(({ event_type }) => event_type === "test.step_ended");
  const isOpen = start !== undefined && lastEnd !== undefined &&
    events.indexOf(lastEnd) < events.indexOf(start);
  const end = isOpen ? undefined : lastEnd;
  const seen = own.filter(({ event_type }) => event_type.startsWith("test.step_"));
  return {
    step_started_at: micros(start),
    step_ended_at: micros(end),
    step_outcome: end?.outcome ?? null,
    start,
    end: end ?? lastEnd,
    outputs: end?.outputs,
    first: start ?? seen[0],
  };
}

function connectedAt(events: readonly RunEventRecord[], until: RunEventRecord): string[] {
  const roles: string[] = [];
  for (const event of events.slice(0, events.indexOf(until))) {
    const role = String(event.role);
    const index = roles.indexOf(role);
    if (event.event_type === "fixture.instrument_connected" && index < 0) roles.push(role);
    if (event.event_type === "fixture.instrument_disconnected" && index >= 0) {
      roles.splice(index, 1);
    }
  }
  return roles;
}

function measurementRows(events: readonly RunEventRecord[]): Row[] {
  return events.filter(({ event_type }) => event_type === "test.measurement").map((event) => {
    const { step_started_at, step_ended_at, step_outcome } = ofStep(
      events,
      event.step_path,
      event.vector_index,
    );
    return {
      record_type: "measurement",
      step_name: event.step_name,
      step_index: event.step_index,
      step_path: event.step_path,
      vector_index: event.vector_index,
      vector_retry: event.retry,
      step_started_at,
      step_ended_at,
      step_outcome,
      measurement_name: event.measurement_name,
      measurement_value: event.value,
      measurement_units: event.units,
      measurement_outcome: event.outcome,
      measurement_timestamp: micros(event),
      limit_low: event.limit_low,
      step_instruments_name: connectedAt(events, event),
      ...dynamic("in_", event.inputs),
      ...dynamic("custom_", { lot: 3, ...event.custom as Fields }),
    };
  });
}

function stepRows(events: readonly RunEventRecord[]): Row[] {
  const keys = new Set<string>();
  for (const event of events) {
    if (!event.event_type.startsWith("test.step_")) continue;
    keys.add(JSON.stringify([event.step_path, event.vector_index]));
  }
  const rows = [...keys].map((key): Row => {
    const [path, vector] = JSON.parse(key);
    const { start, first, outputs, ...times } = ofStep(events, path, vector);
    const described = (start ?? events.find((event) =>
      event.event_type === "test.step_ended" && event.step_path === path &&
      event.vector_index === vector
    ) ?? first) as RunEventRecord;
    const last = events.findLast((event) =>
      event.event_type === "test.step_ended" && event.step_path === path &&
      event.vector_index === vector
    );
    const source = start === undefined ? last as RunEventRecord : described;
    delete times.end;
    return {
      record_type: "step",
      step_name: source.step_name,
      step_index: source.step_index,
      step_path: path,
      vector_index: vector,
      vector_retry: null,
      ...times,
      measurement_name: null,
      measurement_value: null,
      measurement_units: null,
      measurement_outcome: null,
      measurement_timestamp: null,
      limit_low: null,
      ...dynamic("in_", source.inputs),
      ...dynamic("out_", outputs),
      custom_lot: 3,
    };
  });
  const order = (row: Row): [number, number, string] => [
    row.step_index as number,
    row.vector_index as number,
    row.step_path as string,
  ];
  return rows.sort((a, b) => {
    const [x, y] = [order(a), order(b)];
    return x[0] - y[0] || x[1] - y[1] || (x[2] < y[2] ? -1 : 1);
  });
}

function kindOf(value: unknown): string {
  if (typeof value === "number" || value === "NaN") return "double";
  if (typeof value === "string" && value.startsWith("2026-")) return "timestamp";
  return Array.isArray(value) ? "list" : typeof value === "boolean" ? "bool" : "string";
}

function asText(value: unknown): Cell {
  if (Object.is(value, -0)) return "-0";
  if (Array.isArray(value)) return JSON.stringify(value.map(String));
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Types each dynamic column by all its values; "NaN" is a number only among numbers. */
function typeDynamic(rows: readonly Row[], name: string): Cell[] {
  const raw = rows.map((row) => row[name] ?? null);
  const kinds = new Set(raw.filter((value) => value !== null).map(kindOf));
  const [kind] = kinds;
  return raw.map((value): Cell => {
    if (value === null) return null;
    if (kinds.size > 1 || kind === "string") return asText(value);
    if (kind === "double") return Number(value);
    if (kind === "timestamp") return Date.parse(value as string) * 1000;
    return kind === "list" ? (value as unknown[]).map(String) : value as boolean;
  });
}

Deno.test("RunAccumulator gives the rows that a plain recomputation gives", () => {
  fc.assert(
    fc.property(runEvents, (events) => {
      const run = new RunAccumulator({ runId: "r", sessionId: "s", litmusVersion: "0" });
      for (const event of events) run.add(JSON.parse(JSON.stringify(event)));
      const table = run.finish();
      const counted = effective(events.map((event) => JSON.parse(JSON.stringify(event))));
      const runRow: Row = {
        record_type: "run",
        step_name: "",
        step_index: 0,
        step_path: "",
        vector_index: 0,
        custom_lot: 3,
      };
      const rows = [runRow, ...measurementRows(counted), ...stepRows(counted)];
      deepStrictEqual(table.rowCount, rows.length);
      const fixed = Object.keys(measurementRows(counted)[0] ?? runRow)
        .filter((name) => !/^(in|out|custom|step_instruments)_/.test(name));
      for (
        const { name, slice } of table.columns.map((column) => ({
          name: column.name,
          slice: column.slice(0, table.rowCount),
        }))
      ) {
        if (/^(in|out|custom)_/.test(name)) deepStrictEqual(slice, typeDynamic(rows, name), name);
        if (fixed.includes(name)) {
          deepStrictEqual(
            slice,
            rows.map((row) => row[name] ?? null),
            name,
          );
        }
        if (name === "step_instruments_name") {
          const measured = slice.filter((_, row) => rows[row]?.record_type === "measurement");
          deepStrictEqual(measured, measurementRows(counted).map((row) => row[name]));
        }
      }
      const dynamicNames = new Set(
        rows.flatMap((row) => Object.keys(row)).filter((name) => /^(in|out|custom)_/.test(name)),
      );
      const written = table.columns.map(({ name }) => name).filter((name) =>
        dynamicNames.has(name)
      );
      deepStrictEqual(written, [...dynamicNames].sort());
    }),
    { numRuns: 500 },
  );
});
