/**
 * Flight side by side: this daemon, the Python package's and pyarrow's own server, all seen by the same
 * pyarrow client in one run. Needs `--python PATH`, an interpreter with pyarrow; with litmus-test in it, the
 * daemon of that package answers the same statements.
 * @module
 */
import { join } from "@std/path";
import { encodeBatch, encodeSchema } from "../lib/arrow/message_writer.ts";
import { field } from "../lib/arrow/field.ts";
import { Database } from "../lib/engine/database.ts";
import { FlightServer } from "../lib/flight/server.ts";
import type { FlightService } from "../lib/flight/service.ts";
import { acquire } from "../mod.ts";
import { NINE_COLUMNS, ROWS } from "./daemon.ts";
import { withDirectory } from "./directory.ts";
import type { Figure } from "./report.ts";

const ROUNDS = 5;
/** 2 MiB messages of nine 8-byte columns. */
const PLAIN_ROWS = 29_120;
const PLAIN_BATCHES = 64;

type Pair = { readonly ours: number; readonly theirs?: number };

/** Measures. */
export async function benchFlight(python: string | undefined): Promise<Figure[]> {
  if (python === undefined) return [];
  return await withDirectory(async (dataDir) => {
    const parquet = await writeMeasurements(dataDir);
    await using lease = await acquire(dataDir);
    await using plain = await FlightServer.serve(plainService());
    const pairs = await askPeer(python, dataDir, {
      sql: NINE_COLUMNS,
      rows: ROWS,
      rounds: ROUNDS,
      parquet,
      daemon: { location: lease.location, token: lease.token },
      plain: { location: plain.location, batch_rows: PLAIN_ROWS },
    });
    return figuresOf(pairs);
  });
}

function figuresOf({ sql, stored, get, put }: Record<string, Pair | undefined>): Figure[] {
  const figure = (
    work: string,
    unit: string,
    pair: Pair | undefined,
    scale: number,
    aim: string,
  ) => ({
    work,
    value: (pair?.ours ?? NaN) / scale,
    unit,
    original: pair?.theirs === undefined ? "" : (pair.theirs / scale).toFixed(2),
    aim,
  });
  return [
    figure("do_get, 1M rows of 9 columns from SQL (pyarrow)", "M rows/s", sql, 1e6, "2 x beside"),
    figure(
      "do_get, 1M stored measurements, 9 columns (pyarrow)",
      "M rows/s",
      stored,
      1e6,
      "2 x beside",
    ),
    figure(
      "plain batches of 2 MiB, get (beside: pyarrow's server)",
      "GB/s",
      get,
      1e9,
      "0.7 x beside",
    ),
    figure(
      "plain batches of 2 MiB, put (beside: pyarrow's server)",
      "GB/s",
      put,
      1e9,
      "0.7 x beside",
    ),
  ];
}

/** A run file with a million measurements, as any other program might have put it there. */
async function writeMeasurements(dataDir: string): Promise<string> {
  const folder = join(dataDir, "runs", "2026-01-01");
  const parquet = join(folder, "20260101T000000Z_BENCH.parquet");
  await Deno.mkdir(folder, { recursive: true });
  const database = await Database.open({ memoryBytes: 1024 ** 3, readableDirectories: [folder] });
  await database.run(
    `COPY (SELECT 'measurement' AS record_type, 'bench' AS session_id, 'passed' AS run_outcome, now() AS run_started_at,
    * REPLACE ('00000000-0000-4000-8000-000000000001' AS run_id) FROM (${NINE_COLUMNS}))
    TO '${parquet.replaceAll("'", "''")}' (FORMAT parquet)`,
  );
  database.close();
  return parquet;
}

function plainService(): FlightService {
  const fields = Array.from({ length: 9 }, (_, i) => field(`c${i}`, "g"));
  const body = new Uint8Array(PLAIN_ROWS * 72);
  const columns = fields.map((each, i) => ({
    field: each,
    length: PLAIN_ROWS,
    nullCount: 0,
    buffers: [new Uint8Array(0), body.subarray(i * PLAIN_ROWS * 8, (i + 1) * PLAIN_ROWS * 8)],
    children: [],
  }));
  const message = encodeBatch({ schema: { fields }, rows: PLAIN_ROWS, columns, body });
  return {
    async *doGet() {
      yield { header: encodeSchema({ fields }).metadata };
      for (let i = 0; i < PLAIN_BATCHES; i++) {
        yield { header: message.metadata, body: message.body };
      }
    },
    async *doPut(messages) {
      for await (const _ of messages);
      yield new Uint8Array(1);
    },
  };
}

async function askPeer(
  python: string,
  dataDir: string,
  setup: unknown,
): Promise<Record<string, Pair>> {
  const file = join(dataDir, "setup.json");
  await Deno.writeTextFile(file, JSON.stringify(setup));
  const script = new URL("./flight_peer.py", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args: ["-W", "ignore", script, file],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`The pyarrow client failed: ${text(stderr)}`);
  return JSON.parse(text(stdout));
}
