/** The bench script to copy, against an instrument that answers SCPI over TCP. */
import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { RunStore } from "../lib/runs/run_store.ts";
import { ROOT, testDirectory } from "./harness.ts";

/** A supply whose output sags by 50 mV per ampere; answers come in pieces, as on a slow line. */
async function serveSupply(listener: Deno.TcpListener): Promise<void> {
  for await (const connection of listener) {
    let amperes = 0;
    const answers: Readonly<Record<string, () => string>> = {
      "MEAS:VOLT?": () => (3.31 - 0.05 * amperes).toFixed(4),
      "MEAS:VOLT:PTP?": () => "0.012",
      "TRAC?": () => Array.from({ length: 500 }, (_, i) => Math.sin(i).toFixed(3)).join(","),
    };
    const write = (text: string): Promise<number> =>
      connection.write(new TextEncoder().encode(text));
    for await (const text of connection.readable.pipeThrough(new TextDecoderStream())) {
      for (const command of text.trim().split("\n")) {
        const load = /^CURR (.+)$/.exec(command)?.[1];
        if (load !== undefined) amperes = Number(load);
        const answer = answers[command]?.();
        if (answer === undefined) continue;
        await write(answer.slice(0, 3));
        await write(`${answer.slice(3)}\n`);
      }
    }
  }
}

Deno.test("The bench script of examples/ sweeps, judges and keeps the waveform", async () => {
  await using directory = await testDirectory();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  void serveSupply(listener);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--quiet",
      ...["read", "write", "net", "env", "run"].map((name) => `--allow-${name}`),
      join(ROOT, "examples", "bench_scpi.ts"),
      "SN042",
      `127.0.0.1:${listener.addr.port}`,
    ],
    env: { LITMUS_HOME: directory.path, LITMUS_DAEMON_IDLE_TIMEOUT: "5" },
    stdin: "null",
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
  await using runs = await RunStore.open({ dataDir: directory.path });
  const [run] = await runs.list({ serial: "SN042" });
  equal(run?.run_outcome, "passed");
  const rows = await runs.measurements(String(run?.run_id));
  deepEqual(
    rows.map((row) => [row.measurement_name, row.in_load ?? null, row.measurement_value]),
    [["vout", 0, 3.31], ["vout", 0.5, 3.285], ["vout", 1, 3.26], ["ripple_pp", null, 0.012]],
  );
  const result = await runs.sql("SELECT count(*) AS n FROM channel('psu.ripple')");
  deepEqual(await Array.fromAsync(result.rows()), [{ n: 500 }]);
  ok(rows.every((row) => row.instrument_name === "psu"));
});
