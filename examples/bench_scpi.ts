// A bench test to copy: a supply and a meter that speak SCPI over TCP sweep the load of a regulator.
//
//   deno run --allow-read --allow-write --allow-net --allow-env --allow-run examples/bench_scpi.ts SN001 10.0.0.7:5025
import { Session } from "@litmus/sdk";

const [serial = "SN001", address = "10.0.0.7:5025"] = Deno.args;
const [hostname = "", port = "5025"] = address.split(":");
using instrument = await Deno.connect({ hostname, port: Number(port) });
const lines = instrument.readable.pipeThrough(new TextDecoderStream()).getReader();
const send = (text: string) => instrument.write(new TextEncoder().encode(`${text}\n`));
async function ask(command: string): Promise<number[]> {
  await send(command);
  for (let answer = "";;) {
    const { value, done } = await lines.read();
    if (done) throw new Error(`${address} hung up instead of answering ${command}`);
    if ((answer += value).endsWith("\n")) return answer.split(",").map(Number);
  }
}

await using session = await Session.start({ station_id: "bench-1", operator_id: "ann" });
session.instrument({ role: "psu", resource: `TCPIP::${hostname}::${port}::SOCKET` });
const outcome = await session.run({ dut_serial: serial, product_id: "reg33" }, async (run) => {
  await run.step("load regulation", async (step) => {
    for (const load of [0, 0.5, 1]) {
      await step.vector({ load }, async (vector) => {
        await send(`CURR ${load}`);
        const [volts = NaN] = await ask("MEAS:VOLT?");
        vector.measure("vout", volts, { low: 3.2, high: 3.4, units: "V", instrument: "psu" });
      });
    }
  });
  await run.step("ripple", async (step) => {
    const trace = Float64Array.from(await ask("TRAC?"));
    await step.read("psu.ripple", trace, { units: "V", sampleInterval: 1e-5 });
    const [volts = NaN] = await ask("MEAS:VOLT:PTP?");
    step.measure("ripple_pp", volts, { high: 0.05, units: "V", instrument: "psu" });
  });
});
Deno.exitCode = outcome === "passed" ? 0 : 1; // what was measured: litmus show SN001
