import { doesNotMatch, match, rejects, strictEqual as equal, throws } from "node:assert/strict";
import { FileChannelStore } from "../channels/file_channel_store.ts";
import { stepTree } from "../runs/step_tree.ts";
import { DISPLAY } from "./displayable.ts";
import { eventCells, liveEvents } from "./live_events.ts";
import { plotChannel } from "./plot_channel.ts";
import { show } from "./show.ts";
import { stepLines } from "./step_lines.ts";

const HOSTILE = `<img src=x onerror="alert(1)">`;

Deno.test("show() makes a table of rows with numbers to the right and nothing as markup", async () => {
  const bundle = await show([
    { name: HOSTILE, volts: 3.3, run_outcome: "failed" },
    { name: null, volts: null, run_outcome: HOSTILE },
  ])[DISPLAY]();
  const html = bundle["text/html"] ?? "";
  doesNotMatch(html, /<img/);
  match(html, /<td class="n">3\.3<\/td>/);
  match(html, /<td class="n"><span class="null">NULL/);
  equal(html.match(/class="outcome"/g)?.length, 1);
  equal((await show([])[DISPLAY]())["text/plain"], "\n0 rows");
});

Deno.test("stepLines() indents steps, vectors and measurements, and names the gravest outcome", () => {
  const step = (vector_index: number, vector_outcome: string, in_load: number) => ({
    step_path: "load",
    step_name: "load",
    vector_index,
    vector_outcome,
    in_load,
  });
  const lines = stepLines(stepTree(
    [step(0, "passed", 1), step(1, "failed", 2)],
    [{
      step_path: "load",
      step_name: "load",
      vector_index: 1,
      measurement_name: `v\x1b[2J`,
      measurement_value: 5,
      measurement_units: "V",
      limit_low: 3,
      limit_high: 4,
      limit_comparator: "GELE",
      measurement_outcome: "failed",
      vector_retry: 1,
    }],
  ));
  equal(
    lines.map(({ depth, name, value, limit, outcome, note }) =>
      [depth, name, value, limit, outcome, note].join("|")
    ).join("\n"),
    [
      "0|load|||failed|",
      "1|(load=1)|||passed|",
      "1|(load=2)|||failed|",
      "2|v␛[2J|5 V|3 .. 4|failed|try 2",
    ].join("\n"),
  );
});

Deno.test("plotChannel() has seconds for a waveform, time for readings, and units on both", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    await using store = await FileChannelStore.open({ dataDir });
    store.write("scope", new Float64Array(5000).map((_, i) => Math.sin(i)), {
      sampleInterval: 1e-6,
      units: "V",
    });
    const start = Date.UTC(2026, 10, 21, 8) * 1000;
    store.write("dmm", [1, 2, 3], { timestamps: [start, start + 1e6, start + 2e6], units: "A" });
    const scope = await plotChannel(store, "scope").svg();
    match(scope, /time \[ms\]/);
    match(scope, /scope, 5,000 samples/);
    match(scope, /scope \[mV\]|scope \[V\]/);
    const dmm = await plotChannel(store, "dmm", { limits: [2.5] }).svg();
    match(dmm, /time, UTC, 2026-11-21/);
    match(dmm, /dmm \[A\]/);
    await rejects(() => plotChannel(store, "scop").svg(), /scope/);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("Live views say where they can be shown", () => {
  const nothing = { subscribe: () => ReadableStream.from<object>([]) };
  throws(() => liveEvents(nothing), /Deno Jupyter kernel: run this in a notebook/);
});

Deno.test("eventCells() keeps what an event says short", () => {
  const cells = eventCells({
    occurred_at: "2026-11-21T08:00:00.123456Z",
    event_type: "test.measurement",
    run_id: "0123456789",
    value: 3.3,
    note: "x".repeat(500),
    outcome: "passed",
  });
  equal(cells.slice(0, 3).join(" "), "08:00:00.123 test.measurement 01234567");
  match(String(cells[3]), /^value=3\.3 note=x{100,}…$/);
});
