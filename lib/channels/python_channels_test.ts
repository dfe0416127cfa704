import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { inDataDir, PYTHON_DATA_DIR, quietStore, SESSION } from "./_channel_fixture_test.ts";
import { queryChannelFiles } from "./channel_query.ts";
import { readRegistry } from "./channel_registry.ts";
import { summarizeChannels } from "./channel_summary.ts";
import { readChannel } from "./read_channel.ts";
import { textsOf } from "./sample_values.ts";
import { listSegments } from "./segment_index.ts";
import { COPY_SESSION } from "./segment_selection.ts";

Deno.test("listSegments() reads every file of the Python package without damage", () => {
  const { segments, damage } = listSegments(PYTHON_DATA_DIR);
  deepEqual(damage, []);
  equal(segments.length, 28);
  ok(segments.every(({ sealed, shared, ordered }) => !sealed && !shared && ordered));
});

Deno.test("summarizeChannels() counts the samples of the Python package once", () => {
  const { segments } = listSegments(PYTHON_DATA_DIR);
  const { entries } = readRegistry(PYTHON_DATA_DIR);
  const channels = summarizeChannels(segments, entries);
  const rows = channels.map(({ channelId, dataType, samples, segments, units }) =>
    [channelId, dataType, samples, segments, units] as const
  );
  const psu = Array(6).fill(["psu.voltage", "scalar", 3, 1, undefined]);
  deepEqual(rows, [
    ["counter", "scalar", 2, 1, undefined],
    ["dmm.voltage", "scalar", 250, 3, "V"],
    ["door.open", "scalar_bool", 2, 1, undefined],
    ["log.line", "scalar_str", 2, 1, undefined],
    ["psu.state", "struct", 3, 1, undefined],
    ...psu,
    ["scope.ch1", "waveform", 2500, 1, "V"],
  ]);
  ok(channels.every(({ sessionId }) => sessionId !== COPY_SESSION));
  const copies = summarizeChannels(segments, entries, COPY_SESSION);
  deepEqual(copies.map(({ samples }) => samples), [2, 250, 2, 2, 3, 18, 2500]);
});

Deno.test("readChannel() reads each channel of the Python package", () => {
  const read = (id: string) => readChannel(PYTHON_DATA_DIR, id);
  equal(read("dmm.voltage").sampleIndex.length, 250);
  equal(read("psu.voltage").sessions.length, 6);
  deepEqual(read("door.open").values.kind, "bool");
  deepEqual(read("counter").values, { kind: "number", data: Float64Array.of(1, 2) });
  deepEqual(JSON.parse(textsOf(read("psu.state").values)[0]!), {
    v: 5,
    i: 0,
    on: true,
    mode: "CV",
  });
  const scope = read("scope.ch1");
  deepEqual(scope.sessions, [{ sessionId: SESSION, length: 2500 }]);
  for (let i = 0; i < 2500; i++) ok(Math.abs(scope.offsetSeconds[i]! - (i % 500) * 1e-6) < 1e-15);
});

Deno.test("queryChannelFiles() downsamples a waveform of the Python package", async () => {
  const options = { maxPoints: 100, method: "lttb" } as const;
  const lttb = await queryChannelFiles(PYTHON_DATA_DIR, "scope.ch1", options).toColumns();
  equal(lttb.value?.length, 100);
  const copy = { sessionId: COPY_SESSION, lastN: 3 };
  equal((await queryChannelFiles(PYTHON_DATA_DIR, "counter", copy).toColumns()).value?.length, 2);
});

Deno.test("FileChannelStore adds to a directory of the Python package and keeps its registry", () =>
  inDataDir(async (dataDir) => {
    const registry = JSON.parse(
      await Deno.readTextFile(`${PYTHON_DATA_DIR}/channels/_registry.json`),
    );
    registry["dmm.voltage"].added_by_others = { x: 1 };
    registry["other.kind"] = { data_type: "tensor" };
    await Deno.mkdir(`${dataDir}/channels`);
    await Deno.writeTextFile(`${dataDir}/channels/_registry.json`, JSON.stringify(registry));
    await using store = quietStore(dataDir);
    store.write("dmm.voltage", 1, { instrumentRole: "dmm" });
    store.write("new.channel", 1);
    await store.flush();
    const after = JSON.parse(await Deno.readTextFile(`${dataDir}/channels/_registry.json`));
    deepEqual(Object.keys(after), [...Object.keys(registry), "new.channel"]);
    deepEqual(after["dmm.voltage"], { ...registry["dmm.voltage"], instrument_role: "dmm" });
    deepEqual(after["other.kind"], { data_type: "tensor" });
  }));
