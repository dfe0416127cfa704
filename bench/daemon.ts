/**
 * The daemon: first query, small queries, a large result, memory at rest.
 * @module
 */
import { acquire, EventStore } from "../mod.ts";
import { FlightClient } from "../client.ts";
import { stopDaemon, withDirectory } from "./directory.ts";
import { type Figure, millis, rounds } from "./report.ts";

/** Rows of the large result. */
export const ROWS = 1_000_000;
/** What it is the result of. */
export const NINE_COLUMNS = `SELECT uuid()::VARCHAR AS run_id, 'step_' || (i % 10) AS step_name,
  'measurement ' || (i % 20) AS measurement_name, i / 7 AS measurement_value, 1.5::DOUBLE AS limit_low,
  2.5::DOUBLE AS limit_high, 'V' AS measurement_units, 'passed' AS measurement_outcome,
  now() + to_milliseconds(i) AS measurement_timestamp FROM range(${ROWS}) t(i)`;

/** Measures. */
export async function benchDaemon(): Promise<Figure[]> {
  return [
    {
      work: "first query, no daemon running",
      value: await rounds(5, firstQuery),
      unit: "ms",
      original: "510 / 530",
      aim: "<= 400",
    },
    ...await withDirectory(warm),
  ];
}

async function firstQuery(): Promise<number> {
  return await withDirectory(async (dataDir) => {
    await using store = await EventStore.open({ dataDir });
    return await millis(async () => (await store.sql("SELECT count(*) FROM events")).toColumns());
  });
}

async function warm(dataDir: string): Promise<Figure[]> {
  await using lease = await acquire(dataDir);
  await using client = await FlightClient.connect(lease.location, { token: lease.token });
  const atRest = await residentBytes(client);
  const small = await rounds(
    51,
    () => millis(async () => (await client.doGet("SELECT 1")).toColumns()),
  );
  const large = await rounds(5, () =>
    millis(async () => {
      let rows = 0;
      for await (const batch of (await client.doGet(NINE_COLUMNS)).columnBatches()) {
        rows += batch.rows;
      }
      if (rows !== ROWS) throw new Error(`Got ${rows} rows, wanted ${ROWS}`);
    }));
  await stopDaemon(dataDir);
  return [
    { work: "select 1, warm", value: small, unit: "ms", original: "", aim: "<= 1" },
    {
      work: "do_get, 1M rows of 9 columns from SQL (own client)",
      value: ROWS / large * 1000,
      unit: "rows/s",
      original: "2.8M / 2.9M",
      aim: ">= 5.8M",
    },
    {
      work: "daemon at rest, memory",
      value: atRest / 1e6,
      unit: "MB",
      original: "430 / 540",
      aim: "<= 150",
    },
  ];
}

/** Memory of the daemon. */
export async function residentBytes(client: FlightClient): Promise<number> {
  for await (const body of client.doAction("status", new Uint8Array(0))) {
    return (JSON.parse(new TextDecoder().decode(body)) as { rss_bytes: number }).rss_bytes;
  }
  return NaN;
}
