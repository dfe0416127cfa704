/**
 * Channels: downsampling, views by pyramid and without, writing by files and through the daemon. With
 * `--python PATH`, an interpreter that has tsdownsample or litmus-test, those stand beside; with `--large`
 * views of 1,000M samples are measured, which takes 8 GB of disk.
 * @module
 */
import { join } from "@std/path";
import { FlightClient } from "../client.ts";
import { FileChannelStore } from "../files.ts";
import { constantUtf8Column, float64Column, int64Column } from "../lib/arrow/column_builder.ts";
import { type ArrowBatch, field } from "../lib/arrow/field.ts";
import { encodeBatch, encodeSchema } from "../lib/arrow/message_writer.ts";
import { lttb, minMaxLttb } from "../lttb.ts";
import { acquire, ChannelStore, type ChannelStoreQuery } from "../mod.ts";
import { exactQueryBytes } from "./channel_memory.ts";
import { benchLiveChannels } from "./channels_live.ts";
import { withDirectory } from "./directory.ts";
import { type Figure, median, millis, rounds } from "./report.ts";

const SAMPLES = 10_000_000, POINTS = 1000, ROUNDS = 7;
const BLOCK = 1_000_000, LARGE_BLOCKS = 1000;

type Peer = Readonly<Record<string, number>>;

/** Measures. */
export async function benchChannels(
  { python, large = false }: { python?: string | undefined; large?: boolean },
): Promise<Figure[]> {
  const peer = python === undefined ? {} : await askPeer(python);
  return [
    ...await kernels(peer),
    ...await queries(SAMPLES / BLOCK, "10M"),
    ...large ? await queries(LARGE_BLOCKS, "1,000M") : [],
    ...await writing(peer),
    ...await throughDaemon(),
    ...await benchLiveChannels(),
  ];
}

async function askPeer(python: string): Promise<Peer> {
  const script = join(import.meta.dirname ?? ".", "channels_peer.py");
  const args = [script, String(SAMPLES), String(POINTS), String(ROUNDS)];
  const { success, stdout } = await new Deno.Command(python, { args, stderr: "inherit" }).output();
  if (!success) throw new Error(`${python} could not run ${script}`);
  return JSON.parse(new TextDecoder().decode(stdout)) as Peer;
}

function beside(value: number | undefined): string {
  return value === undefined ? "" : value.toFixed(value < 100 ? 1 : 0);
}

function besidePages(peer: Peer, name: string): string {
  const both = [peer[name], peer[`${name} on small pages`]].filter((each) => each !== undefined);
  return both.map(beside).join(" / ");
}

function sampleAt(i: number): number {
  return Math.sin(i / 5000) + (i % 97) / 500;
}

async function kernels(peer: Peer): Promise<Figure[]> {
  const x = Float64Array.from({ length: SAMPLES }, (_, i) => i);
  const y = Float64Array.from({ length: SAMPLES }, (_, i) => sampleAt(i));
  const time = (work: () => unknown) => rounds(ROUNDS, () => millis(work));
  return [
    {
      work: "LTTB, 10M samples to 1,000 (beside: tsdownsample, huge pages / pages as here)",
      value: await time(() => lttb(x, y, POINTS)),
      unit: "ms",
      original: besidePages(peer, "LTTB"),
      aim: "beside",
    },
    {
      work: "MinMaxLTTB, 10M to 1,000 (beside: as above)",
      value: await time(() => minMaxLttb(x, y, POINTS)),
      unit: "ms",
      original: besidePages(peer, "MinMaxLTTB"),
      aim: "beside",
    },
  ];
}

/** Writes blocks of a waveform, without one session for all in memory. */
async function record(dataDir: string, blocks: number): Promise<void> {
  await using store = await FileChannelStore.open({ dataDir });
  const block = Float64Array.from({ length: BLOCK }, (_, i) => sampleAt(i));
  for (let i = 0; i < blocks; i++) {
    store.write("scope.ch1", block, { sampleInterval: 1e-6, start: i * BLOCK });
    if (i % 8 === 7) await store.flush();
  }
}

async function queries(blocks: number, name: string): Promise<Figure[]> {
  return await withDirectory(async (dataDir) => {
    await record(dataDir, blocks);
    const ask = async (store: FileChannelStore, query: ChannelStoreQuery): Promise<void> => {
      for await (const _ of (await store.query("scope.ch1", query)).columnBatches());
    };
    const cold = (query: ChannelStoreQuery) =>
      rounds(3, async () => {
        await using store = await FileChannelStore.open({ dataDir });
        return await millis(() => ask(store, query));
      });
    const figures: Figure[] = [{
      work: `view of ${name} samples, 1,000 points, cold store`,
      value: await cold({ maxPoints: POINTS }),
      unit: "ms",
      original: "3,750 / 3,160",
      aim: "<= 60",
    }];
    if (blocks * BLOCK <= SAMPLES) {
      const value = await cold({ maxPoints: POINTS, method: "lttb" });
      const columns = await exactQueryBytes(dataDir, POINTS) / (blocks * BLOCK * 8);
      figures.push(
        {
          work: `exact LTTB of ${name} from files, cold`,
          value,
          unit: "ms",
          original: "",
          aim: "<= 60",
        },
        {
          work: "... memory at its peak, in columns of samples",
          value: columns,
          unit: "",
          original: "",
          aim: "<= 2",
        },
      );
    }
    figures.push(await worstView(dataDir, blocks, name, ask));
    return figures;
  });
}

/** Zooms from everything to a thousand samples, in points and in pixels. */
async function worstView(
  dataDir: string,
  blocks: number,
  name: string,
  ask: (store: FileChannelStore, query: ChannelStoreQuery) => Promise<void>,
): Promise<Figure> {
  await using store = await FileChannelStore.open({ dataDir });
  let worst = 0, what = "";
  for (let width = blocks * BLOCK; width > 1000; width = Math.floor(width / 7)) {
    const start = Math.floor((blocks * BLOCK - width) * 0.37), end = start + width;
    for (const kind of [{ maxPoints: POINTS }, { widthPixels: POINTS }]) {
      await ask(store, { start, end, ...kind });
      const value = await rounds(ROUNDS, () => millis(() => ask(store, { start, end, ...kind })));
      if (value <= worst) continue;
      worst = value;
      what = `${width.toLocaleString("en-US")} in ${POINTS} ${
        "maxPoints" in kind ? "points" : "pixels"
      }`;
    }
  }
  const work = `slowest view of ${name} samples, any zoom (${what})`;
  return { work, value: worst, unit: "ms", original: "", aim: "<= 5" };
}

async function writing(peer: Peer): Promise<Figure[]> {
  return [
    {
      work: "waveform writes, blocks of 1M, file only",
      value: await rounds(3, () => withDirectory(waveforms)),
      unit: "M samples/s",
      original: beside((peer.waveform ?? NaN) / 1e6).replace("NaN", ""),
      aim: ">= 100",
    },
    {
      work: "... the same bytes, written and nothing else",
      value: await rounds(3, () => withDirectory(plainBytes)),
      unit: "M samples/s",
      original: "",
      aim: "",
    },
    {
      work: "scalar writes, file only",
      value: await rounds(3, () => withDirectory(scalars)) / 1e6,
      unit: "M/s",
      original: beside((peer.scalars ?? NaN) / 1e6).replace("NaN", ""),
      aim: ">= 2",
    },
  ];
}

const WRITTEN_BLOCKS = 64;

async function waveforms(dataDir: string): Promise<number> {
  await using store = await FileChannelStore.open({ dataDir });
  const blocks = Array.from({ length: WRITTEN_BLOCKS }, (_, i) => new Float64Array(BLOCK).fill(i));
  const took = await millis(async () => {
    for (const [i, block] of blocks.entries()) {
      store.write("scope.ch1", block, { sampleInterval: 1e-6, transfer: true });
      if (i % 8 === 7) await store.flush();
    }
  });
  return WRITTEN_BLOCKS * BLOCK / took / 1e3;
}

async function plainBytes(dataDir: string): Promise<number> {
  const block = new Uint8Array(BLOCK * 8);
  const took = await millis(async () => {
    for (let i = 0; i < WRITTEN_BLOCKS; i += 8) {
      using file = await Deno.open(join(dataDir, `${i}.bin`), { createNew: true, append: true });
      for (let j = 0; j < 8; j++) {
        for (let at = 0; at < block.byteLength;) at += await file.write(block.subarray(at));
      }
    }
  });
  return WRITTEN_BLOCKS * BLOCK / took / 1e3;
}

const SCALARS = 2_000_000;

async function scalars(dataDir: string): Promise<number> {
  await using store = await FileChannelStore.open({ dataDir });
  const took = await millis(async () => {
    for (let i = 0; i < SCALARS; i++) {
      store.write("dmm.voltage", i);
      if (i % 500_000 === 0) await store.flush();
    }
    await store.flush();
  });
  return SCALARS / took * 1e3;
}

async function throughDaemon(): Promise<Figure[]> {
  return await withDirectory(async (dataDir) => {
    await using lease = await acquire(dataDir);
    await using client = await FlightClient.connect(lease.location, { token: lease.token });
    return [
      {
        work: "scalar writes until SQL counts them",
        value: await rounds(3, () => visible(dataDir)),
        unit: "samples/s",
        original: "2,500 / 5,400",
        aim: ">= 500,000",
      },
      {
        work: "scalars put by Flight, 10,000 a batch",
        value: median(await putRates(client)),
        unit: "samples/s",
        original: "",
        aim: ">= 500,000",
      },
    ];
  });
}

async function visible(dataDir: string): Promise<number> {
  await using store = await ChannelStore.open({ dataDir });
  const count = 1_000_000, sql = "SELECT count(*) AS n FROM channel('x', session := $1)";
  const took = await millis(async () => {
    for (let i = 0; i < count; i++) store.write("x", i);
    const { n } = await (await store.sql(sql, [store.sessionId])).toColumns();
    if (Number(n?.[0]) !== count) throw new Error(`SQL counts ${n?.[0]} of ${count} samples`);
  });
  return count / took * 1e3;
}

const PUT_ROWS = 10_000, PUT_BATCHES = 100;

async function putRates(client: FlightClient): Promise<number[]> {
  const rates: number[] = [];
  for (let round = 0; round < 3; round++) {
    const batches = Array.from({ length: PUT_BATCHES }, (_, i) => putBatch(i));
    rates.push(PUT_ROWS * PUT_BATCHES / await millis(() => putAll(client, batches)) * 1e3);
  }
  return rates;
}

async function putAll(client: FlightClient, batches: readonly ArrowBatch[]): Promise<void> {
  await using writer = client.doPut({ type: "path", path: ["channels", "put"] });
  const send = async (): Promise<void> => {
    await writer.write({ header: encodeSchema(batches[0]!.schema).metadata });
    for (const batch of batches) {
      const { metadata, body } = encodeBatch(batch);
      await writer.write({ header: metadata, body });
    }
    writer.end();
  };
  const sent = send();
  let acknowledged = 0;
  for await (const _ of writer.results) acknowledged++;
  await sent;
  if (acknowledged !== batches.length) throw new Error(`${acknowledged} batches acknowledged`);
}

const PUT_SESSION = crypto.randomUUID();
let putMicros = Date.now() * 1000;

function putBatch(i: number): ArrowBatch {
  const fields = [field("timestamp", "tsu:UTC"), field("value", "g"), field("session_id", "u")];
  const times = Float64Array.from({ length: PUT_ROWS }, () => putMicros++);
  const columns = [
    int64Column(fields[0]!, times),
    float64Column(fields[1]!, new Float64Array(PUT_ROWS).fill(i)),
    constantUtf8Column(fields[2]!, PUT_SESSION, PUT_ROWS),
  ];
  return { schema: { fields }, rows: PUT_ROWS, columns };
}
