import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { filesOf, inDataDir, quietStore, START_MICROS } from "./_channel_fixture_test.ts";
import { type ChannelFileQuery, queryChannelFiles } from "./channel_query.ts";
import type { DecimationChoice } from "./decimate_block.ts";
import { decimateSession } from "./decimate_channel.ts";
import type { ChannelBlockOptions } from "./read_channel.ts";
import { SegmentIndex } from "./segment_index.ts";
import type { SegmentDamage } from "./segment_info.ts";
import { SegmentMerger } from "./segment_merger.ts";
import { findChannel } from "./segment_selection.ts";

const SAMPLES = 1_600_000, SEGMENTS = 4;
const SPIKES: Readonly<Record<number, number>> = { 123_456: 9, 123_461: -9, 1_234_567: 7 };

/** Writes a session of several segments: a sine, spikes, and a gap. */
async function record(dataDir: string): Promise<Float64Array> {
  const y = new Float64Array(SAMPLES);
  for (let i = 0; i < SAMPLES; i++) y[i] = SPIKES[i] ?? Math.sin(i / 3000);
  y.fill(NaN, 700_000, 700_040);
  await using store = quietStore(dataDir, { mergeSegments: Infinity });
  for (let at = 0; at < SAMPLES; at += SAMPLES / SEGMENTS) {
    const part = y.subarray(at, at + SAMPLES / SEGMENTS);
    store.write("x", part, { sampleInterval: 1e-6, start: START_MICROS + at });
    await store.flush();
  }
  return y;
}

interface Shown {
  readonly index: number[];
  readonly value: number[];
}

async function show(dataDir: string, query: ChannelFileQuery): Promise<Shown> {
  const { sample_index: index, value } = await queryChannelFiles(dataDir, "x", query).toColumns();
  return { index: Array.from(index!, Number), value: Array.from(value!, Number) };
}

const pyramidsOf = (dataDir: string): string[] =>
  filesOf(dataDir).filter((name) => name.endsWith(".pyramid"));

function pathsOf(dataDir: string): string[] {
  return new SegmentIndex(dataDir).refresh().segments.map(({ path }) => path);
}

/** Every extreme of the window is shown, and nothing but samples. */
function check({ index, value }: Shown, y: Float64Array, lo = 0, hi = y.length): void {
  deepEqual(value, index.map((i) => y[i]!));
  ok(index.every((i, at) => i >= lo && i < hi && (at === 0 || i > index[at - 1]!)));
  deepEqual(extremesOf(value), extremesOf(y.subarray(lo, hi)));
}

function extremesOf(values: ArrayLike<number>): [low: number, high: number] {
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (values[i]! < low) low = values[i]!;
    if (values[i]! > high) high = values[i]!;
  }
  return [low, high];
}

Deno.test("A long session is shown by its pyramids, every spike at every zoom", () =>
  inDataDir(async (dataDir) => {
    const y = await record(dataDir), index = new SegmentIndex(dataDir);
    equal(pyramidsOf(dataDir).length, SEGMENTS);
    for (let width = SAMPLES, lo = 0; width > 10; width = Math.floor(width / 4)) {
      const window = {
        startMicros: START_MICROS + lo,
        endMicros: START_MICROS + lo + width - 1,
        index,
      };
      const query = { ...window, maxPoints: 500 };
      const display = await show(dataDir, query);
      equal(display.index.length, Math.min(500, width));
      check(display, y, lo, lo + width);
      const hasGap = lo < 700_040 && lo + width > 700_000;
      equal(display.value.some(Number.isNaN), hasGap);
      for (
        const more of [{ method: "minmax", gaps: "keep", maxPoints: 500 }, { widthPixels: 300 }]
      ) {
        check(await show(dataDir, { ...window, ...more } as ChannelFileQuery), y, lo, lo + width);
      }
      lo = Math.max(0, Math.min(SAMPLES - Math.ceil(width / 4), 123_458 - Math.floor(width / 8)));
    }
  }));

Deno.test("The exact methods and narrow views choose the same with and without pyramids", () =>
  inDataDir(async (dataDir) => {
    await record(dataDir);
    const index = new SegmentIndex(dataDir), { pyramids } = index;
    const [session] = findChannel(index.refresh(), "x");
    const window = { startMicros: START_MICROS + 399_990, endMicros: START_MICROS + 450_000 };
    const choices: (DecimationChoice & ChannelBlockOptions)[] = [
      { maxPoints: 300, method: "lttb" },
      { maxPoints: 300, method: "minmaxlttb" },
      { ...window, maxPoints: 300, method: "lttb" },
      { ...window, maxPoints: 300 },
      { ...window, widthPixels: 200 },
    ];
    for (const choice of choices) {
      const exact = decimateSession(session!, choice, choice)!;
      const viewed = decimateSession(session!, choice, { ...choice, pyramids })!;
      deepEqual(viewed.sampleIndex, exact.sampleIndex);
      deepEqual(viewed.values, exact.values);
    }
  }));

Deno.test("A pyramid that is missing, cut, flipped or of another segment is made anew", () =>
  inDataDir(async (dataDir) => {
    const y = await record(dataDir), query = { maxPoints: 200 };
    const [first, second] = pathsOf(dataDir).map((path) => path.replace(/arrow$/, "pyramid"));
    const good = await Deno.readFile(first!), wanted = await show(dataDir, { maxPoints: 200 });
    const flipped = (at: number): Uint8Array => {
      const bytes = good.slice();
      bytes[at]! ^= 16;
      return bytes;
    };
    const contents = [
      undefined,
      new Uint8Array(0),
      good.subarray(0, 9),
      good.subarray(0, good.length - 1),
      good.subarray(0, good.length >> 1),
      await Deno.readFile(second!),
      ...[0, 9, 13, 40, 400, 3000, good.length >> 1, good.length - 2].map(flipped),
    ];
    for (const [i, bytes] of contents.entries()) {
      if (bytes === undefined) await Deno.remove(first!);
      else await Deno.writeFile(first!, bytes);
      deepEqual(await show(dataDir, { maxPoints: 200 }), wanted, `content ${i}`);
      // The finest level and the checks are looked at by narrow views alone.
      for (const width of [390_000, 1000]) {
        const endMicros = START_MICROS + width - 1;
        check(await show(dataDir, { ...query, endMicros }), y, 0, width);
      }
      if (bytes === undefined) deepEqual(await Deno.readFile(first!), good);
    }
  }));

Deno.test("A view tells of samples that are damaged instead of showing them", () =>
  inDataDir(async (dataDir) => {
    const y = await record(dataDir), [path] = pathsOf(dataDir);
    const bytes = await Deno.readFile(path!);
    bytes[2_000_000]! ^= 1;
    await Deno.writeFile(path!, bytes);
    const damage: SegmentDamage[] = [];
    const onDamage = (each: SegmentDamage) => void damage.push(each);
    const narrow = { startMicros: START_MICROS + 240_000, endMicros: START_MICROS + 1_200_000 };
    for (const query of [{ maxPoints: 200_000 }, { maxPoints: 100, method: "lttb" as const }]) {
      damage.length = 0;
      const { index, value } = await show(dataDir, { ...narrow, ...query, onDamage });
      ok(damage.some((each) => each.path === path));
      // What is whole is served; it is counted without what is lost.
      ok(value.every((each, i) => Object.is(each, y[index[i]! + SAMPLES / SEGMENTS])));
    }
  }));

Deno.test("A view goes on where its segments are merged meanwhile, and pyramids go with their segments", () =>
  inDataDir(async (dataDir) => {
    const y = await record(dataDir), index = new SegmentIndex(dataDir);
    const wanted = await show(dataDir, { maxPoints: 200, index });
    const { segments } = index.refresh();
    const merger = new SegmentMerger({ dataDir });
    await merger.exclusively(() => merger.merge(segments.slice(0, 2)));
    equal(pyramidsOf(dataDir).length, SEGMENTS - 1);
    const after = await show(dataDir, { maxPoints: 200, index });
    equal(after.index.length, wanted.index.length);
    check(after, y);
  }));
