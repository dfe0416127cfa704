/** The same samples from files, by Flight and in SQL. */
import {
  deepStrictEqual as deepEqual,
  match,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import fc from "fast-check";
import type { QueryResult } from "../lib/arrow/query_result.ts";
import { formatMicros } from "../lib/base/time.ts";
import { queryChannelFiles } from "../lib/channels/channel_query.ts";
import { ChannelStore } from "../lib/channels/channel_store.ts";
import { FileChannelStore } from "../lib/channels/file_channel_store.ts";
import {
  type ChannelQuery,
  formatChannelTicket,
  parseChannelTicket,
} from "../lib/protocol/channel_ticket.ts";
import { DaemonConnection } from "../lib/protocol/daemon_connection.ts";
import { sqlCall } from "../lib/protocol/sql_call.ts";
import { copyFolder, ROOT, rowsOf, testDirectory } from "./harness.ts";

const SESSIONS = [
  "aaaaaaaa-1111-4222-8333-444444444444",
  "aaaaaaaa-9999-4222-8333-444444444444",
] as const;
const START = 1_795_244_637_000_000;
const SPAN = 4000;

/** Channels of all kinds, in two sessions whose files collide; shots that overlap, gaps, two writers. */
async function writeChannels(dataDir: string): Promise<void> {
  for (const [s, sessionId] of SESSIONS.entries()) {
    await using store = await FileChannelStore.open({ dataDir, sessionId });
    await using other = await FileChannelStore.open({ dataDir, sessionId });
    for (let i = 0; i < 4; i++) {
      const shot = Float64Array.from(
        { length: 300 },
        (_, k) => Math.sin(k / 9) + (k === 150 ? 9 : 0),
      );
      if (i === 2) shot.fill(NaN, 40, 90);
      const start = START + s * SPAN + [0, 700, 700, 900][i]!;
      store.write("scope.ch1", shot, { sampleInterval: 1e-6, start });
      if (i === 1) await store.flush();
    }
    for (let i = 0; i < 400; i++) {
      const start = START + s * SPAN + 2 * i;
      (i % 3 === 0 ? other : store).write("dmm", i % 50 === 7 ? NaN : i, { start });
      if (i % 10 > 0) continue;
      store.write("door", i % 20 === 0, { start });
      store.write("log", `line ${i}`, { start });
      store.write("psu", { v: i, on: true, note: null }, { start });
    }
  }
}

const query: fc.Arbitrary<ChannelQuery> = fc.record({
  sessionId: fc.constantFrom(...SESSIONS),
  startMicros: fc.integer({ min: START - 100, max: START + 2 * SPAN }),
  endMicros: fc.integer({ min: START - 100, max: START + 2 * SPAN }),
  lastN: fc.integer({ min: 1, max: 900 }),
  maxPoints: fc.integer({ min: 1, max: 500 }),
  widthPixels: fc.integer({ min: 1, max: 40 }),
  method: fc.constantFrom("display", "lttb", "minmax", "minmaxlttb"),
  captures: fc.boolean(),
  gaps: fc.constantFrom("break", "omit", "keep"),
}, { requiredKeys: [], noNullPrototype: true });

/** The rows, or the text of the refusal. */
async function answer(result: () => QueryResult | Promise<QueryResult>): Promise<unknown> {
  try {
    return await Array.fromAsync((await result()).rowArrays());
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}

function callOf(channelId: string, query: ChannelQuery): string {
  const named = Object.entries({
    session: query.sessionId,
    start: query.startMicros === undefined ? undefined : formatMicros(query.startMicros),
    end: query.endMicros === undefined ? undefined : formatMicros(query.endMicros),
    last_n: query.lastN,
    max_points: query.maxPoints,
    width_pixels: query.widthPixels,
    method: query.method,
    captures: query.captures,
    gaps: query.gaps,
  }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} := ${typeof value === "string" ? `'${value}'` : value}`]
  );
  return `channel(${[`'${channelId}'`, ...named].join(", ")})`;
}

Deno.test("A query has the same answer from files, by Flight and in SQL", async () => {
  await using directory = await testDirectory();
  await writeChannels(directory.path);
  await using connection = new DaemonConnection(directory.path);
  const client = await connection.client();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("scope.ch1", "dmm", "door", "log", "psu"),
      query,
      async (id, query) => {
        const files = await answer(() => queryChannelFiles(directory.path, id, query));
        const flight = await answer(() => client.doGet(formatChannelTicket(id, query)));
        const sql = await answer(() => sqlCall(client, `SELECT * FROM ${callOf(id, query)}`));
        if (typeof files === "string") {
          ok(typeof flight === "string" && typeof sql === "string", `only files refuse: ${files}`);
          // Flight looks at a ticket, and SQL at its arguments, before anybody looks at the channel.
          if (query.maxPoints !== 1) match(flight, new RegExp(RegExp.escape(files)));
          match(sql, new RegExp(RegExp.escape(files)));
          return;
        }
        deepEqual(flight, files);
        deepEqual(sql, files);
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("lttb() gives exactly the points asked for, first and last kept, as files do", async () => {
  await using directory = await testDirectory();
  await writeChannels(directory.path);
  await using store = await ChannelStore.open({ dataDir: directory.path });
  for (const points of [2, 3, 50, 399, 400, 401, 5000]) {
    const method = "lttb";
    const [sessionId] = SESSIONS;
    const exact = await store.query("dmm", { sessionId, maxPoints: points, method, gaps: "keep" });
    const rows = await Array.fromAsync(exact.rows());
    equal(rows.length, Math.min(400, points));
    deepEqual([rows[0]?.sample_index, rows.at(-1)?.sample_index], [0, 399]);
    const call = `lttb('dmm', ${points}, session := '${sessionId}', gaps := 'keep')`;
    deepEqual(await rowsOf(store, `SELECT * FROM ${call} ORDER BY sample_index`), rows);
  }
});

Deno.test("Captures are numbered, begin at their own zero and are downsampled each", async () => {
  await using directory = await testDirectory();
  await writeChannels(directory.path);
  await using store = await ChannelStore.open({ dataDir: directory.path });
  const call = `channel('scope.ch1', session := '${SESSIONS[0]}', captures := true`;
  const shots = await rowsOf(
    store,
    `SELECT capture, count(*) AS samples, min(offset_seconds) AS zero, max(value) > 8 AS spike,
      any_value(timestamp ORDER BY offset_seconds) AS at
      FROM ${call}, max_points := 20) GROUP BY capture ORDER BY capture`,
  );
  deepEqual(
    shots,
    [0, 700, 700, 900].map((start, capture) => ({
      capture,
      samples: 20,
      zero: 0,
      spike: true,
      at: formatMicros(START + start),
    })),
  );
  const [whole] = await rowsOf(
    store,
    `SELECT count(DISTINCT (capture, offset_seconds)) AS n FROM ${call})`,
  );
  equal(whole?.n, 1200);
});

Deno.test("Channels join events, and channels of the Python package read right", async () => {
  await using directory = await testDirectory();
  await copyFolder(`${ROOT}/tests/testdata/litmus-0.1.3`, directory.path);
  await using store = await ChannelStore.open({ dataDir: directory.path });
  const listed = await rowsOf(store, "SELECT channel_id, session_id, samples FROM channels");
  ok(listed.length > 0);
  for (const { channel_id, session_id, samples } of listed) {
    const call = `channel('${channel_id}', session := '${session_id}')`;
    const [counted] = await rowsOf(
      store,
      `SELECT count(*) AS n, count(DISTINCT session_id) AS sessions FROM ${call}`,
    );
    deepEqual(counted, { n: samples, sessions: 1 }, String(channel_id));
  }
  const joined = await rowsOf(
    store,
    `SELECT count(*) AS n FROM events e JOIN channel('${listed[0]?.channel_id}') c
      USING (session_id) WHERE e.event_type = 'session.started'`,
  );
  equal(joined.length, 1);
});

Deno.test("A channel ticket reads back, and tells what it does not understand", () => {
  fc.assert(fc.property(fc.string({ minLength: 1 }), query, (id, query) => {
    fc.pre(query.maxPoints !== 1);
    const ticket = formatChannelTicket(id.toWellFormed(), query);
    deepEqual(parseChannelTicket(ticket), query);
  }));
  deepEqual(parseChannelTicket("x?start=2026-11-21T07:03:57+00:00&captures=1&end="), {
    startMicros: START,
    captures: true,
  });
  for (
    const [text, reason] of [
      ["x?max_point=5", /Unknown parameter "max_point".*max_points/],
      ["x?max_points=-5", /max_points must be a whole number from 2 on, got "-5"/],
      ["x?method=best", /Unknown method "best": wanted display/],
      ["x?gaps=hide", /Unknown gap policy "hide"/],
      ["x?captures=maybe", /captures must be true or false/],
      ["x?start=yesterday", /Time "yesterday"/],
    ] as const
  ) {
    let message = "";
    try {
      parseChannelTicket(text);
    } catch (error) {
      message = String(error);
    }
    match(message, reason);
  }
});

Deno.test("Several channels come in one answer, below one another or on a common axis", async () => {
  await using directory = await testDirectory();
  const dataDir = directory.path, [sessionId] = SESSIONS;
  await using store = await ChannelStore.open({ dataDir, sessionId });
  for (let i = 0; i < 4; i++) store.write("volts", i, { start: START + 10 * i });
  for (let i = 0; i < 3; i++) store.write("door", i % 2 === 0, { start: START + 5 + 10 * i });
  store.write("ramp", Float64Array.of(0, 4, 8), { start: START, sampleInterval: 1e-5 });
  await store.flush();
  await using connection = new DaemonConnection(dataDir);
  const client = await connection.client();
  const both = async (
    ids: readonly [string, ...string[]],
    query: Parameters<typeof store.queryMany>[1] & { startMicros?: number } = {},
  ): Promise<Record<string, ArrayLike<unknown>>> => {
    const { start, align, maxPoints } = query;
    const direct = await (await store.queryMany(ids, query)).toColumns();
    const [first, ...others] = ids;
    const ticket = formatChannelTicket(first, {
      with: others,
      ...(align === undefined ? {} : { align }),
      ...(maxPoints === undefined ? {} : { maxPoints }),
      ...(typeof start === "number" ? { startMicros: start } : {}),
    });
    deepEqual(await (await client.doGet(ticket)).toColumns(), direct);
    return direct;
  };
  const below = await both(["volts", "ramp"]);
  deepEqual(below.channel_id, [...Array(4).fill("volts"), ...Array(3).fill("ramp")]);
  deepEqual(below.value, Float64Array.of(0, 1, 2, 3, 0, 4, 8));
  deepEqual((await both(["door", "volts"])).value, ["true", "false", "true", "0", "1", "2", "3"]);
  const asof = await both(["volts", "door", "ramp"], { align: "asof" });
  deepEqual(asof.volts, Float64Array.of(0, 0, 1, 1, 2, 2, 3));
  deepEqual(asof.door, [null, true, true, false, false, true, true]);
  deepEqual(asof.ramp, Float64Array.of(0, 0, 4, 4, 8, 8, 8));
  deepEqual([...asof.timestamp as BigInt64Array].map((at) => Number(at) - START), [
    0,
    5,
    10,
    15,
    20,
    25,
    30,
  ]);
  const late = await both(["volts", "door"], { align: "asof", start: START + 12 });
  deepEqual(late.volts, Float64Array.of(1, 2, 2, 3));
  const linear = await both(["ramp", "volts", "door"], { align: "linear" });
  deepEqual(linear.ramp, [0, 2, 4, 6, 8, null, null]);
  deepEqual(linear.volts, Float64Array.of(0, 0.5, 1, 1.5, 2, 2.5, 3));
  const few = await both(["volts", "ramp"], { align: "linear", maxPoints: 3 });
  deepEqual(few.volts, Float64Array.of(0, 1.5, 3));
  store.write("log", "text");
  for (
    const [ids, query, reason] of [
      [["volts", "log"], { align: "linear" }, /Cannot interpolate channel "log"/],
      [["volts", "nope"], { align: "asof" }, /Unknown channel "nope"/],
      [["volts"], { align: "best" }, /Unknown alignment "best"/],
      [["volts"], { align: "asof", captures: true }, /Cannot align with captures/],
      [[], {}, /name at least one channel/],
    ] as const
  ) {
    await rejects(store.queryMany(ids, query as { align: "asof" }), reason);
  }
  store.write("volts", 1, { sessionId: SESSIONS[1] });
  store.write("ramp", [1, 2], { sessionId: SESSIONS[1] });
  await rejects(store.queryMany(["volts", "ramp"], { align: "asof" }), /they share 2 sessions/);
  await rejects(
    store.queryMany(["volts", "door"], { align: "asof", sessionId: SESSIONS[1] }),
    /"door" has no session/,
  );
});
