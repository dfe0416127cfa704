import {
  deepStrictEqual as deepEqual,
  ok,
  rejects,
  strictEqual as equal,
  throws,
} from "node:assert/strict";
import type { QueryResult } from "../arrow/query_result.ts";
import {
  HandClock,
  inDataDir,
  quietStore,
  SESSION,
  START_MICROS,
  TWIN_SESSION,
} from "./_channel_fixture_test.ts";
import { readChannel } from "./read_channel.ts";
import { textsOf } from "./sample_values.ts";

Deno.test("FileChannelStore.write() keeps numbers, booleans, text and structures", () =>
  inDataDir(async (dataDir) => {
    const clock = new HandClock();
    await using store = quietStore(dataDir, { clock });
    for (const [i, value] of [1, 2.5, NaN, -Infinity, 7n].entries()) {
      clock.micros = START_MICROS + i;
      store.write("dmm.voltage", value, { units: "V", instrumentRole: "dmm", source: "measure" });
    }
    store.write("door.open", true);
    store.write("door.open", false);
    store.write("log.line", "µ-line");
    store.write("psu.state", { v: 5, on: true, mode: "CV", note: null });
    store.write("psu.state", { mode: "CC", v: null, list: undefined, note: "hot" });
    await store.flush();
    const voltage = readChannel(dataDir, "dmm.voltage");
    deepEqual(voltage.values, {
      kind: "number",
      data: Float64Array.of(1, 2.5, NaN, -Infinity, 7),
    });
    deepEqual([...voltage.timestampMicros], [0, 1, 2, 3, 4].map((i) => START_MICROS + i));
    deepEqual([...voltage.offsetSeconds], [0, 1e-6, 2e-6, 3e-6, 4e-6]);
    deepEqual([...voltage.sampleIndex], [0, 1, 2, 3, 4]);
    deepEqual(voltage.sessions, [{ sessionId: SESSION, length: 5 }]);
    deepEqual(readChannel(dataDir, "door.open").values, { kind: "bool", data: [true, false] });
    deepEqual(readChannel(dataDir, "log.line").values, { kind: "text", data: ["µ-line"] });
    deepEqual(textsOf(readChannel(dataDir, "psu.state").values).map((text) => JSON.parse(text!)), [
      { v: 5, on: true, mode: "CV", note: null },
      { v: null, on: null, mode: "CC", note: "hot" },
    ]);
  }));

Deno.test("FileChannelStore.write() refuses a key that the first structure did not have", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    store.write("psu.state", { v: 5, on: true });
    const refused = {
      name: "InvalidDataError",
      message: /v \(text\).*v \(number\), on \(boolean\)/,
    };
    throws(() => store.write("psu.state", { v: "five" }), refused);
    throws(() => store.write("psu.state", { v: 1, i: 2 }), /i \(number\).*v \(number\)/);
    throws(() => store.write("psu.state", 5), /Cannot write scalar to .* made it struct/);
    await store.flush();
    equal(readChannel(dataDir, "psu.state").sampleIndex.length, 1);
  }));

Deno.test("FileChannelStore.write() keeps the type of a channel by session", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    store.write("x", 1);
    throws(() => store.write("x", "text"), /Cannot write scalar_str .* made it scalar;/);
    throws(() => store.write("x", [1, 2]), /Cannot write waveform .* made it scalar;/);
    store.write("x", "text", { sessionId: TWIN_SESSION });
    await store.flush();
    deepEqual(readChannel(dataDir, "x", { sessionId: TWIN_SESSION }).values, {
      kind: "text",
      data: ["text"],
    });
    const rows = await Array.fromAsync((await store.query("x")).rows());
    deepEqual(rows.map(({ value }) => value).sort(), ["1", "text"]);
  }));

Deno.test("FileChannelStore.write() refuses ids and values that no file can hold", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    for (const id of ["", "a/b", "a\\b", "..", "a..b", "a\nb", "a\u0000"]) {
      throws(() => store.write(id, 1), { name: "InvalidDataError", message: /cannot be used/ });
    }
    const values: unknown[] = [
      null,
      undefined,
      2n ** 60n,
      [],
      [1, "2"],
      [true, false],
      {},
      { timestamp: 1 },
      { "": 1 },
      { f: () => 1 },
      new Date(),
      new DataView(new ArrayBuffer(8)),
      BigInt64Array.of(2n ** 60n),
      Symbol("x"),
    ];
    for (const value of values) {
      throws(() => store.write("x", value as number), { name: "InvalidDataError" });
    }
    throws(() => store.write("x", [1, 2], { timestamps: [1] }), /2 samples came with 1 timestamps/);
    throws(() => store.write("x", [1], { timestamps: [NaN] }), /timestamp 0 is NaN/);
    throws(() => store.write("x", [1], { sampleInterval: -1 }), /seconds of at least 0/);
    throws(() => store.write("x", 1, { start: NaN }), RangeError);
    throws(() => store.write("x", 1, { sessionId: "x" }), /must be a UUID/);
    equal(store.status().pending, 0);
    store.write("x", "a refused write leaves no type behind");
  }));

Deno.test("FileChannelStore.write() refuses a description that no file can hold, at once", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const refused: [object, RegExp][] = [
      [{ attributes: circle }, /"dmm": attributes cannot be kept as JSON/],
      [{ attributes: { serial: 12n } }, /"dmm": attributes cannot be kept as JSON/],
      [{ units: Symbol("V") }, /"dmm": units is a symbol, wanted text/],
      [{ source: 7 }, /"dmm": source is a number, wanted text/],
    ];
    for (const [options, message] of refused) {
      throws(() => store.write("dmm", 1, options), { name: "InvalidDataError", message });
    }
    throws(() => store.write("dmm", { state: circle }), /key "state" cannot be kept as JSON/);
    store.write("dmm", 2);
    await store.flush();
    deepEqual(readChannel(dataDir, "dmm").values, { kind: "number", data: Float64Array.of(2) });
  }));

Deno.test("FileChannelStore.write() expands blocks of any array type on their own time axis", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    const start = "2026-11-21T07:03:57Z", options = { sampleInterval: 2.5e-7, start };
    store.write("f64", Float64Array.of(1.5, 2, 3, 4, 5), options);
    store.write("f32", Float32Array.of(1.5, 2), options);
    store.write("i16", Int16Array.of(-5, 6), options);
    store.write("i64", BigInt64Array.of(-5n, 6n), options);
    store.write("list", [1, 2n, 3], options);
    await store.flush();
    const f64 = readChannel(dataDir, "f64");
    deepEqual(f64.values, { kind: "number", data: Float64Array.of(1.5, 2, 3, 4, 5) });
    deepEqual([...f64.timestampMicros], [0, 0, 1, 1, 1].map((i) => START_MICROS + i));
    deepEqual([...f64.offsetSeconds], [0, 2.5e-7, 5e-7, 7.5e-7, 1e-6]);
    for (const [id, data] of Object.entries({ f32: [1.5, 2], i16: [-5, 6], i64: [-5, 6] })) {
      deepEqual(readChannel(dataDir, id).values, { kind: "number", data: Float64Array.from(data) });
    }
    deepEqual(readChannel(dataDir, "list").values, {
      kind: "number",
      data: Float64Array.of(1, 2, 3),
    });
  }));

Deno.test("FileChannelStore.write() stores a block with timestamps as scalars", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    const many = 200_000, base = START_MICROS;
    const timestamps = Float64Array.from({ length: many }, (_, i) => base + 3 * i);
    const values = Float64Array.from({ length: many }, (_, i) => Math.sqrt(i));
    store.write("many", values, { timestamps });
    store.write("flags", [true, false], { timestamps: [base, base + 1.25] });
    store.write("words", ["a", "b"], { timestamps: [base, base + 1] });
    values.fill(0);
    await store.flush();
    const read = readChannel(dataDir, "many");
    deepEqual(read.timestampMicros, timestamps);
    ok(read.values.kind === "number" && read.values.data.every((v, i) => v === Math.sqrt(i)));
    deepEqual(readChannel(dataDir, "flags").values, { kind: "bool", data: [true, false] });
    deepEqual([...readChannel(dataDir, "flags").timestampMicros], [base, base + 1]);
    const [flags, _many, words] = await store.list();
    deepEqual([flags?.dataType, words?.dataType], ["scalar_bool", "scalar_str"]);
  }));

Deno.test("FileChannelStore.write() copies a block unless it is handed over", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    const copied = Float64Array.of(1, 2, 3), moved = Float64Array.of(4, 5, 6);
    store.write("copied", copied, { sampleInterval: 1 });
    store.write("moved", moved, { sampleInterval: 1, transfer: true });
    copied.fill(0);
    equal(moved.length, 0);
    const part = Float64Array.of(7, 8, 9).subarray(1);
    store.write("part", part, { sampleInterval: 1, transfer: true });
    equal(part.length, 2);
    await store.flush();
    const data = (id: string) => readChannel(dataDir, id).values;
    deepEqual(data("copied"), { kind: "number", data: Float64Array.of(1, 2, 3) });
    deepEqual(data("moved"), { kind: "number", data: Float64Array.of(4, 5, 6) });
    deepEqual(data("part"), { kind: "number", data: Float64Array.of(8, 9) });
  }));

Deno.test("FileChannelStore.write() lets a block without start go on where the last one ended", () =>
  inDataDir(async (dataDir) => {
    const clock = new HandClock();
    await using store = quietStore(dataDir, { clock });
    const block = Float64Array.of(1, 2, 3, 4), options = { sampleInterval: 0.1 };
    const starts: number[] = [];
    const write = (secondsLater: number): void => {
      clock.micros = START_MICROS + secondsLater * 1e6;
      store.write("daq", block, options);
    };
    write(0); // ends at 0.4
    write(1.3); // 0.9 s later: goes on
    write(0.5); // the end lies ahead
    write(3); // 1.8 s after the end at 1.2: starts anew
    await store.flush();
    const { timestampMicros, offsetSeconds } = readChannel(dataDir, "daq");
    for (let i = 0; i < 16; i += 4) starts.push((timestampMicros[i]! - START_MICROS) / 1e6);
    deepEqual(starts, [0, 0.4, 0.8, 3]);
    deepEqual([...offsetSeconds.slice(8)], [8, 9, 10, 11, 0, 1, 2, 3].map((i) => i * 0.1));
  }));

Deno.test("FileChannelStore keeps offsets of a stream exact across blocks and segments", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir, { clock: new HandClock() });
    const interval = 1 / 3e6, block = new Float64Array(1001);
    for (let i = 0; i < 7; i++) {
      store.write("scope", block, { sampleInterval: interval });
      if (i % 3 === 1) await store.flush();
    }
    await store.flush();
    const { offsetSeconds } = readChannel(dataDir, "scope");
    equal(offsetSeconds.length, 7007);
    ok(offsetSeconds.every((offset, i) => offset === i * interval));
    const late = readChannel(dataDir, "scope", { startMicros: START_MICROS + 2000 });
    ok(late.offsetSeconds.every((offset, i) => offset === late.sampleIndex[i]! * interval));
    ok(late.sampleIndex[0]! > 5990);
  }));

Deno.test("FileChannelStore.query() answers windows, counts and captures", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir, { clock: new HandClock() });
    for (let capture = 0; capture < 3; capture++) {
      const data = Float64Array.from({ length: 100 }, (_, i) => capture * 1000 + i);
      const start = START_MICROS + capture * 1000;
      store.write("scope.ch1", data, { sampleInterval: 1e-6, start });
    }
    const columns = async (query: Parameters<typeof store.query>[1]) =>
      await (await store.query("scope.ch1", query)).toColumns();
    const window = await columns({ start: START_MICROS + 1098, end: START_MICROS + 2001 });
    deepEqual(window.value, Float64Array.of(1098, 1099, 2000, 2001));
    deepEqual(window.sample_index, BigInt64Array.of(198n, 199n, 200n, 201n));
    const last = await columns({ lastN: 102 });
    deepEqual([last.value?.length, last.value?.[0], last.sample_index?.[0]], [102, 1098, 198n]);
    const few = await columns({ maxPoints: 30 });
    deepEqual([few.value?.length, few.value?.[0], few.value?.[29]], [30, 0, 2099]);
    const captures = await columns({ captures: true, maxPoints: 10 });
    deepEqual(captures.value?.length, 30);
    deepEqual(captures.capture?.[10], 1n);
    deepEqual(captures.offset_seconds?.[10], 0);
    const pixels = await columns({ widthPixels: 7 });
    deepEqual(pixels.value, Float64Array.of(0, 99, 1000, 1099, 2000, 2099));
    deepEqual(Object.keys(few), [
      "session_id",
      "sample_index",
      "timestamp",
      "offset_seconds",
      "value",
    ]);
  }));

Deno.test("FileChannelStore.query() shares maxPoints out over sessions", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    const sessions = [SESSION, TWIN_SESSION, "bbbbbbbb-1111-4222-8333-444444444444"];
    for (const [s, sessionId] of sessions.entries()) {
      const start = START_MICROS + s * 1e6, data = new Float64Array(1000 * (s + 1)).fill(s);
      store.write("x", data, { sessionId, start, sampleInterval: 1e-6 });
    }
    for (const maxPoints of [2, 5, 6, 7, 100, 5999, 6000, 9000]) {
      const rows = await Array.fromAsync((await store.query("x", { maxPoints })).rows());
      equal(rows.length, Math.min(6000, maxPoints), `maxPoints ${maxPoints}`);
      const seen = new Set(rows.map(({ session_id }) => session_id));
      if (maxPoints >= 6) equal(seen.size, 3);
      ok(rows.every(({ session_id, value }) => sessions[Number(value)] === session_id));
    }
    const one = await store.query("x", { maxPoints: 50, sessionId: TWIN_SESSION.toUpperCase() });
    equal((await Array.fromAsync(one.rows())).length, 50);
  }));

Deno.test("FileChannelStore.query() and queryMany() tell the units that all values share", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    store.write("dmm.a", [1, 2], { units: "V" });
    store.write("dmm.b", [1, 2], { units: "V" });
    store.write("dmm.c", [1, 2], { units: "A" });
    store.write("dmm.plain", [1, 2]);
    const units = ({ schema }: QueryResult): (string | undefined)[] =>
      schema.fields.filter(({ format }) => format === "g").map(({ metadata }) =>
        metadata?.get("units")
      );
    deepEqual(units(await store.query("dmm.a", { maxPoints: 2 })), [undefined, "V"]);
    deepEqual(units(await store.query("dmm.plain")), [undefined, undefined]);
    deepEqual(units(await store.queryMany(["dmm.a", "dmm.b"])), [undefined, "V"]);
    deepEqual(units(await store.queryMany(["dmm.a", "dmm.c"])), [undefined, undefined]);
    const aligned = await store.queryMany(["dmm.a", "dmm.c", "dmm.plain"], { align: "asof" });
    deepEqual(units(aligned), [undefined, "V", "A", undefined]);
  }));

Deno.test("FileChannelStore.query() names the nearest channels and the sessions there are", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    await rejects(store.query("x"), { name: "NotFoundError", message: /has no channels/ });
    store.write("dmm.voltage", 1);
    store.write("psu.voltage", 1);
    const near = /Unknown channel "dmm.votlage": the nearest are "dmm.voltage", "psu.voltage"/;
    await rejects(store.query("dmm.votlage"), { name: "NotFoundError", message: near });
    await rejects(
      store.query("dmm.voltage", { sessionId: TWIN_SESSION }),
      { name: "NotFoundError", message: /has no session aaaaaaaa-9999.*it has aaaaaaaa-1111/ },
    );
    await rejects(store.query("dmm.voltage", { maxPoints: 1 }), RangeError);
    await rejects(store.query("dmm.voltage", { lastN: 0 }).then((r) => r.toArrow()), RangeError);
    await rejects(store.query("dmm.voltage", { start: 2, end: 1 }), RangeError);
  }));

Deno.test("FileChannelStore.query() does not downsample text and structures", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    for (let i = 0; i < 20; i++) store.write("log", `line ${i}`);
    equal((await (await store.query("log", { maxPoints: 20 })).toColumns()).value?.length, 20);
    await rejects(store.query("log", { maxPoints: 19 }), /Cannot downsample text/);
    deepEqual((await (await store.query("log", { lastN: 2 })).toColumns()).value, [
      "line 18",
      "line 19",
    ]);
  }));

Deno.test("FileChannelStore.query() shows gaps by the policy asked for", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    const data = Float64Array.from({ length: 1000 }, (_, i) => i > 400 && i < 500 ? NaN : i % 7);
    store.write("x", data, { sampleInterval: 1e-3 });
    const values = async (gaps?: "break" | "omit" | "keep") =>
      (await (await store.query("x", { maxPoints: 50, ...(gaps && { gaps }) })).toColumns())
        .value as Float64Array;
    ok((await values()).some(Number.isNaN));
    ok(!(await values("omit")).some(Number.isNaN));
    equal((await values("keep")).length, 50);
  }));

Deno.test("FileChannelStore.resolve() reads URIs and claim checks back", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    const uri = store.write("scope µ (1)", [1, 2, 3], { sampleInterval: 1e-3 });
    equal(uri, `channel://scope%20%C2%B5%20%281%29?session=${SESSION}`);
    for (const reference of [uri, { _ref: uri }]) {
      deepEqual(
        (await (await store.resolve(reference)).toColumns()).value,
        Float64Array.of(1, 2, 3),
      );
    }
    await rejects(store.resolve("file://x"), { name: "InvalidDataError" });
  }));

Deno.test("FileChannelStore.list() tells of channels, and the registry of their descriptions", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir, { clock: new HandClock() });
    store.write("scope.ch1", new Float64Array(500), {
      sampleInterval: 1e-6,
      units: "V",
      instrumentRole: "scope",
      resource: "TCPIP::1",
      attributes: { probe: "10x" },
    });
    await store.flush();
    store.write("scope.ch1", new Float64Array(500), { sampleInterval: 1e-6 });
    deepEqual(await store.list(), [{
      channelId: "scope.ch1",
      sessionId: SESSION,
      dataType: "waveform",
      samples: 1000,
      segments: 2,
      firstMicros: START_MICROS,
      lastMicros: START_MICROS + 999,
      units: "V",
      instrumentRole: "scope",
      resource: "TCPIP::1",
      attributes: { probe: "10x" },
    }]);
    deepEqual(JSON.parse(await Deno.readTextFile(`${dataDir}/channels/_registry.json`)), {
      "scope.ch1": {
        channel_id: "scope.ch1",
        data_type: "waveform",
        instrument_role: "scope",
        resource: "TCPIP::1",
        units: "V",
        properties: { probe: "10x" },
        first_seen: "2026-11-21T07:03:57.000000Z",
      },
    });
  }));
