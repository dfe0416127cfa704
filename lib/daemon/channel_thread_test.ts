import { deepStrictEqual as deepEqual, rejects, strictEqual as equal } from "node:assert/strict";
import { QueryResult } from "../arrow/query_result.ts";
import { CHANNEL_BOUNDS } from "../channels/_channel_bounds.ts";
import { FileChannelStore } from "../channels/file_channel_store.ts";
import type { Parameters } from "../engine/query.ts";
import { ChannelThreads } from "./channel_thread.ts";
import { Warehouse } from "./warehouse.ts";

const SESSION = "11111111-1111-4111-8111-111111111111";
const SAMPLES = CHANNEL_BOUNDS.longSamples + 1000;

async function withLongChannel(use: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir();
  try {
    await using store = await FileChannelStore.open({ dataDir, sessionId: SESSION });
    const y = Float64Array.from({ length: SAMPLES }, (_, i) => Math.sin(i / 5000) + i % 97);
    store.write("scope", y, { sampleInterval: 1e-6, start: 0 });
    store.write("note", "text is not thinned", { start: 0 });
    await store.close();
    await use(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

async function open(dataDir: string, channelThreads: number): Promise<Warehouse> {
  return await Warehouse.open({ dataDir, writable: false, log: () => {}, channelThreads });
}

async function rows(
  warehouse: Warehouse,
  sql: string,
  parameters?: Parameters,
  signal?: AbortSignal,
): Promise<unknown> {
  const { schema, batches } = await warehouse.query(sql, {
    ...(parameters === undefined ? {} : { parameters }),
    ...(signal === undefined ? {} : { signal }),
  });
  return await Array.fromAsync(new QueryResult(schema, batches).rows());
}

const STATEMENTS: readonly (readonly [string, number[]?])[] = [
  ["SELECT * FROM lttb('scope', 50)"],
  ["SELECT value, sample_index FROM lttb('scope', $1)", [20]],
  [
    "SELECT count(*) AS n, sum(value) AS v FROM channel('scope', max_points := $1, method := 'minmaxlttb')",
    [40],
  ],
  ["SELECT a.value, b.value AS other FROM lttb('scope', 30) a JOIN min_max_lttb('scope', 30) b USING (sample_index)"],
  ["SELECT 1 AS value UNION ALL SELECT value FROM lttb('scope', 9)"],
];

Deno.test("Long channel queries give by threads what they give without", () =>
  withLongChannel(async (dataDir) => {
    await using here = await open(dataDir, 0);
    await using there = await open(dataDir, 2);
    for (const [sql, parameters] of STATEMENTS) {
      deepEqual(await rows(there, sql, parameters), await rows(here, sql, parameters), sql);
    }
    const three = Array.from({ length: 3 }, () => rows(there, "SELECT * FROM lttb('scope', 9)"));
    equal((await Promise.all(three)).length, 3);
    equal((await there.describe("SELECT * FROM lttb('scope', 50)")).schema.fields.length, 5);
    const ticket = async (warehouse: Warehouse): Promise<unknown> => {
      const query = { maxPoints: 60, method: "lttb" } as const;
      const answer = warehouse.channels.query("scope", query, new AbortController().signal);
      return await new QueryResult(answer.schema, answer.batches).toColumns();
    };
    deepEqual(await ticket(there), await ticket(here));
  }));

Deno.test("A long channel query is cancelled in the middle, and the next one is answered", () =>
  withLongChannel(async (dataDir) => {
    await using warehouse = await open(dataDir, 1);
    const sql = "SELECT count(*) AS n FROM lttb('scope', 50)", stop = new AbortController();
    const running = rejects(rows(warehouse, sql, undefined, stop.signal), { name: "AbortError" });
    const waiting = rejects(rows(warehouse, sql, undefined, stop.signal), { name: "AbortError" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    await Promise.all([running, waiting]);
    deepEqual(await rows(warehouse, sql), [{ n: 50 }]);
  }));

Deno.test("ChannelThreads tells what an answer failed of and goes on", () =>
  withLongChannel(async (dataDir) => {
    const threads = new ChannelThreads(1), { signal } = new AbortController();
    const ask = (channelId: string, maxPoints: number) =>
      Array.fromAsync(threads.answer({ dataDir, channelId, query: { maxPoints } }, signal));
    await rejects(ask("scope", 1), RangeError);
    await rejects(ask("nothing", 10), /Unknown channel "nothing"/);
    const [batch] = await ask("scope", 10);
    equal(batch?.rows, 10);
    threads.close();
    await rejects(ask("scope", 10), /closed/);
  }));
