/**
 * All doors of the daemon at once while both sides collect garbage all the time: what native code still holds
 * of a collected buffer shows as a crash or as a wrong value.
 */
import { ok, strictEqual as equal } from "node:assert/strict";
import { daemonPid, runScript, testDirectory } from "./harness.ts";

const SECONDS = 8;
/** Of every process that is started: collect after so many allocations, and move what is left. */
const V8_FLAGS = "--gc-interval=2000,--compact-on-every-full-gc";

const CLIENT = `
import { ChannelStore, EventStore, RunStore, Session } from "@litmus/sdk";
const [dataDir, seconds] = Deno.args;
const end = Date.now() + Number(seconds) * 1000;
const rounds = {};
async function soak(name, work) {
  rounds[name] = 0;
  for (let round = 0; Date.now() < end; round++) {
    await work(round);
    rounds[name]++;
  }
}
function same(got, wanted, what) {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) throw new Error(what + ": " + JSON.stringify([got, wanted]));
}
await using runs = await RunStore.open({ dataDir });
await using events = await EventStore.open({ dataDir });
await using channels = await ChannelStore.open({ dataDir });
await using session = await Session.start({ dataDir, station_id: "soak" });
let heard = 0;
const stop = new AbortController();
const ready = Promise.withResolvers();
const live = events.subscribe({ eventType: "test.measurement" }, { signal: stop.signal, onLive: ready.resolve });
const listening = (async () => { for await (const _event of live) heard++; })();
await ready.promise;
let measured = 0;
await Promise.all([
  soak("values", async () => {
    const sql = "SELECT 'text ' || i AS t, [i, i + 1] AS l, {'a': i} AS s, i::DECIMAL(20, 2) AS d FROM range(5000) r(i)";
    let i = 0;
    for await (const row of (await runs.sql(sql)).rows()) {
      if (i % 97 === 0) same([row.t, row.l[1], row.s.a], ["text " + i, i + 1, i], "row " + i);
      i++;
    }
    same(i, 5000, "rows");
  }),
  soak("columns", async () => {
    const { i, t } = await (await runs.sql("SELECT i, 'n' || i AS t FROM range(150000) r(i)")).toColumns();
    let sum = 0;
    for (const value of i) sum += Number(value);
    same([sum, t[149999], t[77777]], [150000 * 149999 / 2, "n149999", "n77777"], "columns");
  }),
  soak("recording", async (round) => {
    await session.run({ dut_serial: "SN" + round }, async (run) => {
      await run.step("step", async (step) => {
        for (let i = 0; i < 50; i++) step.measure("m" + i, i, { high: 100 });
        await step.read("wave", Float64Array.from({ length: 5000 }, (_, i) => i), { sampleInterval: 1e-3 });
      });
    });
    measured += 50;
    const sql = "SELECT count(*)::DOUBLE AS n, sum(measurement_value) AS s FROM measurements WHERE dut_serial = 'SN" + round + "'";
    const [row] = await Array.fromAsync((await runs.sql(sql)).rows());
    same([row.n, row.s], [50, 1225], "run " + round);
  }),
  soak("waveforms", async (round) => {
    const block = Float64Array.from({ length: 20000 }, (_, i) => round * 20000 + i);
    channels.write("ramp", block, { sampleInterval: 1e-6 });
    const { value } = await (await channels.sql("SELECT value FROM lttb('ramp', 100)")).toColumns();
    same([value.length, value[0], value[99]], [100, 0, (round + 1) * 20000 - 1], "ramp");
  }),
]);
await events.flush();
for (let i = 0; heard < measured && i < 500; i++) await new Promise((resolve) => setTimeout(resolve, 20));
same(heard, measured, "events heard");
stop.abort();
await listening;
console.log("DONE " + JSON.stringify(rounds));
`;

Deno.test("Nothing is lost or mixed up while every process collects garbage without end", async () => {
  await using directory = await testDirectory();
  const client = await runScript(CLIENT, [directory.path, String(SECONDS)], {
    env: { DENO_V8_FLAGS: V8_FLAGS },
  });
  const rounds = JSON.parse(await client.line("DONE")) as Record<string, number>;
  equal((await client.status).code, 0);
  for (const [name, count] of Object.entries(rounds)) ok(count >= 1, `${name}: ${count} rounds`);
  ok(daemonPid(directory.path) !== undefined, "the daemon is still the one that was started");
});
