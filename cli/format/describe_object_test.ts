import assert from "node:assert/strict";
import { describeObject } from "./describe_object.ts";
import { bytesText, durationText } from "../../lib/base/quantity_text.ts";

Deno.test("describeObject() aligns names and indents what is nested", () => {
  const object = {
    running: true,
    rss_bytes: 149e6,
    uptime_seconds: 7384.2,
    started_at: "2026-07-30T10:20:30.123456Z",
    dut: { serial: "SN-1", lot: null },
    tags: ["a", "b"],
    damaged: [{ file: "x\x1b.arrow", start: 12 }],
    missing: [],
  };
  assert.equal(
    describeObject(object),
    `\
running     yes
rss         142 MiB
uptime      2 h 3 min
started at  2026-07-30 10:20:30.123456Z
dut
  serial  SN-1
  lot     -
tags        a, b
damaged
  1.
     file   x␛.arrow
     start  12
missing     none
`,
  );
});

Deno.test("describeObject() cuts values to the width", () => {
  assert.equal(describeObject({ path: "x".repeat(50) }, { width: 20 }), "path  xxxxxxxxxxxxx…\n");
});

Deno.test("durationText() and bytesText() round to what people say", () => {
  assert.deepEqual([0, 2e-5, 0.0351, 4.21, 59.99, 125, 3600, 187_200].map(durationText), [
    "0 s",
    "20 µs",
    "35.1 ms",
    "4.21 s",
    "1 min",
    "2 min 5 s",
    "1 h",
    "2 d 4 h",
  ]);
  assert.deepEqual([0, 1023, 1024, 1536, 1048575].map(bytesText), [
    "0 B",
    "1023 B",
    "1.0 KiB",
    "1.5 KiB",
    "1.0 MiB",
  ]);
});
