import { deepStrictEqual as deepEqual, ok, strictEqual as equal, throws } from "node:assert/strict";
import { dirname, join } from "@std/path";
import { seeded } from "../arrow/sample_batches_test.ts";
import { inDataDir, quietStore, START_MICROS } from "./_channel_fixture_test.ts";
import { queryChannelFiles } from "./channel_query.ts";
import { readChannel } from "./read_channel.ts";
import { listSegments } from "./segment_index.ts";
import type { SegmentDamage } from "./segment_info.ts";

/** Rows of a batch, too many to share one with its neighbours. */
const ROWS = 1200;
const BATCHES = 5;

/** A segment of several batches, and the values in it. */
async function segmentOf(dataDir: string): Promise<{ path: string; bytes: Uint8Array }> {
  await using store = quietStore(dataDir, {
    batchSink: { eager: true, watches: () => true, offer: () => {} },
  });
  for (let batch = 0; batch < BATCHES; batch++) {
    for (let i = 0; i < ROWS; i++) {
      store.write("x", batch * ROWS + i, { start: START_MICROS + batch * ROWS + i });
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await store.flush();
  const { path } = listSegments(dataDir).segments[0]!;
  return { path, bytes: await Deno.readFile(path) };
}

function read(dataDir: string): { values: number[]; damage: SegmentDamage[] } {
  const listing = listSegments(dataDir), damage = [...listing.damage];
  if (listing.segments.length === 0) return { values: [], damage };
  const { values } = readChannel(dataDir, "x", { onDamage: (each) => damage.push(each) });
  ok(values.kind === "number");
  return { values: [...values.data], damage };
}

Deno.test("readChannel() serves what is whole of a segment that was cut, and tells what is not", () =>
  inDataDir(async (dataDir) => {
    const { path, bytes } = await segmentOf(dataDir);
    let last = 0;
    for (let size = 1; size < bytes.length; size += 2311) {
      await Deno.writeFile(path, bytes.subarray(0, size));
      const { values, damage } = read(dataDir);
      deepEqual(values, values.map((_, i) => i));
      ok(values.length >= last && values.length % ROWS === 0);
      ok(damage.length > 0 && damage.every(({ reason }) => reason !== ""), `cut at ${size}`);
      last = values.length;
    }
    await Deno.writeFile(path, bytes.subarray(0, bytes.length - 8));
    const { values, damage } = read(dataDir);
    equal(values.length, BATCHES * ROWS);
    deepEqual(damage.map(({ reason }) => reason), ["the last 8 bytes are missing"]);
    await Deno.writeFile(path, bytes);
    deepEqual(read(dataDir).damage, []);
  }));

Deno.test("readChannel() serves the batches around a flipped bit and tells of it", () =>
  inDataDir(async (dataDir) => {
    const { path, bytes } = await segmentOf(dataDir);
    const random = seeded(7);
    for (let i = 0; i < 150; i++) {
      const at = Math.floor(random() * (bytes.length - 8)), flipped = bytes.slice();
      flipped[at]! ^= 1 << Math.floor(random() * 8);
      await Deno.writeFile(path, flipped);
      const { values, damage } = read(dataDir);
      ok(damage.length > 0, `flip at ${at} went unnoticed`);
      // The stamp of the schema is as good as that of a batch: the registry knows the columns.
      const lost = BATCHES * ROWS - values.length;
      ok(lost === ROWS || lost === 0, `${values.length} values after ${at}`);
      ok(values.every((value) => Number.isInteger(value) && value >= 0 && value < BATCHES * ROWS));
    }
  }));

Deno.test("queryChannelFiles() decimates what is whole of a damaged waveform", () =>
  inDataDir(async (dataDir) => {
    const store = quietStore(dataDir);
    for (let i = 0; i < 4; i++) {
      store.write("x", new Float64Array(20_000).fill(i), { sampleInterval: 1e-6 });
    }
    await store.close();
    const { path } = listSegments(dataDir).segments[0]!;
    const bytes = await Deno.readFile(path);
    bytes[bytes.length >> 1]! ^= 4;
    await Deno.writeFile(path, bytes);
    const damage: SegmentDamage[] = [];
    const onDamage = (each: SegmentDamage) => void damage.push(each);
    const { value } = await queryChannelFiles(dataDir, "x", { maxPoints: 100, onDamage })
      .toColumns();
    equal(value?.length, 100);
    equal(new Set(Array.from(value!)).size, 3);
    ok(damage.some((each) => each.path === path && each.start > 0 && each.end < bytes.length));
  }));

Deno.test("A query tells of segments that are garbage or end too early, alone and beside whole ones", () =>
  inDataDir(async (dataDir) => {
    const { path, bytes } = await segmentOf(dataDir);
    await Deno.writeTextFile(path, "x".repeat(5000));
    throws(() => queryChannelFiles(dataDir, "x"), /Cannot read channel "x".*bytes 0 to 5000/);
    await Deno.writeFile(path, bytes.subarray(0, -8));
    const garbage = join(dirname(path), "x_bbbbbbbb.arrow");
    await Deno.writeTextFile(garbage, "no channel data");
    for (const query of [{}, { maxPoints: 10 }]) {
      const damage: SegmentDamage[] = [];
      const onDamage = (each: SegmentDamage) => void damage.push(each);
      await queryChannelFiles(dataDir, "x", { ...query, onDamage }).toColumns();
      deepEqual(damage.map((each) => each.path).sort(), [path, garbage].sort());
    }
    const session = listSegments(dataDir).segments[0]!.sessionId;
    const damage: SegmentDamage[] = [];
    const onDamage = (each: SegmentDamage) => void damage.push(each);
    await queryChannelFiles(dataDir, "x", { sessionId: session, onDamage }).toColumns();
    deepEqual(damage.map((each) => each.path), [path]);
  }));

Deno.test("listSegments() tells of files that are no channel data", () =>
  inDataDir(async (dataDir) => {
    const folder = `${dataDir}/channels/2026-11-21`;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/x_aaaaaaaa.arrow`, "this is no Arrow file at all");
    const { segments, damage } = listSegments(dataDir);
    deepEqual(segments, []);
    equal(damage.length, 1);
    equal(damage[0]?.path, `${folder}/x_aaaaaaaa.arrow`);
  }));
