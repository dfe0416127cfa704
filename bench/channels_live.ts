/**
 * Channels that are watched while they are written: how late samples come, and what watching costs the
 * capture. Run by itself it is the subscriber: `channels_live.ts DATA_DIR CHANNEL`.
 * @module
 */
import { acquire, ChannelStore } from "../mod.ts";
import { withDirectory } from "./directory.ts";
import { type Figure, millis } from "./report.ts";

const RATE = 1000, SECONDS = 5, ROUNDS = 3;
const SCALARS = 1_000_000, BLOCK = 1_000_000, BLOCKS = 32;

/** Measures. */
export async function benchLiveChannels(): Promise<Figure[]> {
  return await withDirectory(async (dataDir) => {
    await using _lease = await acquire(dataDir);
    const late = await lateness(dataDir);
    return [
      {
        work: `write to live subscriber at ${RATE}/s, p99 (p50: ${
          quantile(late, 0.5).toFixed(2)
        } ms)`,
        value: quantile(late, 0.99),
        unit: "ms",
        original: "",
        aim: "<= 2",
      },
      {
        work: "scalar writes watched by another process, slower by",
        value: await slowdown(dataDir, "dmm.voltage", scalars),
        unit: "%",
        original: "",
        aim: "< 5",
      },
      {
        work: "waveform writes watched by another process, slower by",
        value: await slowdown(dataDir, "scope.ch1", waveforms),
        unit: "%",
        original: "",
        aim: "< 5",
      },
    ];
  });
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

/** Milliseconds from write to update, ascending; the samples are the times at which they were written. */
async function lateness(dataDir: string): Promise<number[]> {
  await using store = await ChannelStore.open({ dataDir });
  const live = Promise.withResolvers<void>(), late: number[] = [];
  const wanted = RATE * SECONDS;
  const reading = (async () => {
    for await (const { value } of store.subscribe("live", { onLive: () => live.resolve() })) {
      const now = performance.now();
      for (const written of value) late.push(now - Number(written));
      if (late.length >= wanted) return;
    }
  })();
  await live.promise;
  const start = performance.now();
  for (let written = 0; written < wanted;) {
    const due = Math.min(wanted, (performance.now() - start) / 1000 * RATE);
    for (; written < due; written++) store.write("live", performance.now());
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await reading;
  return late.sort((a, b) => a - b);
}

/** Writes so many samples. */
type Capture = (store: ChannelStore, channelId: string, samples: number) => Promise<void>;

async function scalars(store: ChannelStore, channelId: string, samples: number): Promise<void> {
  for (let i = 0; i < samples; i++) {
    store.write(channelId, i);
    // An instrument is read in between.
    if (i % 1000 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await store.flush();
}

async function waveforms(store: ChannelStore, channelId: string, samples: number): Promise<void> {
  const block = new Float64Array(Math.min(BLOCK, samples));
  for (let at = 0, i = 1; at < samples; at += block.length, i++) {
    store.write(channelId, block, { sampleInterval: 1e-6 });
    if (i % 8 === 0) await store.flush();
  }
}

/**
 * How much longer a capture takes that is watched, in percent: the best of each, in turns. Daemon and
 * subscriber need a core as well, which a small machine takes from the capture.
 */
async function slowdown(dataDir: string, channelId: string, capture: Capture): Promise<number> {
  const alone: number[] = [], watched: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await captured(dataDir, `${channelId}.alone`, capture));
    await using _subscriber = await startSubscriber(dataDir, channelId);
    watched.push(await captured(dataDir, channelId, capture));
  }
  return (Math.min(...watched) / Math.min(...alone) - 1) * 100;
}

async function captured(dataDir: string, channelId: string, capture: Capture): Promise<number> {
  await using store = await ChannelStore.open({ dataDir });
  await capture(store, channelId, 1);
  // Until the store has found the daemon and knows who watches.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const samples = capture === scalars ? SCALARS : BLOCKS * BLOCK;
  return await millis(() => capture(store, channelId, samples));
}

async function startSubscriber(dataDir: string, channelId: string): Promise<AsyncDisposable> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", import.meta.url, dataDir, channelId],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    },
  };
}

async function follow(dataDir: string, channelId: string): Promise<void> {
  await using store = await ChannelStore.open({ dataDir });
  const onLive = (): void => void Deno.stdout.writeSync(new TextEncoder().encode("live\n"));
  for await (const _ of store.subscribe(channelId, { onLive }));
}

if (import.meta.main) await follow(Deno.args[0] ?? "", Deno.args[1] ?? "");
