/** Channels followed live: history and live without a seam, whoever writes and whatever dies meanwhile. */
import {
  deepStrictEqual as deepEqual,
  ok,
  rejects,
  strictEqual as equal,
  throws,
} from "node:assert/strict";
import { float64Column, int64Column, utf8Column } from "../lib/arrow/column_builder.ts";
import { field } from "../lib/arrow/field.ts";
import { encodeBatch, encodeSchema } from "../lib/arrow/message_writer.ts";
import { ChannelStore } from "../lib/channels/channel_store.ts";
import type {
  ChannelSubscribeOptions,
  ChannelUpdate,
} from "../lib/channels/channel_subscription.ts";
import { FileChannelStore } from "../lib/channels/file_channel_store.ts";
import { FlightClient } from "../lib/flight/client.ts";
import { pathDescriptor } from "../lib/flight/messages.ts";
import { acquire } from "../lib/protocol/lease.ts";
import { daemonPid, runScript, stopDaemon, testDirectory, until } from "./harness.ts";

const SESSION = "aaaaaaaa-1111-4222-8333-444444444444";

/** Writes numbers that count up, a few at each turn; prints how many it wrote when asked to end. */
const WRITER = `
import { ChannelStore } from "$ROOT/lib/channels/channel_store.ts";
const [dataDir, from, to] = Deno.args;
await using store = await ChannelStore.open({ dataDir });
console.log("writing");
for (let i = Number(from); i < Number(to); ) {
  for (let k = 0; k < 5; k++) store.write("dmm", i++);
  if (i % 500 === 0) { await store.flush(); console.log("flushed " + i); }
  await new Promise((resolve) => setTimeout(resolve, 1));
}
await store.flush();
console.log("done");
`;

/** What a subscription delivered, read in the background. */
class Follower {
  readonly updates: ChannelUpdate[] = [];
  readonly ended: Promise<void>;
  missed = 0;
  isLive = false;
  readonly #stop = new AbortController();

  constructor(store: ChannelStore, channelId: string, options: ChannelSubscribeOptions = {}) {
    const subscription = store.subscribe(channelId, {
      ...options,
      signal: this.#stop.signal,
      onMissed: (count) => this.missed += count,
      onLive: () => this.isLive = true,
    });
    this.ended = this.#follow(subscription);
  }

  async #follow(subscription: AsyncIterable<ChannelUpdate>): Promise<void> {
    for await (const update of subscription) this.updates.push(update);
  }

  get values(): unknown[] {
    return this.updates.flatMap(({ value }) => Array.from<unknown>(value));
  }

  async live(): Promise<this> {
    await until(() => this.isLive, "the subscription to be live");
    return this;
  }

  async until(count: number): Promise<void> {
    await until(() => this.values.length >= count, `${count} samples`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.ended;
  }
}

function countUp(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

Deno.test("History and live have no seam, for all who join at any time", async () => {
  await using directory = await testDirectory();
  await using store = await ChannelStore.open({ dataDir: directory.path });
  await using lease = await acquire(directory.path);
  ok(lease.pid > 0);
  const writer = await runScript(WRITER, [directory.path, "0", "3000"]);
  await writer.line("flushed");
  const followers: Follower[] = [];
  for (let i = 0; i < 8; i++) {
    followers.push(new Follower(store, "dmm", { window: Infinity }));
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  await writer.line("done");
  equal((await writer.status).code, 0);
  for (const follower of followers) {
    await follower.until(3000);
    deepEqual(follower.values, countUp(0, 3000));
    equal(follower.missed, 0);
    const times = follower.updates.flatMap(({ timestamp }) => [...timestamp]);
    ok(times.every((micros, i) => i === 0 || micros >= times[i - 1]!));
    await follower[Symbol.asyncDispose]();
  }
  ok(followers[0]!.updates.some(({ isLive }) => isLive));
});

Deno.test("A subscription goes on across kill -9 of daemon and writer, each sample once", async () => {
  await using directory = await testDirectory();
  await using store = await ChannelStore.open({ dataDir: directory.path });
  await using follower = await new Follower(store, "dmm").live();
  const writer = await runScript(WRITER, [directory.path, "0", "2000"]);
  await writer.line("writing");
  for (const count of [300, 900, 1500]) {
    await follower.until(count);
    await stopDaemon(directory.path, "SIGKILL");
  }
  await writer.line("done");
  equal((await writer.status).code, 0);
  await follower.until(2000);
  const second = await runScript(WRITER, [directory.path, "2000", "1000000"]);
  await second.line("flushed");
  await follower.until(2600);
  second.kill("SIGKILL");
  await second.status;
  const flushed = await FileChannelStore.open({ dataDir: directory.path });
  const { value } = await (await flushed.query("dmm")).toColumns();
  await until(() => follower.values.length >= value!.length, "what the files have");
  // Samples that the killed writer had not flushed may have been seen all the same.
  deepEqual(follower.values, countUp(0, follower.values.length));
  equal(follower.missed, 0);
});

Deno.test("Every kind of channel is followed, by those who come before its first sample too", async () => {
  await using directory = await testDirectory();
  const dataDir = directory.path;
  await using reader = await ChannelStore.open({ dataDir });
  await using early = await new Follower(reader, "log").live();
  await using store = await ChannelStore.open({ dataDir, sessionId: SESSION });
  store.write("log", "first");
  store.write("door", true);
  store.write("psu", { v: 5, on: true });
  await early.until(1);
  await using door = await new Follower(reader, "door", { window: 60 }).live();
  await using psu = await new Follower(reader, "psu", { window: 60 }).live();
  await using scope = await new Follower(reader, "scope").live();
  for (let i = 0; i < 3; i++) {
    const block = Float64Array.from({ length: 1000 }, (_, k) => i * 1000 + k);
    store.write("scope", block, { sampleInterval: 1e-7 });
  }
  store.write("door", false);
  store.write("psu", { v: 6, on: false });
  await Promise.all([door.until(2), psu.until(2), scope.until(3000)]);
  deepEqual(early.values, ["first"]);
  deepEqual(early.updates[0]?.sessionId, SESSION);
  deepEqual(door.values, [true, false]);
  deepEqual(psu.values.map((text) => JSON.parse(String(text))), [{ v: 5, on: true }, {
    v: 6,
    on: false,
  }]);
  deepEqual(scope.values, countUp(0, 3000));
  const offsets = scope.updates.flatMap(({ offsetSeconds }) => [...offsetSeconds]);
  ok(offsets.every((offset, i) => offset === i * 1e-7));
});

Deno.test("latest gives the newest sample at once, maxRate few updates and every sample", async () => {
  await using directory = await testDirectory();
  const dataDir = directory.path;
  await using store = await ChannelStore.open({ dataDir });
  for (let i = 0; i < 100; i++) store.write("dmm", i);
  await using latest = await new Follower(store, "dmm", { latest: true }).live();
  await using paced = await new Follower(store, "dmm", { maxRate: 5 }).live();
  deepEqual(latest.values, [99]);
  const startMillis = performance.now();
  for (let i = 100; i < 700; i++) {
    store.write("dmm", i);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await paced.until(600);
  deepEqual(paced.values, countUp(100, 700));
  ok(paced.updates.length <= 2 + (performance.now() - startMillis) / 200);
  await until(() => latest.values.at(-1) === 699, "the newest sample");
  ok(latest.updates.every(({ value }) => value.length === 1));
});

Deno.test("A session filter lets one session through", async () => {
  await using directory = await testDirectory();
  const dataDir = directory.path;
  await using store = await ChannelStore.open({ dataDir });
  const options = { sessionId: SESSION.toUpperCase(), window: Infinity };
  await using follower = await new Follower(store, "dmm", options).live();
  for (let i = 0; i < 20; i++) {
    store.write("dmm", i, i % 2 === 0 ? { sessionId: SESSION } : {});
  }
  await follower.until(10);
  deepEqual(follower.values, countUp(0, 10).map((i) => 2 * i));
});

Deno.test("A slow subscriber is told how much it missed, and others miss nothing", async () => {
  await using directory = await testDirectory();
  await using store = await ChannelStore.open({ dataDir: directory.path });
  let missed = 0, seen = 0, isLive = false;
  const stop = new AbortController();
  const slow = store.subscribe("scope", {
    signal: stop.signal,
    onMissed: (count) => missed += count,
    onLive: () => isLive = true,
  })[Symbol.asyncIterator]();
  const first = slow.next();
  await until(() => isLive, "the subscription to be live");
  await using other = await new Follower(store, "dmm").live();
  const blocks = 80, samples = 200_000;
  for (let i = 0; i < blocks; i++) {
    store.write("scope", new Float64Array(samples).fill(i), { sampleInterval: 1e-7 });
    store.write("dmm", i);
    if (i % 10 === 9) await store.flush();
  }
  await other.until(blocks);
  deepEqual(other.values, countUp(0, blocks));
  for (let next = first; seen + missed < blocks * samples; next = slow.next()) {
    const { value: update } = await next;
    seen += update!.value.length;
  }
  equal(seen + missed, blocks * samples);
  ok(missed > 0);
  stop.abort();
  await slow.return(undefined);
});

Deno.test("Clients of other languages follow channels, and what they put is followed", async () => {
  await using directory = await testDirectory();
  const dataDir = directory.path;
  await using lease = await acquire(dataDir);
  await using client = await FlightClient.connect(lease.location, { token: lease.token });
  await using store = await ChannelStore.open({ dataDir, sessionId: SESSION });
  store.write("dmm", 1);
  await store.flush();
  const exchange = client.doExchange(pathDescriptor("subscribe", "channels", "dmm"));
  const request = JSON.stringify({ window: "all" });
  await exchange.write({ appMetadata: new TextEncoder().encode(request) });
  const notes: Record<string, unknown>[] = [];
  for await (const { appMetadata, header } of exchange.results) {
    const text = new TextDecoder().decode(appMetadata);
    notes.push(text === "" ? { schema: header.byteLength > 0 } : JSON.parse(text));
    if (notes.at(-1)?.live === true) break;
  }
  await exchange[Symbol.asyncDispose]();
  equal(typeof notes[0]?.since, "number");
  deepEqual(notes[1], { schema: true });
  deepEqual(Object.values(notes[2]?.positions ?? {}).map(([sequence]) => sequence), [1]);
  deepEqual(notes[3], { live: true });
  await using follower = await new Follower(store, "dmm").live();
  await using put = client.doPut(pathDescriptor("channels", "dmm"));
  const fields = [field("timestamp", "tsu:UTC"), field("value", "g"), field("session_id", "u")];
  const columns = [
    int64Column(fields[0]!, [1_795_244_637_000_000, 1_795_244_637_000_001]),
    float64Column(fields[1]!, [2.5, 3.5]),
    utf8Column(fields[2]!, [SESSION, SESSION]),
  ];
  const { metadata, body } = encodeBatch({ schema: { fields }, rows: 2, columns });
  await put.write({ header: encodeSchema({ fields }).metadata });
  await put.write({ header: metadata, body });
  await follower.until(2);
  deepEqual(follower.values, [2.5, 3.5]);
  await put.close();
  for (
    const [path, text] of [
      [["subscribe", "channels"], "{}"],
      [["subscribe", "channels", "a/b"], "{}"],
      [["subscribe", "channels", "dmm"], "nonsense"],
      [["subscribe", "channels", "dmm"], '{"window": -1}'],
      [["subscribe", "channels", "dmm"], '{"windows": 1}'],
      [["subscribe", "channels", "dmm"], '{"from": {}}'],
    ] as const
  ) {
    const wrong = client.doExchange(pathDescriptor(...path));
    await wrong.write({ appMetadata: new TextEncoder().encode(text) });
    await rejects(Array.fromAsync(wrong.results), /INVALID_ARGUMENT|Subscri|Channel id/);
  }
  throws(() => store.subscribe("dmm", { window: -1 }), /window is -1/);
  throws(() => store.subscribe("dmm", { maxRate: 0 }), /maxRate is 0/);
  throws(() => store.subscribe("a/b"), /Channel id/);
  equal(daemonPid(dataDir), lease.pid);
});
