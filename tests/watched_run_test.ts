/** A run that is watched by SQL while it is written: each answer is a moment of it, its file is whole. */
import { ok, strictEqual as equal } from "node:assert/strict";
import { EventStore } from "../lib/events/event_store.ts";
import { rowsOf, testDirectory } from "./harness.ts";

const MEASUREMENTS = 1500;

Deno.test("A run that is watched while it is written misses no measurement, then or in its file", async () => {
  await using directory = await testDirectory();
  await using store = await EventStore.open({ dataDir: directory.path });
  const count = async (): Promise<number> =>
    Number((await rowsOf(store, "SELECT count(*) AS n FROM measurements"))[0]?.n);
  await count();
  const run_id = crypto.randomUUID();
  store.emit({ event_type: "run.started", run_id, dut_serial: "WATCHED" });
  let isOver = false;
  const watch = async (): Promise<void> => {
    for (let seen = 0; !isOver;) {
      const now = await count();
      ok(now >= seen, `${now} measurements after ${seen}`);
      seen = now;
    }
  };
  const watched = watch();
  const step = { run_id, step_name: "s", step_index: 0, step_path: "s" };
  try {
    for (let i = 0; i < MEASUREMENTS; i++) {
      store.emit({ event_type: "test.measurement", ...step, measurement_name: `m${i}`, value: i });
      if (i % 5 === 0) await store.flush();
    }
    await store.flush();
    equal(await count(), MEASUREMENTS, "before it ends");
  } finally {
    isOver = true;
    await watched;
  }
  store.emit({ event_type: "run.ended", run_id, outcome: "passed" });
  await store.flush();
  equal(await count(), MEASUREMENTS, "in its file");
});
