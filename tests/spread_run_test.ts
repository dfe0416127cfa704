/** A run whose events lie in several files is put together by time, not by the order of the files. */
import { strictEqual as equal } from "node:assert/strict";
import { EventStore } from "../lib/events/event_store.ts";
import { acquire, connectTo } from "../lib/protocol/lease.ts";
import { FIXTURE, hasFixture, rowsOf, testDirectory } from "./harness.ts";

Deno.test("A second writer's measurements are part of the run that the first one ends", async () => {
  await using directory = await testDirectory();
  const sessionId = crypto.randomUUID();
  const run_id = crypto.randomUUID();
  await using first = await EventStore.open({ dataDir: directory.path, sessionId });
  await rowsOf(first, "SELECT 1");
  first.emit({ event_type: "run.started", run_id, dut_serial: "SPREAD" });
  await first.flush();
  await using second = await EventStore.open({ dataDir: directory.path, sessionId });
  for (let i = 0; i < 10; i++) {
    second.emit({
      event_type: "test.measurement",
      run_id,
      step_name: "s",
      step_index: 0,
      measurement_name: `m${i}`,
      value: i,
    });
  }
  await second.flush();
  first.emit({ event_type: "run.ended", run_id, outcome: "passed" });
  equal((await rowsOf(first, "SELECT count(*) AS n FROM measurements"))[0]?.n, 10);
});

Deno.test({
  name:
    "Rebuilding the runs of the original, whose end lies in an earlier file, gives all their rows",
  ignore: !hasFixture(),
  fn: async () => {
    await using directory = await testDirectory(FIXTURE);
    await using lease = await acquire(directory.path);
    await using client = await connectTo(lease);
    const force = new TextEncoder().encode(JSON.stringify({ force: true }));
    for await (const _ of client.doAction("rebuild", force));
    const counts = await client.doGet(
      "SELECT (SELECT count(*) FROM steps) AS s, (SELECT count(*) FROM measurements) AS m",
    );
    const [row] = await Array.fromAsync(counts.rows<{ s: number; m: number }>());
    equal(row?.s, 98);
    equal(row?.m, 90);
  },
});
