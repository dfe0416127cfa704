import { match, strictEqual as equal } from "node:assert/strict";
import type { ChannelUpdate } from "../channels/channel_subscription.ts";
import { FileChannelStore } from "../channels/file_channel_store.ts";
import { LiveSamples } from "./_live_samples.ts";
import { liveChannelBundle } from "./live_channel.ts";
import { rowsText } from "./progress.ts";

const START_MICROS = Date.UTC(2026, 10, 21, 8) * 1000;

function update(
  fromMicros: number,
  value: ChannelUpdate["value"],
  more: Partial<ChannelUpdate> = {},
): ChannelUpdate {
  const timestamp = new Float64Array(value.length).map((_, i) => START_MICROS + fromMicros + i);
  const offsetSeconds = timestamp.map((micros) => (micros - START_MICROS) / 1e6);
  const rest = { channelId: "dmm", sessionId: "a", isLive: true, missed: 0 };
  return { ...rest, timestamp, offsetSeconds, value, ...more };
}

Deno.test("LiveSamples keeps the last seconds of each session", () => {
  const samples = new LiveSamples(10);
  samples.add(update(0, Float64Array.of(1, 2, 3)));
  samples.add(update(9e6, Float64Array.of(4), { sessionId: "b" }));
  equal(samples.sessions, 2);
  samples.add(update(18e6, Float64Array.of(5), { sessionId: "b", missed: 7 }));
  equal(samples.sessions, 1);
  const value = samples.columns("dmm", "V").get("value");
  equal([...value!.data.values].join(), "4,5");
  equal(`${samples.count} ${samples.missed}`, "5 7");
});

Deno.test("LiveSamples.addLater() takes of history what did not come before", () => {
  const samples = new LiveSamples(10);
  samples.add(update(0, Float64Array.of(1, 2, 3)));
  samples.addLater(update(1, Float64Array.of(2, 3, 4, 5)));
  samples.addLater(update(0, Float64Array.of(1)));
  samples.addLater(update(0, Float64Array.of(7), { sessionId: "b" }));
  const { values } = samples.columns("dmm", "V").get("value")!.data;
  equal([...values].join(), "1,2,3,4,5,7");
  equal(samples.count, 6);
});

Deno.test("LiveSamples keeps every spike of more samples than it holds", () => {
  const samples = new LiveSamples(3600);
  for (let i = 0; i < 30; i++) {
    const block = new Float64Array(50_000).fill(i);
    block[777] = 1000 + i;
    samples.add(update(i * 50_000, block));
  }
  const { values } = samples.columns("dmm", undefined).get("value")!.data;
  equal([...values].filter((value) => Number(value) >= 1000).length, 30);
  equal(values.length <= 200_000, true);
});

Deno.test("Progress is in percent where it is known how many rows there will be", async () => {
  equal(rowsText(1200, undefined), "1,200 rows");
  equal(rowsText(999, 1000), "99 %, 999 rows of 1,000");
  const dataDir = await Deno.makeTempDir();
  try {
    await using store = await FileChannelStore.open({ dataDir });
    store.write("scope", new Float64Array(5000), { sampleInterval: 1e-6 });
    equal((await store.query("scope")).expectedRows, 5000);
    equal((await store.query("scope", { lastN: 20 })).expectedRows, 20);
    equal((await store.query("scope", { maxPoints: 20 })).expectedRows, undefined);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("A live channel waits, draws numbers and booleans, and tells the latest text", async () => {
  const samples = new LiveSamples(10);
  equal((await liveChannelBundle(samples, "dmm", {}))["text/plain"], "Waiting for channel dmm");
  samples.add(update(0, [true, false, null], { missed: 1200 }));
  const drawn = await liveChannelBundle(samples, "dmm", { units: "V" });
  match(drawn["text/html"]!, /dmm \[V\]/);
  match(drawn["text/plain"]!, /dmm, 3 samples, 1,200 more came too fast/);
  const texts = new LiveSamples(10);
  texts.add(update(0, ["idle", "busy"]));
  equal((await liveChannelBundle(texts, "state", {}))["text/plain"], "state: busy");
});
