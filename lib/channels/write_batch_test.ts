import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import { float64Column, int64Column, listColumn, utf8Column } from "../arrow/column_builder.ts";
import { type ArrowBatch, type ArrowColumn, field } from "../arrow/field.ts";
import {
  inDataDir,
  quietStore,
  SESSION,
  START_MICROS,
  TWIN_SESSION,
} from "./_channel_fixture_test.ts";
import { readChannel } from "./read_channel.ts";
import { textsOf } from "./sample_values.ts";
import { writeBatch } from "./write_batch.ts";

const TIMES = field("timestamp", "tsu:UTC"), VALUE = field("value", "g");
const SESSIONS = field("session_id", "u"), SOURCE = field("source_method", "u");

function batchOf(...columns: ArrowColumn[]): ArrowBatch {
  return {
    schema: { fields: columns.map((each) => each.field) },
    rows: columns[0]!.length,
    columns,
  };
}

const times = (count: number): ArrowColumn =>
  int64Column(TIMES, Float64Array.from({ length: count }, (_, i) => START_MICROS + i));
const sessions = (count: number): ArrowColumn => utf8Column(SESSIONS, Array(count).fill(SESSION));

Deno.test("writeBatch() writes numbers in runs of session and source", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    const ids = [SESSION, SESSION, TWIN_SESSION, SESSION];
    writeBatch(
      store,
      "x",
      batchOf(
        times(4),
        float64Column(VALUE, Float64Array.of(1, NaN, 3, 4)),
        utf8Column(SOURCE, ["a", "a", null, "b"]),
        utf8Column(SESSIONS, ids),
      ),
    );
    await store.flush();
    const { values, timestampMicros } = readChannel(dataDir, "x", { sessionId: SESSION });
    deepEqual(values, { kind: "number", data: Float64Array.of(1, NaN, 4) });
    deepEqual([...timestampMicros], [0, 1, 3].map((i) => START_MICROS + i));
    equal(readChannel(dataDir, "x", { sessionId: TWIN_SESSION }).sampleIndex.length, 1);
  }));

Deno.test("writeBatch() writes integers, booleans as numbers of other formats would, and text", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    const wholes = int64Column(field("value", "l"), Float64Array.of(1, 2 ** 40));
    writeBatch(store, "whole", batchOf(times(2), wholes, sessions(2)));
    writeBatch(
      store,
      "text",
      batchOf(times(2), utf8Column(field("value", "u"), ["a", "b"]), sessions(2)),
    );
    await store.flush();
    deepEqual(readChannel(dataDir, "whole").values, {
      kind: "number",
      data: Float64Array.of(1, 2 ** 40),
    });
    deepEqual(readChannel(dataDir, "text").values, { kind: "text", data: ["a", "b"] });
  }));

Deno.test("writeBatch() writes waveforms and structures row by row", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    const list = field("samples", "+l", [field("item", "g")]);
    const items = float64Column(list.children[0]!, [1, null, 3]);
    writeBatch(
      store,
      "wave",
      batchOf(
        times(2),
        listColumn(list, [2, 1], items),
        float64Column(field("sample_interval", "g"), Float64Array.of(1e-3, 1e-3)),
        sessions(2),
      ),
    );
    const key = float64Column(field("v", "g"), Float64Array.of(5));
    writeBatch(
      store,
      "state",
      batchOf(times(1), key, utf8Column(field("mode", "u"), ["cv"]), sessions(1)),
    );
    await store.flush();
    const wave = readChannel(dataDir, "wave");
    deepEqual(wave.values, { kind: "number", data: Float64Array.of(1, 3, NaN) });
    deepEqual([...wave.timestampMicros], [0, 1, 1000].map((i) => START_MICROS + i));
    deepEqual(textsOf(readChannel(dataDir, "state").values), ['{"v":5,"mode":"cv"}']);
  }));

Deno.test("writeBatch() refuses batches without session or samples", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    const value = float64Column(VALUE, Float64Array.of(1));
    throws(() => writeBatch(store, "x", batchOf(times(1), value)), /session_id/);
    throws(() => writeBatch(store, "x", batchOf(times(1), sessions(1))), /column value/);
    throws(
      () => writeBatch(store, "x", batchOf(times(1), value, utf8Column(SESSIONS, ["7"]))),
      /UUID/,
    );
  }));
