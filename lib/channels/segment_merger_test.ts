import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import {
  filesOf,
  HandClock,
  inDataDir,
  quietStore,
  SESSION,
  START_MICROS,
} from "./_channel_fixture_test.ts";
import { type ChannelData, readChannel, sessionBlocks } from "./read_channel.ts";
import { SegmentMerger } from "./segment_merger.ts";
import { listSegments, SegmentIndex } from "./segment_index.ts";
import type { SegmentInfo } from "./segment_info.ts";
import { segmentDiskLayer, type SegmentFileLayer } from "./segment_publisher.ts";
import { findChannel } from "./segment_selection.ts";
import type { ChannelInput } from "./channel_types.ts";

/** Writes a segment for each value. */
async function writeSegments(
  dataDir: string,
  values: readonly ChannelInput[],
  options: Parameters<ReturnType<typeof quietStore>["write"]>[2] = {},
): Promise<void> {
  await using store = quietStore(dataDir, { mergeSegments: Infinity });
  for (const [i, value] of values.entries()) {
    store.write("x", value, { start: START_MICROS + i * 10, ...options });
    await store.flush();
  }
}

function segmentsOf(dataDir: string): readonly SegmentInfo[] {
  return findChannel(listSegments(dataDir), "x")[0]!.segments;
}

async function mergeAll(dataDir: string, layer?: SegmentFileLayer): Promise<void> {
  const merger = new SegmentMerger({ dataDir, layer, clock: new HandClock() });
  ok(await merger.exclusively(() => merger.merge(segmentsOf(dataDir))) !== undefined);
}

const arrowFiles = (dataDir: string): string[] =>
  filesOf(dataDir).filter((name) => name.endsWith(".arrow"));

const KINDS: Readonly<Record<string, readonly ChannelInput[]>> = {
  numbers: [1, NaN, -Infinity, 4],
  booleans: [true, false, false, true, true, false, true, false, true],
  texts: ["a", "", "ünïcödé", "\0"],
  structures: [{ v: 1, on: true, mode: "cv" }, { v: null, mode: "x" }, { on: false }],
  waveforms: [Float64Array.of(1, 2, 3), Float64Array.of(NaN), new Float64Array(10_000).fill(7)],
};

for (const [kind, values] of Object.entries(KINDS)) {
  Deno.test(`SegmentMerger makes one file of many and changes no sample: ${kind}`, () =>
    inDataDir(async (dataDir) => {
      const options = kind === "waveforms" ? { sampleInterval: 1e-6 } : {};
      await writeSegments(dataDir, values, options);
      const before = readChannel(dataDir, "x"), captures = { captures: true };
      const apart = readChannel(dataDir, "x", captures);
      await mergeAll(dataDir);
      deepEqual(arrowFiles(dataDir).length, 1);
      const { segments, damage } = listSegments(dataDir);
      deepEqual([segments.length, damage], [1, []]);
      deepEqual(segments[0]!.covers.map(({ first, last }) => [first, last]), [[1, values.length]]);
      deepEqual(readChannel(dataDir, "x"), before);
      deepEqual(readChannel(dataDir, "x", captures), apart);
    }));
}

Deno.test("SegmentMerger keeps a capture together that was written in blocks", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir, { mergeSegments: Infinity });
    for (let i = 0; i < 20; i++) {
      // 1/7 us: the times of blocks are rounded, those of samples count from the start of the capture.
      store.write("x", new Float64Array(33).fill(i), { sampleInterval: 1 / 7e6 });
      await store.flush();
    }
    const before = readChannel(dataDir, "x");
    await mergeAll(dataDir);
    deepEqual(readChannel(dataDir, "x"), before);
    equal(before.offsetSeconds.at(-1), (20 * 33 - 1) * (1 / 7e6));
  }));

Deno.test("SegmentMerger leaves every sample readable once, wherever it is interrupted", () =>
  inDataDir(async (dataDir) => {
    await writeSegments(dataDir, [1, 2, 3, 4, 5, 6]);
    const before = readChannel(dataDir, "x");
    for (let left = 0; left < 6; left++) {
      const crash = new Error("killed");
      let removals = 0;
      const layer: SegmentFileLayer = {
        ...segmentDiskLayer,
        remove: (path) => {
          if (path.endsWith(".tmp")) return segmentDiskLayer.remove(path);
          return removals++ < left ? segmentDiskLayer.remove(path) : Promise.reject(crash);
        },
      };
      const merger = new SegmentMerger({ dataDir, layer });
      const interrupted = merger.exclusively(() => merger.merge(segmentsOf(dataDir)));
      await interrupted.catch((error) => equal(error, crash));
      deepEqual(readChannel(dataDir, "x"), before, `after ${left} removals`);
      if (left % 2 === 1) continue; // the next merge meets the leftovers
      const next = new SegmentMerger({ dataDir });
      await next.exclusively(() => next.removeLeftovers(listSegments(dataDir).segments));
      deepEqual(readChannel(dataDir, "x"), before);
      equal(arrowFiles(dataDir).length, segmentsOf(dataDir).length);
      if (left < 4) {
        // Apart again, for the next round.
        await Deno.remove(`${dataDir}/channels`, { recursive: true });
        await writeSegments(dataDir, [1, 2, 3, 4, 5, 6]);
      }
    }
  }));

Deno.test("SegmentMerger refuses what is damaged, gone or another file by now", () =>
  inDataDir(async (dataDir) => {
    await writeSegments(dataDir, [1, 2, 3]);
    const segments = segmentsOf(dataDir), { path } = segments[1]!;
    const bytes = await Deno.readFile(path);
    const merger = new SegmentMerger({ dataDir });
    const attempt = () => merger.exclusively(() => merger.merge(segments));
    const flipped = bytes.slice();
    flipped[flipped.length >> 1]! ^= 1;
    for (const content of [flipped, await Deno.readFile(segments[0]!.path)]) {
      await Deno.writeFile(path, content);
      equal(await attempt(), undefined);
    }
    await Deno.remove(path);
    equal(await attempt(), undefined);
    await Deno.writeFile(path, bytes);
    ok(await attempt() !== undefined);
    equal(arrowFiles(dataDir).length, 1);
  }));

Deno.test("SegmentMerger works alone in a data directory", () =>
  inDataDir(async (dataDir) => {
    const merger = new SegmentMerger({ dataDir }), other = new SegmentMerger({ dataDir });
    const seen = await merger.exclusively(() => other.exclusively(() => Promise.resolve("both")));
    equal(seen, undefined);
    equal(await other.exclusively(() => Promise.resolve("alone")), "alone");
  }));

Deno.test("sessionBlocks() misses and doubles nothing while its segments are merged", () =>
  inDataDir(async (dataDir) => {
    const values = Array.from({ length: 40 }, (_, i) => i);
    await writeSegments(dataDir, values);
    const merger = new SegmentMerger({ dataDir });
    const [session] = findChannel(new SegmentIndex(dataDir).refresh(), "x");
    const seen: number[] = [];
    for (const { values, firstIndex } of sessionBlocks(session!)) {
      ok(values.kind === "number");
      equal(firstIndex, seen.length);
      seen.push(...values.data);
      const at = seen.length;
      if (at % 10 !== 5) continue;
      const now = segmentsOf(dataDir);
      // Some that were read, some that were not.
      await merger.exclusively(() => merger.merge(now.slice(0, Math.ceil(now.length / 2))));
    }
    deepEqual(seen, values);
  }));

Deno.test("FileChannelStore merges what it writes and reads the same at every moment", () =>
  inDataDir(async (dataDir) => {
    const kinds = fc.constantFrom("one", "many", "back");
    await fc.assert(
      fc.asyncProperty(fc.array(kinds, { minLength: 20, maxLength: 40 }), async (writes) => {
        const store = quietStore(dataDir, { mergeSegments: 4, sessionId: crypto.randomUUID() });
        const id = `c.${store.sessionId}`, written: [number, number][] = [];
        let micros = START_MICROS;
        for (const kind of writes) {
          if (kind === "back") micros -= 2501; // no two samples of one time
          for (let i = 0; i < (kind === "many" ? 50 : 1); i++) {
            store.write(id, written.length, { start: micros });
            written.push([micros, written.length]);
            micros += 1000;
          }
          await store.flush();
          if (written.length % 3 > 0) continue;
          equal(readChannel(dataDir, id).sampleIndex.length, written.length);
        }
        await store.close();
        equal(store.status().upkeepError, undefined);
        const wanted = written.toSorted(([a, i], [b, j]) => a - b || i - j);
        deepEqual(rowsOf(readChannel(dataDir, id)), wanted);
        const { segments, damage } = listSegments(dataDir);
        deepEqual(damage, []);
        const own = segments.filter(({ channelId }) => channelId === id);
        if (!writes.includes("back")) ok(own.length < 12, `${own.length} segments are left`);
      }),
      { numRuns: 5 },
    );
  }));

function rowsOf({ timestampMicros, values }: ChannelData): [number, number][] {
  ok(values.kind === "number");
  return Array.from(values.data, (value, i) => [timestampMicros[i]!, value]);
}

Deno.test("SegmentMerger never touches files of other programs", () =>
  inDataDir(async (dataDir) => {
    const source = new URL("../../tests/testdata/litmus-0.1.3/channels", import.meta.url).pathname;
    await copyFolder(source, `${dataDir}/channels`);
    const before = new Map(filesOf(dataDir).map((name) => [name, 1]));
    await using store = quietStore(dataDir, { mergeSegments: 4, sessionId: SESSION });
    for (let i = 0; i < 12; i++) {
      store.write("dmm.voltage", i);
      await store.flush();
    }
    await store.close();
    for (const name of before.keys()) ok(filesOf(dataDir).includes(name), name);
    equal(readChannel(dataDir, "dmm.voltage").sampleIndex.length, 250 + 12);
  }));

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}
