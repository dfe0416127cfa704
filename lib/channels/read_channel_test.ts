import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import { inDataDir, quietStore, SESSION, START_MICROS } from "./_channel_fixture_test.ts";
import { decimate } from "./decimate.ts";
import { displayDecimate } from "./min_max.ts";
import { lttb, lttbRegular } from "./lttb.ts";
import { LttbStream } from "./_lttb_stream.ts";
import { queryChannelFiles } from "./channel_query.ts";
import { CHANNEL_BOUNDS } from "./_channel_bounds.ts";
import { DisplayStream } from "./_display_stream.ts";
import { channelBlocks, type ChannelData, readChannel } from "./read_channel.ts";
import { listSegments } from "./segment_index.ts";
import { findChannel } from "./segment_selection.ts";

interface Sample {
  readonly micros: number;
  readonly value: number;
}

/** What two writers wrote, in any order, sealed now and then: the samples in order of time. */
async function writeBlocks(
  dataDir: string,
  blocks: readonly { writer: number; at: number; length: number; seal: boolean }[],
): Promise<Sample[]> {
  const stores = [quietStore(dataDir), quietStore(dataDir)], samples: Sample[] = [];
  let value = 0;
  for (const { writer, at, length, seal } of blocks) {
    const store = stores[writer]!, start = START_MICROS + at;
    const data = Float64Array.from({ length }, () => value++);
    store.write("x", data, { sampleInterval: 2e-6, start });
    data.forEach((each, i) => samples.push({ micros: start + 2 * i, value: each }));
    if (seal) await store.flush();
  }
  for (const store of stores) await store.close();
  return samples.sort((a, b) => a.micros - b.micros);
}

function valuesOf({ values }: ChannelData): number[] {
  ok(values.kind === "number");
  return [...values.data];
}

Deno.test("readChannel() gives each sample once and in order, whatever order it was written in", async () => {
  const block = fc.record({
    writer: fc.nat({ max: 1 }),
    at: fc.nat({ max: 300 }),
    length: fc.integer({ min: 1, max: 40 }),
    seal: fc.boolean(),
  });
  const window = fc.record({
    startMicros: fc.option(fc.nat({ max: 400 }), { nil: undefined }),
    endMicros: fc.option(fc.nat({ max: 400 }), { nil: undefined }),
    lastN: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
  });
  const blocks = fc.array(block, { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      blocks,
      fc.array(window, { minLength: 4, maxLength: 4 }),
      (blocks, windows) =>
        inDataDir(async (dataDir) => {
          const all = await writeBlocks(dataDir, blocks);
          const whole = readChannel(dataDir, "x");
          deepEqual(valuesOf(whole).toSorted((a, b) => a - b), all.map((_, i) => i));
          deepEqual([...whole.timestampMicros], all.map(({ micros }) => micros));
          deepEqual([...whole.sampleIndex], all.map((_, i) => i));
          for (const { startMicros = -1000, endMicros = 1000, lastN } of windows) {
            const from = START_MICROS + startMicros, to = START_MICROS + endMicros;
            const read = readChannel(dataDir, "x", { startMicros: from, endMicros: to, lastN });
            const inside = valuesOf(whole).map((value, i) => [i, whole.timestampMicros[i]!, value])
              .filter(([, micros]) => micros! >= from && micros! <= to)
              .slice(lastN === undefined ? 0 : -lastN);
            deepEqual([...read.sampleIndex], inside.map(([i]) => i));
            deepEqual([...read.timestampMicros], inside.map(([, micros]) => micros));
            deepEqual(valuesOf(read).toSorted(), inside.map(([, , value]) => value).toSorted());
          }
        }),
    ),
    { numRuns: 30 },
  );
});

Deno.test("channelBlocks() holds no more than overlaps in time", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir);
    for (let i = 0; i < 10; i++) {
      const start = START_MICROS + i * 1000;
      store.write("x", new Float64Array(100), { sampleInterval: 1e-5, start });
      await store.flush();
    }
    const sessions = findChannel(listSegments(dataDir), "x");
    const lengths = Array.from(
      channelBlocks(sessions),
      ({ axis, firstIndex }) => [axis.length, firstIndex],
    );
    deepEqual(lengths, Array.from({ length: 10 }, (_, i) => [100, i * 100]));
    // Pruned by what the segments say of themselves: the others are not even opened.
    for (const segment of listSegments(dataDir).segments.slice(1)) await Deno.remove(segment.path);
    const window = { endMicros: START_MICROS + 999 };
    equal([...channelBlocks(sessions, window)].length, 1);
  }));

Deno.test("channelBlocks() holds no block of a long tail, over sessions and equal times", () =>
  inDataDir(async (dataDir) => {
    const length = CHANNEL_BOUNDS.longSamples;
    const y = Float64Array.from({ length }, (_, i) => i);
    for (const [i, sessionId] of [SESSION, SESSION.replaceAll("1", "2")].entries()) {
      await using store = quietStore(dataDir, { sessionId });
      const start = START_MICROS + 100e6 * i, sampleInterval = 1e-6;
      store.write("x", y.subarray(0, 1000), { start, sampleInterval });
      await store.flush();
      store.write("x", y.subarray(1000, 1001), { start: start + 999, sampleInterval });
      await store.flush();
      store.write("x", y.subarray(1001), { start: start + 999, sampleInterval });
    }
    const sessions = findChannel(listSegments(dataDir), "x");
    for (const lastN of [length, length + 10, 2 * length - 500, 2 * length + 1]) {
      let next = Math.max(0, 2 * length - lastN);
      for (const { values, firstIndex, sessionId } of channelBlocks(sessions, { lastN })) {
        ok(values.kind === "number");
        equal(firstIndex, next % length);
        equal(sessionId, sessions[Math.floor(next / length)]!.sessionId);
        deepEqual([values.data[0], values.data.at(-1)], [
          next % length,
          next % length + values.data.length - 1,
        ]);
        next += values.data.length;
      }
      equal(next, 2 * length);
    }
  }));

Deno.test("DisplayStream keeps what displayDecimate() keeps, whatever the pieces", () => {
  const value = fc.oneof(
    fc.integer({ min: -5, max: 5 }),
    fc.constantFrom(Infinity, -Infinity, 1e308),
  );
  const series = fc.array(value, { minLength: 5, maxLength: 300 });
  fc.assert(
    fc.property(
      series,
      fc.integer({ min: 4, max: 40 }),
      fc.array(fc.nat(50)),
      (data, points, cuts) => {
        fc.pre(data.length > points);
        const y = Float64Array.from(data), stream = new DisplayStream(y.length, points);
        let at = 0, whole = true;
        for (const cut of [...cuts, y.length]) {
          const end = Math.min(y.length, at + cut);
          whole &&= stream.add(y.subarray(at, end));
          at = end;
        }
        const kept = stream.finish();
        // Sums of infinities look like NaN: then the caller does it in memory.
        if (!whole || kept === undefined) return;
        const wanted = displayDecimate(y, y, points);
        deepEqual([...kept.indices], [...wanted]);
        deepEqual([...kept.values], Array.from(wanted, (i) => y[i]));
      },
    ),
  );
});

Deno.test("LttbStream keeps what lttb() keeps, whatever the pieces", () => {
  const step = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -5, max: 5 }));
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 5, maxLength: 300 }),
      fc.integer({ min: 3, max: 40 }),
      fc.array(fc.nat(50)),
      fc.constantFrom(1, 40),
      (steps, points, cuts, times) => {
        // Repeated, so that buckets become as long as those that SIMD takes.
        const y = Float64Array.from(
          { length: steps.length * times },
          (_, i) => steps[i % steps.length]![1],
        );
        fc.pre(y.length > points);
        let at = 0;
        const x = y.map((_, i) => at += steps[i % steps.length]![0]);
        for (const axis of [x, null]) {
          const stream = new LttbStream(y.length, points, axis === null);
          const piece = new Float64Array(y.length), pieceX = new Float64Array(y.length);
          let from = 0;
          for (const cut of [...cuts.map((each) => each * times), y.length]) {
            const end = Math.min(y.length, from + cut), length = end - from;
            piece.fill(NaN).set(y.subarray(from, end));
            pieceX.fill(NaN).set(x.subarray(from, end));
            ok(
              stream.add(
                axis === null ? null : pieceX.subarray(0, length),
                piece.subarray(0, length),
              ),
            );
            from = end;
          }
          const kept = stream.finish()!,
            wanted = axis === null ? lttbRegular(y, points) : lttb(x, y, points);
          deepEqual([...kept.indices], [...wanted]);
          deepEqual([...kept.values], Array.from(wanted, (i) => y[i]));
        }
      },
    ),
  );
});

Deno.test("LttbStream gives up on what is not finite", () => {
  for (const value of [NaN, Infinity]) {
    for (const at of [0, 1, 50, 99]) {
      const y = new Float64Array(100).fill(1);
      y[at] = value;
      const stream = new LttbStream(100, 10, true);
      equal(stream.add(null, y), false, `${value} at ${at}`);
      equal(stream.finish(), undefined);
    }
  }
});

Deno.test("DisplayStream gives up on NaN and on another number of samples than announced", () => {
  for (const at of [0, 1, 50, 99]) {
    const y = new Float64Array(100).fill(1);
    y[at] = NaN;
    const stream = new DisplayStream(100, 10);
    equal(stream.add(y), false, `NaN at ${at}`);
    equal(stream.finish(), undefined);
  }
  const short = new DisplayStream(100, 10);
  ok(short.add(new Float64Array(99)));
  equal(short.finish(), undefined);
  equal(new DisplayStream(100, 10).add(new Float64Array(101)), false);
});

Deno.test("queryChannelFiles() keeps two opposite spikes five samples apart by default", () =>
  inDataDir(async (dataDir) => {
    const store = quietStore(dataDir);
    const data = new Float64Array(200_000);
    data[100_000] = 9;
    data[100_005] = -9;
    for (let at = 0; at < data.length; at += 70_000) {
      store.write("x", data.subarray(at, at + 70_000), { sampleInterval: 1e-6 });
    }
    await store.close();
    for (const maxPoints of [10, 101, 1000]) {
      const { value } = await queryChannelFiles(dataDir, "x", { maxPoints }).toColumns();
      equal(value?.length, maxPoints);
      deepEqual([...new Set(Array.from(value!))].sort(), [-9, 0, 9]);
    }
    const query = { maxPoints: 1000, sessionId: SESSION, startMicros: 0 } as const;
    for (const method of ["display", "lttb", "minmax", "minmaxlttb"] as const) {
      const { value } = await queryChannelFiles(dataDir, "x", { ...query, method }).toColumns();
      ok(value!.length <= 1000 && value!.length > 400, method);
    }
  }));

Deno.test("queryChannelFiles() chooses from files what decimate() chooses in memory", () =>
  inDataDir(async (dataDir) => {
    const y = Float64Array.from({ length: 30_000 }, (_, i) => Math.sin(i / 900) + (i * 7919) % 101);
    const store = quietStore(dataDir);
    for (let at = 0, micros = START_MICROS; at < y.length; at += 7000) {
      const part = y.subarray(at, at + 7000);
      const later = Float64Array.from(part, (_, i) => micros += 1 + (i * i) % 13);
      store.write("regular", part, { sampleInterval: 1e-4, start: START_MICROS + at * 100 });
      store.write("captures", part, { sampleInterval: 1e-5, start: START_MICROS + at * 100 });
      store.write("timed", part, { timestamps: later });
      await store.flush();
    }
    await store.close();
    for (const id of ["regular", "captures", "timed"]) {
      const { timestampMicros } = readChannel(dataDir, id);
      const x = timestampMicros.map((micros) => (micros - timestampMicros[0]!) / 1e6);
      for (const method of ["lttb", "minmaxlttb", "display"] as const) {
        for (const maxPoints of [10, 333]) {
          const result = queryChannelFiles(dataDir, id, { method, maxPoints });
          const { sample_index, value } = await result.toColumns();
          const wanted = decimate(x, y, maxPoints, { method });
          deepEqual(Array.from(sample_index!, Number), [...wanted], `${id} ${method} ${maxPoints}`);
          deepEqual(Array.from(value!), Array.from(wanted, (i) => y[i]));
        }
      }
    }
  }));
