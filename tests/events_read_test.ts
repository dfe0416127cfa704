/** Events read from the files and through the daemon are the same, in the same order. */
import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { dirname, join } from "@std/path";
import { utf8Column } from "../lib/arrow/column_builder.ts";
import { field } from "../lib/arrow/field.ts";
import {
  encodeBatch,
  encodeSchema,
  END_OF_STREAM,
  frameBytes,
} from "../lib/arrow/message_writer.ts";
import { newId } from "../lib/base/ids.ts";
import { checkFiles } from "../lib/doctor/check_files.ts";
import { EventStore } from "../lib/events/event_store.ts";
import { FileEventLog } from "../lib/events/file_event_log.ts";
import { readEventBatches, readEvents } from "../lib/events/read_events.ts";
import type { EventFilter } from "../lib/protocol/event_filter.ts";
import { FIXTURE, hasFixture, rowsOf, runScript, testDirectory, until } from "./harness.ts";

const runId = newId();
/** Two files of pyarrow 26, one with LZ4 and one with Zstandard. */
const COMPRESSED = join(import.meta.dirname ?? "", "testdata", "compressed");

/** Several sessions, writers and segments; times, types and runs of all kinds. */
async function fill(dataDir: string, sessionIds: readonly string[]): Promise<void> {
  for (const [s, sessionId] of sessionIds.entries()) {
    for (let writer = 0; writer < 2; writer++) {
      await using log = new FileEventLog({ dataDir, sessionId, segmentBytes: 8000 });
      for (let i = 0; i < 40; i++) {
        const occurred_at = new Date(Date.UTC(2026, 0, 1 + s, 0, i));
        if (i % 3 === 0) log.emit({ event_type: "sync.release", name: `ä${i}`, occurred_at });
        else log.emit({ event_type: "x.more", run_id: i % 2 === 0 ? runId : null, i, occurred_at });
        if (i % 7 === 0) await log.flush();
      }
    }
  }
}

Deno.test("readEvents() gives what EventStore.events() gives, for every filter", async () => {
  await using directory = await testDirectory();
  const sessionIds = [newId(), newId(), newId()].sort();
  await fill(directory.path, sessionIds);
  await using store = await EventStore.open({ dataDir: directory.path });
  const filters: EventFilter[] = [
    {},
    { sessionId: sessionIds[1]! },
    { sessionId: newId() },
    { runId },
    { eventType: "sync.release" },
    { eventType: ["sync.release", "x.more"], limit: 50 },
    { eventType: [] },
    { since: "2026-01-02T00:00:00Z" },
    { until: new Date(Date.UTC(2026, 0, 2, 0, 20)) },
    { since: "2026-01-01T00:10:00Z", until: "2026-01-02T00:05:00Z", runId },
    { limit: 7 },
    { limit: 0 },
  ];
  for (const filter of filters) {
    const name = JSON.stringify(filter);
    const fromFiles = await Array.fromAsync(readEvents(directory.path, filter));
    deepEqual(fromFiles, await Array.fromAsync(store.events(filter)), name);
    let rows = 0;
    for await (const batch of readEventBatches(directory.path, filter)) rows += batch.rows;
    equal(rows, fromFiles.length, name);
  }
  equal((await Array.fromAsync(readEvents(directory.path))).length, 240);
});

Deno.test({
  name: "readEvents() reads the files of the Python package as the daemon does",
  ignore: !hasFixture(),
  fn: async () => {
    await using directory = await testDirectory(FIXTURE);
    await using store = await EventStore.open({ dataDir: directory.path });
    const fromFiles = await Array.fromAsync(readEvents(FIXTURE));
    ok(fromFiles.length > 100);
    deepEqual(fromFiles, await Array.fromAsync(store.events()));
  },
});

Deno.test("readEvents() stops at its signal and lets timers run between batches", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    await fill(dataDir, [newId()]);
    const stop = new AbortController();
    let seen = 0;
    const reason = await (async () => {
      for await (const _ of readEvents(dataDir, {}, { signal: stop.signal })) {
        if (++seen === 10) stop.abort(new Error("enough"));
      }
    })().catch((error: unknown) => error);
    ok(reason instanceof Error && reason.message === "enough" && seen < 80);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("Files with columns more and with columns less are read side by side", async () => {
  await using directory = await testDirectory();
  const [newer, older, ours] = [newId(), newId(), newId()];
  await using log = await FileEventLog.open({ dataDir: directory.path, sessionId: ours });
  log.emit({ event_type: "x.test", n: 1 });
  await log.flush();
  const day = dirname(log.status().file ?? "");
  const text = (names: readonly string[], sessionId: string, n: number): Uint8Array[] => {
    const json = JSON.stringify({ id: newId(), event_type: "x.test", session_id: sessionId, n });
    const values: Record<string, string> = { event_type: "x.test", session_id: sessionId, json };
    const columns = names.map((name) => utf8Column(field(name, "u"), [values[name] ?? null]));
    const schema = { fields: columns.map((column) => column.field) };
    return [encodeSchema(schema), encodeBatch({ schema, rows: 1, columns })].map(frameBytes);
  };
  const write = async (sessionId: string, parts: Uint8Array[]): Promise<void> => {
    const blob = new Blob([...parts, END_OF_STREAM].map((part) => new Uint8Array(part)));
    await Deno.writeFile(join(day, `${sessionId}-77.arrow`), blob.stream());
  };
  const all = ["station", "json", "event_type", "id", "session_id", "run_id", "added_later"];
  await write(newer, text(all, newer, 2));
  await write(older, text(["event_type", "json"], older, 3));
  const numbers = (await Array.fromAsync(readEvents(directory.path))).map((event) =>
    Reflect.get(event, "n")
  );
  deepEqual(numbers.sort(), [1, 2, 3]);
  await using store = await EventStore.open({ dataDir: directory.path });
  const rows = await rowsOf(
    store,
    "SELECT json ->> '$.n' AS n, session_id IS NULL AS bare FROM events ORDER BY n",
  );
  deepEqual(rows, [{ n: "1", bare: false }, { n: "2", bare: false }, { n: "3", bare: true }]);
});

Deno.test("Files that other programs compressed are read as plain ones, by readers, daemon and doctor", async () => {
  await using directory = await testDirectory();
  const day = join(directory.path, "events", "2026-11-27");
  await Deno.mkdir(day, { recursive: true });
  for (const { name } of Deno.readDirSync(COMPRESSED)) {
    await Deno.copyFile(join(COMPRESSED, name), join(day, name));
  }
  const twice = Array.from({ length: 80 }, (_, i) => i % 40);
  const fromFiles = await Array.fromAsync(readEvents(directory.path));
  deepEqual(fromFiles.map((event) => Reflect.get(event, "n")), twice);
  await using store = await EventStore.open({ dataDir: directory.path });
  deepEqual(await Array.fromAsync(store.events()), fromFiles);
  deepEqual(await checkFiles(directory.path), { files: 2, damaged: [] });
});

const LEAVER = `
import { FileEventLog } from "$ROOT/lib/events/file_event_log.ts";
const [dataDir, sessionId, how] = Deno.args;
const log = await FileEventLog.open({ dataDir, sessionId, lingerMillis: 60_000 });
for (let i = 0; i < 10; i++) log.emit({ event_type: "x.test", n: i });
const flushed = log.flush();
if (how !== "busy") await flushed;
for (let i = 10; i < 9000; i++) log.emit({ event_type: "x.test", n: i });
console.log("LEAVING");
Deno.exit(0);
`;

Deno.test("Deno.exit() writes what is still in memory, a batch on its way to the file included", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    for (const how of ["idle", "busy"]) {
      const sessionId = newId();
      const script = await runScript(LEAVER, [dataDir, sessionId, how]);
      await script.line("LEAVING");
      equal((await script.status).code, 0);
      const events = await Array.fromAsync(readEvents(dataDir, { sessionId }));
      deepEqual(
        events.map((event) => Reflect.get(event, "n")),
        Array.from({ length: 9000 }, (_, i) => i),
      );
    }
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("A subscriber in another process makes a writer eager, and its leaving ends that", async () => {
  await using directory = await testDirectory();
  await using writer = await EventStore.open({ dataDir: directory.path, lingerMillis: 3_600_000 });
  await using reader = await EventStore.open({ dataDir: directory.path });
  writer.emit({ event_type: "x.test", n: 0 });
  await writer.flush();
  await until(
    () => writer.status().push === "live" && writer.status().acknowledged === 1,
    "the push",
  );
  const stop = new AbortController();
  const seen: unknown[] = [];
  const watching = (async () => {
    for await (const event of reader.subscribe({}, { fromCursor: "start", signal: stop.signal })) {
      seen.push(Reflect.get(event, "n"));
      if (seen.length === 3) return;
    }
  })();
  await until(() => seen.length === 1, "the history");
  // Nothing but a live subscriber brings these to the file: the linger time is an hour.
  await until(() => writer.status().eager === true, "the notice of the daemon");
  writer.emit({ event_type: "x.test", n: 1 });
  await until(() => seen.length === 2, "the second event");
  writer.emit({ event_type: "x.test", n: 2 });
  await watching;
  deepEqual(seen, [0, 1, 2]);
  stop.abort();
  await until(() => writer.status().eager === false, "the writer to linger again");
});

Deno.test("Large batches that are only announced, and small ones in between, are queryable once and in order", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  await rowsOf(store, "SELECT 1");
  let count = 0;
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < 5000; i++) {
      store.emit({ event_type: "x.test", n: count++, pad: "p".repeat(100) });
    }
    await store.flush();
    for (let i = 0; i < 3; i++) {
      store.emit({ event_type: "x.test", n: count++ });
      await store.flush();
    }
  }
  await until(() => store.status().acknowledged === store.status().batches, "the acknowledgements");
  equal(store.status().push, "live");
  const rows = await rowsOf(store, "SELECT (json ->> '$.n')::INT AS n FROM events");
  deepEqual(rows.map(({ n }) => n), Array.from({ length: count }, (_, i) => i));
});
