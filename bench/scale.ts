/**
 * The daemon over a growing history: how long a restart takes until SQL answers, and what it holds in memory.
 * @module
 */
import { acquire } from "../mod.ts";
import { FlightClient } from "../client.ts";
import { FileEventLog } from "../lib/events/file_event_log.ts";
import { residentBytes } from "./daemon.ts";
import { stopDaemon, withDirectory } from "./directory.ts";
import { type Figure, millis } from "./report.ts";

const SIZES = [100_000, 300_000, 1_000_000];
const LARGE_SIZES = [...SIZES, 3_000_000, 10_000_000];
const EVENTS_PER_FILE = 1_000_000;
/** A question that has to look at every event. */
const QUESTION =
  `SELECT json ->> '$.instrument_role' AS role, count(*) AS reads, avg(value) AS mean FROM events
  WHERE event_type = 'instrument.read' GROUP BY ALL ORDER BY ALL`;

/** Measures. */
export async function benchScale(
  { large }: { readonly large?: boolean | undefined },
): Promise<Figure[]> {
  return await withDirectory(async (dataDir) => {
    const figures: Figure[] = [];
    let written = 0;
    for (const size of large === true ? LARGE_SIZES : SIZES) {
      await writeReads(dataDir, size - written);
      written = size;
      figures.push(...await restart(dataDir, size));
    }
    return figures;
  });
}

async function writeReads(dataDir: string, count: number): Promise<void> {
  for (let left = count; left > 0; left -= EVENTS_PER_FILE) {
    await using log = await FileEventLog.open({ dataDir });
    for (let i = 0; i < Math.min(left, EVENTS_PER_FILE); i++) {
      const full = log.emit({
        event_type: "instrument.read",
        instrument_role: `dmm_${i % 4}`,
        channel_id: "dmm.voltage",
        method: "measure_dc_voltage",
        value: 5 + (i % 1000) / 1e4,
        units: "V",
      });
      if (full !== undefined) await full;
    }
    await log.flush();
  }
}

async function restart(dataDir: string, events: number): Promise<Figure[]> {
  await stopDaemon(dataDir);
  let answer = NaN;
  let bytes = NaN;
  const start = await millis(async () => {
    await using lease = await acquire(dataDir);
    await using client = await FlightClient.connect(lease.location, { token: lease.token });
    const { n } = await (await client.doGet("SELECT count(*) AS n FROM events")).toColumns();
    if (Number(n?.[0]) !== events) throw new Error(`Got ${n?.[0]} events, wanted ${events}`);
    answer = await millis(async () => await (await client.doGet(QUESTION)).toColumns());
    bytes = await residentBytes(client);
  });
  const after = `over ${events.toLocaleString("en-US")} events`;
  return [
    {
      work: `restart ${after}`,
      value: (start - answer) / 1000,
      unit: "s",
      original: "",
      aim: "linear",
    },
    { work: `GROUP BY ${after}`, value: answer, unit: "ms", original: "", aim: "linear" },
    { work: `memory ${after}`, value: bytes / 1e6, unit: "MB", original: "", aim: "limit" },
  ];
}
