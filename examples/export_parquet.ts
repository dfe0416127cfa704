// Gathers the Parquet files of failed runs for Polars, pandas or DuckDB: pl.read_parquet("DATA/failed/*.parquet")
//
//   deno run --allow-read=DATA --allow-write=DATA --allow-net=127.0.0.1 \
//     --allow-run=deno examples/export_parquet.ts DATA
import { RunStore } from "@litmus/sdk";

const [dataDir = "data"] = Deno.args;
const target = `${dataDir}/failed`;
await Deno.mkdir(target, { recursive: true });

// Each run is a file of its own already, with every row and the types that other tools expect.
await using runs = await RunStore.open({ dataDir });
const files = await runs.sql(
  `SELECT f.path, r.dut_serial FROM runs r JOIN run_index.files f USING (run_id)
  WHERE r.run_outcome = 'failed' AND f.status = 'ok' ORDER BY f.path`,
);
for await (const { path, dut_serial } of files.rows()) {
  const name = String(path).split("/").at(-1);
  await Deno.copyFile(`${dataDir}/runs/${path}`, `${target}/${name}`);
  console.log(dut_serial, `${target}/${name}`);
}
