import { deepStrictEqual as deepEqual, ok, strictEqual as equal, throws } from "node:assert/strict";
import { filesOf, inDataDir, quietStore } from "./_channel_fixture_test.ts";
import type { ChannelBatch, PublishedSegment } from "./channel_batch.ts";
import { FileChannelStore } from "./file_channel_store.ts";
import { readChannel } from "./read_channel.ts";

Deno.test("FileChannelStore seals by itself after a while and when much was written", () =>
  inDataDir(async (dataDir) => {
    await using store = await FileChannelStore.open({ dataDir, sealMillis: 5 });
    store.write("slow", 1);
    const segments: PublishedSegment[] = [];
    await using fast = quietStore(dataDir, { segmentSink: { offer: (s) => segments.push(s) } });
    for (let i = 0; i < 9; i++) fast.write("fast", new Float64Array(1e6), { sampleInterval: 1e-6 });
    const until = Date.now() + 20_000;
    while ((store.status().segments === 0 || segments.length === 0) && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    equal(store.status().segments, 1);
    ok(segments.length >= 1);
    await fast.flush();
    equal(segments.reduce((sum, { metadata }) => sum + metadata.samples, 0), 9e6);
  }));

Deno.test("FileChannelStore hands batches on before and segments after they are published", () =>
  inDataDir(async (dataDir) => {
    const batches: ChannelBatch[] = [], segments: PublishedSegment[] = [];
    await using store = quietStore(dataDir, {
      batchSink: { eager: true, watches: () => true, offer: (batch) => void batches.push(batch) },
      segmentSink: { offer: (segment) => void segments.push(segment) },
    });
    store.write("x", 1);
    store.write("x", 2);
    await new Promise((resolve) => setTimeout(resolve, 20));
    deepEqual(batches.map(({ sequence, samples }) => [sequence, samples]), [[1, 2]]);
    store.write("x", 3);
    await store.flush();
    deepEqual(batches.map(({ sequence, samples }) => [sequence, samples]), [[1, 2], [2, 1]]);
    deepEqual(segments.map(({ metadata }) => metadata.covers), [[{
      writer: batches[0]?.writer,
      first: 1,
      last: 2,
    }]]);
    deepEqual(segments[0]?.batches, batches);
    equal(filesOf(dataDir).length, 1);
  }));

Deno.test("FileChannelStore refuses writes once it is closed", () =>
  inDataDir(async (dataDir) => {
    const store = quietStore(dataDir);
    store.write("x", 1);
    await store.close();
    await store.close();
    throws(() => store.write("x", 2), /Channel store is closed/);
    equal(readChannel(dataDir, "x").sampleIndex.length, 1);
  }));
