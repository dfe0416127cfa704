import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { filesOf, inDataDir, quietStore, START_MICROS } from "./_channel_fixture_test.ts";
import { DirectoryMerges } from "./directory_merges.ts";
import { readChannel } from "./read_channel.ts";
import { listSegments } from "./segment_index.ts";
import { SegmentMerger } from "./segment_merger.ts";

async function writeSegments(dataDir: string, channelId: string, count: number): Promise<void> {
  await using store = quietStore(dataDir, { sessionId: crypto.randomUUID() });
  for (let i = 0; i < count; i++) {
    store.write(channelId, i, { start: START_MICROS + i });
    await store.flush();
  }
}

const segmentsOf = (dataDir: string, channelId: string): number =>
  listSegments(dataDir).segments.filter((segment) => segment.channelId === channelId).length;

Deno.test("DirectoryMerges merges what writers left, of each channel and session by itself", () =>
  inDataDir(async (dataDir) => {
    await writeSegments(dataDir, "a", 10);
    await writeSegments(dataDir, "a", 10);
    await writeSegments(dataDir, "b", 3);
    const before = readChannel(dataDir, "a");
    const merges = new DirectoryMerges(dataDir, new SegmentMerger({ dataDir }), 0);
    await merges.round();
    deepEqual([segmentsOf(dataDir, "a"), segmentsOf(dataDir, "b")], [2, 3]);
    deepEqual(readChannel(dataDir, "a"), before);
  }));

Deno.test("DirectoryMerges leaves young segments to their writer and comes back to them", () =>
  inDataDir(async (dataDir) => {
    await writeSegments(dataDir, "a", 10);
    const merges = new DirectoryMerges(dataDir, new SegmentMerger({ dataDir }), 3_600_000);
    merges.tick();
    await merges.idle();
    equal(merges.error, undefined);
    equal(segmentsOf(dataDir, "a"), 10);
    const old = new Date(Date.now() - 4_000_000);
    for (const { path } of listSegments(dataDir).segments) await Deno.utime(path, old, old);
    await merges.round();
    equal(segmentsOf(dataDir, "a"), 1);
  }));

Deno.test("DirectoryMerges removes the sources that an interrupted merge left", () =>
  inDataDir(async (dataDir) => {
    await writeSegments(dataDir, "a", 3);
    const sources = listSegments(dataDir).segments.map(({ path }) => path);
    const bytes = sources.map((path) => Deno.readFileSync(path));
    const merger = new SegmentMerger({ dataDir });
    await merger.exclusively(() => merger.merge(listSegments(dataDir).segments));
    sources.forEach((path, i) => Deno.writeFileSync(path, bytes[i]!));
    equal(readChannel(dataDir, "a").sampleIndex.length, 3);
    const merges = new DirectoryMerges(dataDir, merger, 0);
    await merges.round();
    equal(filesOf(dataDir).filter((name) => name.endsWith(".arrow")).length, 1);
    equal(readChannel(dataDir, "a").sampleIndex.length, 3);
  }));

Deno.test("DirectoryMerges tells what it failed with and goes on later", () =>
  inDataDir(async (dataDir) => {
    await writeSegments(dataDir, "a", 10);
    await Deno.mkdir(`${dataDir}/.litmus/channel_merge.lock`);
    const merges = new DirectoryMerges(dataDir, new SegmentMerger({ dataDir }), 0);
    merges.tick();
    await merges.idle();
    ok(merges.error instanceof Error);
    await Deno.remove(`${dataDir}/.litmus/channel_merge.lock`);
    await merges.round();
    equal(segmentsOf(dataDir, "a"), 1);
  }));
