/** What survives the sudden death of a writer or of the daemon. */
import {
  deepStrictEqual as deepEqual,
  notStrictEqual as notEqual,
  ok,
  strictEqual as equal,
} from "node:assert/strict";
import { EventStore } from "../lib/events/event_store.ts";
import { daemonPid, rowsOf, runScript, stopDaemon, testDirectory, until } from "./harness.ts";

const WRITER = `
import { EventStore } from "$ROOT/lib/events/event_store.ts";
const [dataDir, runId] = Deno.args;
const store = await EventStore.open({ dataDir });
await store.sql("SELECT 1");
store.emit({ event_type: "session.started" });
store.emit({ event_type: "run.started", run_id: runId, dut_serial: "SN-KILL" });
store.emit({ event_type: "test.step_started", run_id: runId, step_name: "s", step_index: 0, step_path: "s" });
for (let i = 0; i < 500; i++) {
  store.emit({ event_type: "test.measurement", run_id: runId, step_name: "s", step_index: 0,
    step_path: "s", measurement_name: "m" + i, value: i });
}
await store.flush();
console.log("FLUSHED");
await new Promise((resolve) => setTimeout(resolve, 60_000));
`;

Deno.test("A killed writer loses nothing that it flushed, and its run becomes aborted", async () => {
  await using directory = await testDirectory();
  const runId = crypto.randomUUID();
  const writer = await runScript(WRITER, [directory.path, runId]);
  await writer.line("FLUSHED");
  writer.kill("SIGKILL");
  await writer.status;
  await using store = await EventStore.open({ dataDir: directory.path });
  const [count] = await rowsOf(
    store,
    `SELECT count(*) AS n FROM events WHERE run_id = '${runId}'
    AND event_type <> 'run.materialized'`,
  );
  equal(count?.n, 502);
  await until(async () => {
    const [run] = await rowsOf(store, "SELECT run_outcome FROM runs");
    return run?.run_outcome === "aborted";
  }, "the run to become aborted");
  const [measured] = await rowsOf(store, "SELECT count(*) AS n FROM measurements");
  equal(measured?.n, 500);
  const files = await Array.fromAsync(Deno.readDir(`${directory.path}/runs`));
  ok(files.some(({ isDirectory }) => isDirectory), "the aborted run has a Parquet file");
});

Deno.test("A run that goes on is visible as running with its rows so far", async () => {
  await using directory = await testDirectory();
  const writer = await runScript(WRITER, [directory.path, crypto.randomUUID()]);
  await writer.line("FLUSHED");
  await using store = await EventStore.open({ dataDir: directory.path });
  const [run] = await rowsOf(
    store,
    "SELECT run_outcome, (SELECT count(*) FROM measurements m WHERE m.run_id = r.run_id) AS n FROM runs r",
  );
  writer.kill("SIGKILL");
  await writer.status;
  deepEqual(run, { run_outcome: "running", n: 500 });
});

Deno.test("The next call after the death of the daemon starts another, and the answer is complete", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  const count = async (): Promise<unknown> =>
    (await rowsOf(store, "SELECT count(*) AS n FROM events"))[0]?.n;
  for (let i = 0; i < 100; i++) store.emit({ event_type: "sync.release", name: `n${i}` });
  equal(await count(), 100);
  const first = daemonPid(directory.path);
  await stopDaemon(directory.path, "SIGKILL");
  for (let i = 0; i < 50; i++) store.emit({ event_type: "sync.release", name: `later${i}` });
  equal(await count(), 150);
  notEqual(daemonPid(directory.path), first);
  const [distinct] = await rowsOf(store, "SELECT count(DISTINCT id) AS n FROM events");
  equal(distinct?.n, 150);
});

Deno.test("Events flushed while the daemon is down are caught up from the file", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  await rowsOf(store, "SELECT 1");
  for (let round = 0; round < 5; round++) {
    await stopDaemon(directory.path, "SIGKILL");
    for (let i = 0; i < 20; i++) store.emit({ event_type: "sync.release", name: `${round}-${i}` });
    await store.flush();
  }
  const rows = await rowsOf(store, "SELECT json ->> '$.name' AS name FROM events");
  deepEqual(
    rows.map(({ name }) => name),
    Array.from({ length: 100 }, (_, i) => `${Math.floor(i / 20)}-${i % 20}`),
  );
});

Deno.test("A subscription outlives daemons that are killed while the same store writes", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  store.emit({ event_type: "x.test", n: 0 });
  await store.flush();
  const wanted = 4 * 25 + 1;
  const seen: unknown[] = [];
  const watching = (async () => {
    const events = store.subscribe({ eventType: "x.test" }, { fromCursor: "start" });
    for await (const event of events) {
      seen.push(Reflect.get(event, "n"));
      if (seen.length === wanted) return;
    }
  })();
  await until(() => seen.length === 1, "the first event");
  for (let round = 0, n = 1; round < 4; round++) {
    if (round > 0) await stopDaemon(directory.path, "SIGKILL");
    for (let i = 0; i < 25; i++, n++) {
      store.emit({ event_type: "x.test", n });
      if (i % 5 === 0) await store.flush();
    }
    await until(() => seen.length === n, `all of round ${round}`);
  }
  await watching;
  deepEqual(seen, Array.from({ length: wanted }, (_, n) => n));
});
