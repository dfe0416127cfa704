import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import { SESSION, TWIN_SESSION } from "./_channel_fixture_test.ts";
import { sharesOf } from "./_decimated_parts.ts";
import type { SegmentInfo } from "./segment_info.ts";
import {
  type CoveredRange,
  decodeSegmentMetadata,
  encodeSegmentMetadata,
} from "./segment_metadata.ts";
import { COPY_SESSION, dropCovered, groupSessions } from "./segment_selection.ts";

function segment(path: string, parts: Partial<SegmentInfo> = {}): SegmentInfo {
  return {
    path,
    sizeBytes: 1,
    sealed: true,
    shared: false,
    channelId: "x",
    sessionId: SESSION,
    dataType: "scalar",
    covers: [],
    rows: 1,
    samples: 1,
    firstMicros: 1,
    lastMicros: 1,
    ordered: true,
    batchBytes: 0,
    ...parts,
  };
}

const covering = (...covers: [string, number, number][]): { covers: CoveredRange[] } => ({
  covers: covers.map(([writer, first, last]) => ({ writer, first, last })),
});

Deno.test("dropCovered() counts a merged segment instead of its sources, in any order", () => {
  const sources = [
    segment("1", covering(["a", 1, 2])),
    segment("2", covering(["a", 3, 3])),
    segment("3", covering(["b", 1, 4])),
    segment("4", covering(["a", 4, 9])),
  ];
  const merged = segment("m", covering(["a", 1, 3], ["b", 1, 4]));
  for (const all of [[merged, ...sources], [...sources, merged]]) {
    deepEqual(dropCovered(all).map(({ path }) => path).sort(), ["4", "m"]);
  }
  const again = segment("mm", covering(["a", 1, 9], ["b", 1, 4]));
  deepEqual(dropCovered([...sources, merged, again]), [again]);
  deepEqual(dropCovered([segment("p"), segment("q")]).length, 2);
});

Deno.test("dropCovered() counts one of two equal segments, and no damaged one for whole ones", () => {
  const twice = [segment("1", covering(["a", 1, 2])), segment("2", covering(["a", 1, 2]))];
  deepEqual(dropCovered(twice).map(({ path }) => path), ["1"]);
  const damaged = segment("m", { ...covering(["a", 1, 9]), sealed: false });
  deepEqual(dropCovered([damaged, ...twice]).map(({ path }) => path), ["m", "1"]);
});

Deno.test("groupSessions() leaves out copies where there is another session", () => {
  const copy = segment("c", { sessionId: COPY_SESSION }), real = segment("r");
  const other = segment("o", { sessionId: COPY_SESSION, channelId: "only.copies" });
  const paths = (sessionId?: string) =>
    groupSessions([copy, real, other], sessionId).map(({ segments }) => segments[0]?.path);
  deepEqual(paths(), ["o", "r"]);
  deepEqual(paths(COPY_SESSION), ["o", "c"]);
  deepEqual(paths(SESSION), ["r"]);
  deepEqual(paths(TWIN_SESSION), []);
});

Deno.test("sharesOf() shares out exactly what was asked for", () => {
  const counts = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(counts, fc.nat({ max: 20_000 }), (samples, extra) => {
    const maxPoints = 2 * samples.length + extra;
    const shares = sharesOf(samples, maxPoints);
    const points = shares.reduce((sum, share, i) => sum + Math.min(share, samples[i]!), 0);
    equal(points, Math.min(maxPoints, samples.reduce((sum, count) => sum + count, 0)));
    ok(shares.every((share) => share >= 2));
  }));
});

Deno.test("decodeSegmentMetadata() gives back what was encoded and refuses what is not complete", () => {
  const { path: _p, sizeBytes: _s, sealed: _w, shared: _h, ...metadata } = segment("x", {
    ...covering(["0123456789abcdef", 1, 3]),
    capture: { startMicros: 5, samples: 7 },
    units: "V",
    instrumentRole: "dmm",
    resource: "GPIB0::1",
    attributes: { gain: 2 },
  });
  const pairs = encodeSegmentMetadata(metadata);
  deepEqual(decodeSegmentMetadata(pairs), metadata);
  for (const key of ["segment", "channel_id", "session_id", "covers", "samples", "batch_bytes"]) {
    for (const wrong of [undefined, "", "nonsense", "[[1]]"]) {
      if (key.endsWith("_id") && wrong !== undefined) continue;
      const changed = new Map(pairs);
      if (wrong === undefined) changed.delete(`litmus.${key}`);
      else changed.set(`litmus.${key}`, wrong);
      equal(decodeSegmentMetadata(changed), undefined, `${key} ${wrong}`);
    }
  }
  equal(decodeSegmentMetadata(undefined), undefined);
});
