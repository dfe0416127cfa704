/** An event counts once, however often and by whatever way it comes, and whatever its file is called. */
import { deepStrictEqual as deepEqual, match, strictEqual as equal } from "node:assert/strict";
import { dirname, join } from "@std/path";
import { utf8Column } from "../lib/arrow/column_builder.ts";
import { type ArrowBatch, field } from "../lib/arrow/field.ts";
import {
  encodeBatch,
  encodeSchema,
  END_OF_STREAM,
  frameBytes,
} from "../lib/arrow/message_writer.ts";
import { newId } from "../lib/base/ids.ts";
import { checkFiles } from "../lib/doctor/check_files.ts";
import { EventStore } from "../lib/events/event_store.ts";
import { readEvents } from "../lib/events/read_events.ts";
import type { FlightClient } from "../lib/flight/client.ts";
import { ACTIONS } from "../lib/protocol/names.ts";
import { acquire, connectTo } from "../lib/protocol/lease.ts";
import { rowsOf, stopDaemon, testDirectory, until } from "./harness.ts";

/** Events as another program has them, one for each number, of which equal ones are the same event. */
function eventBatch(
  sessionId: string,
  ids: readonly string[],
  numbers: readonly number[],
): ArrowBatch {
  const texts = (name: string, value: (n: number) => string) =>
    utf8Column(field(name, "u"), numbers.map(value));
  const columns = [
    texts("id", (n) => ids[n] ?? ""),
    texts("event_type", () => "x.test"),
    texts("session_id", () => sessionId),
    texts("json", (n) => JSON.stringify({ id: ids[n], event_type: "x.test", n })),
  ];
  return {
    schema: { fields: columns.map((column) => column.field) },
    rows: numbers.length,
    columns,
  };
}

async function put(client: FlightClient, batch: ArrowBatch): Promise<void> {
  await using writer = client.doPut({ type: "path", path: ["events"] });
  await writer.write({ header: encodeSchema(batch.schema).metadata });
  const { metadata, body } = encodeBatch(batch);
  await writer.write({ header: metadata, body });
  writer.end();
  equal((await Array.fromAsync(writer.results)).length, 1);
}

async function writeFile(path: string, batch: ArrowBatch): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const parts = [encodeSchema(batch.schema), encodeBatch(batch)].map(frameBytes);
  await Deno.writeFile(
    path,
    new Blob([...parts, END_OF_STREAM].map((part) => part.slice())).stream(),
  );
}

async function numbersIn(dataDir: string): Promise<unknown[]> {
  return (await Array.fromAsync(readEvents(dataDir))).map((event) => Reflect.get(event, "n"));
}

Deno.test("An event that is put twice, in a batch or by a client that tries again, is there once", async () => {
  await using directory = await testDirectory();
  const [sessionId, ids] = [newId(), [newId(), newId(), "not a uuid"]];
  await using store = await EventStore.open({ dataDir: directory.path });
  const stop = new AbortController();
  const pushed: unknown[] = [];
  const watching = (async () => {
    for await (const event of store.subscribe({}, { fromCursor: "start", signal: stop.signal })) {
      pushed.push(Reflect.get(event, "n"));
    }
  })();
  {
    await using lease = await acquire(directory.path);
    await using client = await connectTo(lease);
    await put(client, eventBatch(sessionId, ids, [0, 1, 0, 2, 2, 1]));
    await put(client, eventBatch(sessionId, ids, [2, 0, 1]));
    deepEqual(await rowsOf(store, "SELECT json->>'$.n' AS n FROM events"), [
      { n: "0" },
      { n: "1" },
      { n: "2" },
    ]);
  }
  await until(() => pushed.length >= 3, "the subscriber");
  stop.abort();
  await watching;
  deepEqual(pushed, [0, 1, 2]);
  deepEqual(await numbersIn(directory.path), [0, 1, 2]);
  await stopDaemon(directory.path);
  equal((await rowsOf(store, "SELECT id FROM events")).length, 3, "after a restart");
});

Deno.test("An event that lies in two files of its session is read once, with the daemon and without", async () => {
  await using directory = await testDirectory();
  const day = join(directory.path, "events", "2026-11-27");
  const [sessionId, ids] = [newId(), [newId(), newId(), newId(), newId()]];
  await writeFile(join(day, `${sessionId}-77.arrow`), eventBatch(sessionId, ids, [0, 1, 1]));
  await writeFile(join(day, `${sessionId}-78.arrow`), eventBatch(sessionId, ids, [1, 2, 0, 3]));
  deepEqual(await numbersIn(directory.path), [0, 1, 2, 3]);
  await using store = await EventStore.open({ dataDir: directory.path });
  deepEqual((await Array.fromAsync(store.events())).map((event) => Reflect.get(event, "n")), [
    0,
    1,
    2,
    3,
  ]);
  await using lease = await acquire(directory.path);
  await using client = await connectTo(lease);
  // What its writer sends as well is in its file already.
  await put(client, eventBatch(sessionId, ids, [3, 2]));
  const [answer] = await Array.fromAsync(client.doAction(ACTIONS.doctor));
  equal(JSON.parse(new TextDecoder().decode(answer)).double_events, 3);
  deepEqual(await checkFiles(directory.path), { files: 2, damaged: [] });
});

Deno.test("Event files of any name in any folder are read, and what is read nowhere is told", async () => {
  await using directory = await testDirectory();
  const events = join(directory.path, "events");
  const [sessionId, ids] = [newId(), [newId(), newId(), newId()]];
  await writeFile(join(events, "2026-11-27", "night shift.arrow"), eventBatch(sessionId, ids, [0]));
  await writeFile(join(events, "from bench 7", "copy.arrow"), eventBatch(sessionId, ids, [1]));
  await writeFile(join(events, "lost.arrow"), eventBatch(sessionId, ids, [2]));
  const [, , session] = eventBatch(sessionId, ids, [2]).columns;
  await writeFile(join(events, "2026-11-27", "table.arrow"), {
    schema: { fields: [session!.field] },
    rows: 1,
    columns: [session!],
  });
  deepEqual(await numbersIn(directory.path), [0, 1]);
  const ofSession = await Array.fromAsync(readEvents(directory.path, { sessionId }));
  equal(ofSession.length, 2);
  await using store = await EventStore.open({ dataDir: directory.path });
  deepEqual(await Array.fromAsync(store.events({ sessionId })), ofSession);
  const { files, damaged } = await checkFiles(directory.path);
  equal(files, 4);
  match(
    damaged.map(({ file, reason }) => `${file.slice(events.length)}: ${reason}`).join("\n"),
    /^\/2026-11-27\/table\.arrow: Events need the columns .*\n\/lost\.arrow: It is not read/,
  );
});
