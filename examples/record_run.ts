// Records a run as a test program does: a session, a run, steps, measurements and a waveform.
//
//   deno run --allow-read=DATA --allow-write=DATA --allow-net=127.0.0.1 \
//     --allow-run=deno examples/record_run.ts DATA
import { Session } from "@litmus/sdk";

const [dataDir = "data"] = Deno.args;
await using session = await Session.start({
  dataDir,
  station_id: "bench-1",
  operator_id: "ann",
});

for (const [serial, volts] of [["SN001", 3.31], ["SN002", 3.44]] as const) {
  const run = { dut_serial: serial, product_id: "psb330", test_phase: "production" };
  const outcome = await session.run(run, async (run) => {
    await run.step("power up", async (step) => {
      const inrush = Float64Array.from({ length: 200_000 }, (_, i) => 4 * Math.exp(-i / 2e4));
      await step.read("scope.inrush", inrush, { sampleInterval: 1e-6, units: "A" });
      step.measure("inrush_peak", Math.max(...inrush.subarray(0, 100)), { high: 5, units: "A" });
    });
    await run.step("rails", async (step) => {
      for (const load of [0.1, 1]) {
        await step.vector({ load }, (vector) => {
          vector.measure("rail_3v3", volts - 0.02 * load, { low: 3.2, high: 3.4, units: "V" });
        });
      }
    });
  });
  console.log(serial, outcome);
}
