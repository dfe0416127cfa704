// Asks one question of events, channels and runs: which failed runs have a waveform, and how high it went.
//
//   deno run --allow-read=DATA --allow-write=DATA --allow-net=127.0.0.1 \
//     --allow-run=deno examples/query_stores.ts DATA
import { RunStore } from "@litmus/sdk";

const [dataDir = "data"] = Deno.args;
await using runs = await RunStore.open({ dataDir });

const result = await runs.sql(
  `SELECT r.dut_serial, r.run_outcome, w.channel_id, w.samples,
    (SELECT max(value) FROM channel('scope.inrush') c WHERE c.session_id = r.session_id) AS peak,
    (SELECT count(*) FROM events e WHERE e.run_id = r.run_id) AS events
  FROM runs r JOIN channels w USING (session_id)
  WHERE r.run_outcome = $outcome AND w.data_type = 'waveform'
  ORDER BY r.run_started_at`,
  { outcome: "failed" },
);
for await (const row of result.rows()) console.log(JSON.stringify(row));
