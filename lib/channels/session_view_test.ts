import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import { concatBytes } from "../base/concat_bytes.ts";
import { inDataDir, quietStore, START_MICROS } from "./_channel_fixture_test.ts";
import { randomFrom } from "./_series_test.ts";
import { PyramidFile } from "./pyramid_file.ts";
import { encodePyramid } from "./pyramid_format.ts";
import { PyramidMaker } from "./pyramid_maker.ts";
import { type ChannelData, readChannel, sessionBlocks } from "./read_channel.ts";
import { concatBlocks } from "./sample_block.ts";
import { placedBatches } from "./segment_batches.ts";
import { SegmentIndex } from "./segment_index.ts";
import type { SegmentInfo } from "./segment_info.ts";
import { findChannel } from "./segment_selection.ts";
import { SessionView } from "./session_view.ts";
import { displayPoints, pointsOfColumns, type ViewPoints } from "./view_points.ts";
import { PlainPiece, PyramidPiece, type ViewPiece } from "./view_piece.ts";

/** The pyramid of a segment however short it is. */
function pyramidOf(segment: SegmentInfo): PyramidFile {
  const maker = new PyramidMaker(segment);
  for (const placed of placedBatches(segment.path)) maker.add(placed);
  return PyramidFile.open(segment, concatBytes(encodePyramid(maker.finish()!, segment)))!;
}

/** Random samples with spikes, single NaN and long gaps. */
function samplesOf(count: number, seed: number): Float64Array {
  const random = randomFrom(seed), y = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    y[i] = random() < 0.001 ? (random() - 0.5) * 1e6 : Math.sin(i / 700) + random();
    if (random() < 0.0003) y[i] = NaN;
  }
  for (let i = 0; i < 6; i++) {
    const start = Math.floor(random() * count);
    y.fill(NaN, start, start + Math.floor(random() ** 4 * 9000));
  }
  return y;
}

interface Recorded {
  readonly view: SessionView;
  readonly data: ChannelData;
  readonly y: Float64Array;
  readonly originMicros: number;
}

/** Writes samples in segments of those lengths and views them by pyramids, short segments in memory. */
async function record(
  dataDir: string,
  kind: "waveform" | "scalar",
  y: Float64Array,
  cuts: readonly number[],
): Promise<Recorded> {
  await using store = quietStore(dataDir, { mergeSegments: Infinity });
  let micros = START_MICROS;
  for (const [i, from] of cuts.entries()) {
    const part = y.subarray(from, cuts[i + 1] ?? y.length);
    if (kind === "waveform") {
      store.write("x", part, { sampleInterval: i % 2 === 0 ? 1 / 3e6 : 1e-5, start: micros });
      micros += part.length * 10 + (i % 3 === 0 ? 0 : 5000);
    } else {
      const timestamps = Float64Array.from(part, () => micros += 1 + (micros * 7919 % 97) ** 2);
      store.write("x", part, { timestamps });
    }
    await store.flush();
  }
  const [session] = findChannel(new SegmentIndex(dataDir).refresh(), "x");
  const { segments, firstMicros } = session!;
  const pieces = segments.map((segment): ViewPiece => {
    const blocks = [...sessionBlocks({ ...session!, segments: [segment] })];
    return segment.samples < 300
      ? new PlainPiece(concatBlocks(blocks))
      : new PyramidPiece(pyramidOf(segment), segment.firstMicros, firstMicros);
  });
  const data = readChannel(dataDir, "x");
  return { view: new SessionView(pieces), data, y, originMicros: firstMicros };
}

/** Each point is a sample that is there, at its time. */
function checkPoints(points: ViewPoints, { view, data, y, originMicros }: Recorded): void {
  const { samples, values, micros } = points;
  ok(samples.every((sample, i) => i === 0 || sample > samples[i - 1]!));
  deepEqual(values, samples.map((sample) => y[sample]!));
  const axis = view.axisOf(samples, micros, originMicros);
  samples.forEach((sample, i) => {
    equal(axis.timeAt(i), data.timestampMicros[sample]);
    equal(axis.offsetAt(i), data.offsetSeconds[sample]);
  });
}

function extremesOf(values: ArrayLike<number>): [low: number, high: number] {
  let low = Infinity, high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, Number.isNaN(values[i]) ? Infinity : values[i]!);
    high = Math.max(high, Number.isNaN(values[i]) ? -Infinity : values[i]!);
  }
  return [low, high];
}

function* zooms(samples: number, seed: number): Generator<[lo: number, hi: number]> {
  const random = randomFrom(seed);
  yield [0, samples];
  for (let span = samples; span >= 1; span = Math.floor(span / 2.3)) {
    const lo = Math.floor(random() * (samples - span + 1));
    yield [lo, lo + span];
  }
}

for (const kind of ["waveform", "scalar"] as const) {
  Deno.test(`A view of ${kind} segments invents and loses no extreme at any zoom`, () =>
    inDataDir(async (dataDir) => {
      const y = samplesOf(150_000, 3), cuts = [0, 70_001, 70_050, 140_000, 140_255];
      const recorded = await record(dataDir, kind, y, cuts), { view } = recorded;
      equal(view.samples, y.length);
      for (const [lo, hi] of [...zooms(y.length, 1), ...zooms(y.length, 2)]) {
        for (const columns of [1, 7, 50, 333]) {
          const edges = Float64Array.from(
            { length: columns + 1 },
            (_, i) => lo + Math.round(i * (hi - lo) / columns),
          );
          const points = pointsOfColumns(view, edges);
          checkPoints(points, recorded);
          ok(points.samples.length <= 4 * columns);
          for (let i = 0, at = 0; i < columns; i++) {
            const shown: number[] = [];
            for (; at < points.samples.length && points.samples[at]! < edges[i + 1]!; at++) {
              shown.push(points.values[at]!);
            }
            deepEqual(extremesOf(shown), extremesOf(y.subarray(edges[i], edges[i + 1])));
          }
        }
      }
    }));

  Deno.test(`displayPoints() of ${kind} segments keeps every extreme and shows gaps`, () =>
    inDataDir(async (dataDir) => {
      const y = samplesOf(120_000, 5),
        recorded = await record(dataDir, kind, y, [0, 60_000, 60_100]);
      const { view } = recorded;
      for (const [lo, hi] of zooms(y.length, 4)) {
        for (const maxPoints of [16, 101, 400]) {
          for (const policy of ["break", "omit", "keep"] as const) {
            const points = displayPoints(view, lo, hi, maxPoints, policy);
            if (points === undefined) {
              ok(hi - lo < 2 * maxPoints + 20_000);
              continue;
            }
            checkPoints(points, recorded);
            equal(points.samples.length, maxPoints);
            deepEqual(extremesOf(points.values), extremesOf(y.subarray(lo, hi)));
            const nans = points.values.filter(Number.isNaN).length;
            if (policy === "omit") equal(nans, 0);
            if (policy === "break") equal(nans > 0, y.subarray(lo, hi).some(Number.isNaN));
          }
        }
      }
    }));
}

Deno.test("displayPoints() gives exactly the points wanted, gaps or not", () =>
  inDataDir(async (dataDir) => {
    const series: Record<string, (i: number) => number> = {
      constant: () => 3,
      ramp: (i) => i,
      falling: (i) => -i,
      steps: (i) => Math.floor(i / 1000),
      "constant with gaps": (i) => i % 5000 < 700 ? NaN : 3,
      "a number now and then": (i) => i % 50 === 0 ? i : NaN,
    };
    for (const [name, f] of Object.entries(series)) {
      const y = Float64Array.from({ length: 40_000 }, (_, i) => f(i));
      const folder = `${dataDir}/${name}`;
      await Deno.mkdir(folder);
      const recorded = await record(folder, "waveform", y, [0, 20_001]);
      fc.assert(
        fc.property(fc.integer({ min: 4, max: 80 }), fc.nat(20_000), (maxPoints, lo) => {
          const points = displayPoints(recorded.view, lo, y.length, maxPoints, "break");
          // Gaps may take most of a small budget; then all samples are read.
          if (points === undefined) return ok(maxPoints < 8 && y.some(Number.isNaN));
          equal(points.samples.length, maxPoints);
          deepEqual([points.samples[0], points.samples.at(-1)], [lo, y.length - 1]);
          checkPoints(points, recorded);
        }),
        { numRuns: 25 },
      );
    }
  }));

Deno.test("SessionView finds the sample of a time", () =>
  inDataDir(async (dataDir) => {
    for (const kind of ["waveform", "scalar"] as const) {
      const folder = `${dataDir}/${kind}`;
      await Deno.mkdir(folder);
      const y = samplesOf(20_000, 9),
        { view, data } = await record(folder, kind, y, [0, 9000, 9100]);
      const times = data.timestampMicros, random = randomFrom(4);
      for (let i = 0; i < 300; i++) {
        const micros = times[Math.floor(random() * times.length)]! + Math.floor(random() * 5) - 2;
        const wanted = times.findIndex((time) => time >= micros);
        const bound = wanted < 0 ? times.length : wanted;
        equal(view.lowerBound(micros), bound);
        const near = view.near(micros);
        ok(Math.abs(bound - near) < 256, `${near} ${bound}`);
      }
      equal(view.lowerBound(-Infinity), 0);
      equal(view.lowerBound(Infinity), y.length);
    }
  }));
