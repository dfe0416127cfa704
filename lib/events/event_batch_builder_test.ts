import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { valueReader } from "../arrow/column_values.ts";
import { memorySource, scanStream } from "../arrow/stream_scan.ts";
import { StreamAssembler } from "../arrow/stream_assembler.ts";
import { newId } from "../base/ids.ts";
import { EVENT_SCHEMA, EventBatchBuilder } from "./event_batch_builder.ts";
import { BatchMemory } from "./batch_memory.ts";
import type { EventRow, NormalizedEvent } from "./event_base.ts";

const WRITER = "00000000000000aa";
const sessionId = newId();

function rowsOf(bytes: Uint8Array): unknown[][] {
  const [item] = scanStream(memorySource(bytes));
  if (item?.kind !== "message") throw new Error(`Not a message: ${JSON.stringify(item)}`);
  equal(item.end, bytes.byteLength);
  const batch = new StreamAssembler(EVENT_SCHEMA).accept(item.header, item.body)!;
  const readers = batch.columns.map(valueReader);
  return Array.from({ length: batch.rows }, (_, row) => readers.map((read) => read(row)));
}

function event(i: number, part: Partial<NormalizedEvent> = {}): NormalizedEvent {
  const id = part.id ?? newId();
  return {
    id,
    eventType: i % 3 === 0 ? "x.a" : "x.ß",
    occurredAtMicros: i,
    receivedAtMicros: -i,
    sessionId,
    runId: i % 5 === 0 ? null : `run${Math.floor(i / 7)}`,
    json: JSON.stringify({ id, text: "äöü€😀\ud800".repeat(i % 4) }),
    ...part,
  };
}

/** As it is appended: the id is given where the text does not begin with it. */
function rowOf({ json, id, ...rest }: NormalizedEvent): EventRow {
  const text = new TextEncoder().encode(json);
  return json.startsWith(`{"id":"${id}"`) && text[43] === 34
    ? { ...rest, json: text }
    : { ...rest, id, json: text };
}

function wanted(each: NormalizedEvent, time: (micros: number) => unknown): unknown[] {
  return [
    each.id,
    each.eventType,
    time(each.occurredAtMicros),
    time(each.receivedAtMicros),
    sessionId,
    each.runId,
    each.json.toWellFormed(),
  ];
}

const time = (micros: number): string =>
  new Date(Math.floor(micros / 1000)).toISOString().slice(0, 20) +
  `${((micros % 1_000_000) + 1_000_000) % 1_000_000}`.padStart(6, "0") + "Z";

Deno.test("EventBatchBuilder.finish() gives back what was appended, batch after batch", () => {
  const builder = new EventBatchBuilder(sessionId);
  for (const [sequence, count] of [1, 7, 3000, 2].entries()) {
    const events = Array.from({ length: count }, (_, i) => event(i));
    for (const each of events) builder.append(rowOf(each));
    equal(builder.rows, count);
    deepEqual(
      rowsOf(builder.finish(WRITER, sequence + 1)),
      events.map((each) => wanted(each, time)),
    );
    equal(builder.rows, 0);
  }
});

Deno.test("EventBatchBuilder.append() takes an id that is not where it is looked for in the JSON", () => {
  const builder = new EventBatchBuilder(sessionId);
  const odd = "ä".repeat(36);
  const events = [
    event(1, { json: "{}" }),
    event(2, { id: "short" }),
    event(3, { id: odd, json: `{"id":"${odd}"}` }),
    event(4, { json: `{"id":"${newId()}"}` }),
    event(5, { id: "", json: "" }),
  ];
  for (const each of events) builder.append(rowOf(each));
  deepEqual(rowsOf(builder.finish(WRITER, 1)), events.map((each) => wanted(each, time)));
});

Deno.test("EventBatchBuilder.finish() builds large batches around their text, in memory that is used again", () => {
  const memory = new BatchMemory();
  const builder = new EventBatchBuilder(sessionId, memory);
  const buffers = new Set<ArrayBufferLike>();
  for (const count of [3, 40, 40, 500, 4, 40]) {
    const events = Array.from(
      { length: count },
      (_, i) => event(i, { json: JSON.stringify({ i, pad: "ä".repeat(40_000) }) }),
    );
    for (const each of events) builder.append(rowOf(each));
    const bytes = builder.finish(WRITER, 1);
    deepEqual(rowsOf(bytes), events.map((each) => wanted(each, time)));
    if (count === 40) buffers.add(bytes.buffer);
    memory.give(bytes);
  }
  ok(buffers.size < 3, "memory that was given back is lent once more");
});
