// Asks in SQL with the database in this very process: no daemon, no network, nothing is written.
//
//   deno run --allow-read=DATA --allow-ffi examples/embed_engine.ts DATA
import { yieldOf } from "@litmus/sdk/analysis";
import { EmbeddedEngine } from "@litmus/sdk/embedded";

const [dataDir = "data"] = Deno.args;
await using engine = await EmbeddedEngine.open({ dataDir });

const [total] = await yieldOf(engine);
console.log("units", total?.units, "first pass", total?.first_pass_yield);

const worst = await engine.sql(
  `SELECT dut_serial, measurement_name, measurement_value, measurement_units
  FROM measurements WHERE measurement_outcome = 'failed' ORDER BY measurement_timestamp`,
);
console.log(await worst.toCsv());
