import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  claimCheckOf,
  formatChannelUri,
  isChannelReference,
  parseChannelReference,
} from "./channel_uri.ts";

const SESSION = "aaaaaaaa-1111-4222-8333-444444444444";

Deno.test("formatChannelUri() keeps dots and quotes the rest as the Python package does", () => {
  equal(
    formatChannelUri("scope.ch1.waveform", "abc123"),
    "channel://scope.ch1.waveform?session=abc123",
  );
  equal(formatChannelUri("a b(!)'*~µ", "s"), "channel://a%20b%28%21%29%27%2A~%C2%B5?session=s");
});

Deno.test("parseChannelReference() gives back any channel and session", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (channelId) => {
    const uri = formatChannelUri(channelId, SESSION);
    deepEqual(parseChannelReference(uri), { channelId, sessionId: SESSION });
    deepEqual(parseChannelReference({ _ref: uri }), { channelId, sessionId: SESSION });
  }));
  deepEqual(parseChannelReference("channel://x"), { channelId: "x", sessionId: undefined });
});

Deno.test("parseChannelReference() refuses what is no reference", () => {
  for (const wrong of ["", "x", "channel://", "file://_ref/x", "channel://%E0%A4%A?session=1"]) {
    throws(() => parseChannelReference(wrong), { name: "InvalidDataError" }, wrong);
  }
  equal(isChannelReference("channel://x?session=1"), true);
  equal(isChannelReference({ _ref: "channel://x" }), true);
  for (const other of [null, 1, "x", {}, { _ref: 1 }]) equal(isChannelReference(other), false);
});

Deno.test("claimCheckOf() tells length and extremes of arrays, and nothing of structures", () => {
  const uri = formatChannelUri("scope.ch1", SESSION);
  const common = { _ref: uri, channel_id: "scope.ch1" };
  const samples = Float64Array.of(NaN, 3, -2, 5);
  deepEqual(claimCheckOf(uri, samples, { sampleInterval: 1e-6 }), {
    ...common,
    type: "array",
    length: 4,
    sample_interval: 1e-6,
    min: -2,
    max: 5,
  });
  deepEqual(claimCheckOf(uri, [1, 2]), { ...common, type: "array", length: 2, min: 1, max: 2 });
  deepEqual(claimCheckOf(uri, [NaN, Infinity]), { ...common, type: "array", length: 2 });
  deepEqual(claimCheckOf(uri, { v: 1 }), { ...common, type: "struct" });
});
