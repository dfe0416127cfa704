import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { utf8Column } from "../arrow/column_builder.ts";
import { valueReader } from "../arrow/column_values.ts";
import type { ArrowBatch } from "../arrow/field.ts";
import { parseMicros } from "../base/time.ts";
import type { EventFilter } from "../protocol/event_filter.ts";
import { compileRowFilter, pickRows } from "./row_filter.ts";
import { EVENT_SCHEMA } from "./event_batch_builder.ts";

const TIMES = [
  "1969-12-31T23:59:59.999999Z",
  "2026-01-01T00:00:00Z",
  "2026-01-01T00:00:00.000001Z",
];
const ROWS = 24;

function sample(): ArrowBatch {
  const pick = <T>(values: readonly T[]): T[] =>
    Array.from(
      { length: ROWS },
      (_, row) => values[Math.floor(row / values.length + row) % values.length]!,
    );
  const texts: Record<string, (string | null)[]> = {
    id: Array.from({ length: ROWS }, (_, row) => `id${row}`),
    event_type: pick(["a", "b", "b"]),
    session_id: pick(["s1", "s1", "s2", "s2"]),
    run_id: pick([null, "r1", "r2", "r1", null]),
    json: Array.from({ length: ROWS }, (_, row) => "ü".repeat(row)),
  };
  const columns = EVENT_SCHEMA.fields.map((field) => {
    const values = texts[field.name];
    if (values !== undefined) return utf8Column(field, values);
    const data = BigInt64Array.from(pick(TIMES), (time) => BigInt(parseMicros(time)));
    const buffers = [new Uint8Array(0), new Uint8Array(data.buffer)];
    return { field, length: ROWS, nullCount: 0, buffers, children: [] };
  });
  return { schema: EVENT_SCHEMA, rows: ROWS, columns };
}

function valuesOf(batch: ArrowBatch): unknown[][] {
  const readers = batch.columns.map(valueReader);
  return Array.from({ length: batch.rows }, (_, row) => readers.map((read) => read(row)));
}

/** The same filter on a row of values, one word of it after the other. */
function passes(filter: EventFilter, row: readonly unknown[]): boolean {
  const [, eventType, occurredAt, , sessionId, runId] = row;
  const { since, until } = filter;
  const micros = (time: string | Date): number =>
    time instanceof Date ? time.getTime() * 1000 : parseMicros(time);
  const at = parseMicros(String(occurredAt));
  return (filter.eventType === undefined ||
    [filter.eventType].flat().includes(String(eventType))) &&
    (filter.sessionId === undefined || filter.sessionId === sessionId) &&
    (filter.runId === undefined || filter.runId === runId) &&
    (since === undefined || at >= micros(since)) && (until === undefined || at < micros(until));
}

Deno.test("compileRowFilter() lets through the rows that pass, as they are", () => {
  const batch = sample();
  const rows = valuesOf(batch);
  const filters: EventFilter[] = [
    { eventType: "b" },
    { eventType: ["a", "c"] },
    { sessionId: "s2", runId: "r1" },
    { since: TIMES[1]! },
    { until: TIMES[2]! },
    { since: TIMES[0]!, until: new Date(TIMES[1]!) },
    { runId: "nobody" },
  ];
  for (const filter of filters) {
    const wanted = rows.filter((row) => passes(filter, row));
    const passing = compileRowFilter(filter)(batch);
    deepEqual(valuesOf(pickRows(batch, passing!)), wanted, JSON.stringify(filter));
  }
  equal(compileRowFilter({})(batch), undefined);
});
