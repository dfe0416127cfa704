/**
 * Whole processes of the command line, as a user waits for them.
 * @module
 */
import { dirname, join, resolve } from "@std/path";
import { acquire, Session } from "../mod.ts";
import { withDirectory } from "./directory.ts";
import { type Figure, millis, rounds } from "./report.ts";

const ROOT = resolve(dirname(new URL(import.meta.url).pathname), "..");

/** Measures. */
export async function benchCli(): Promise<Figure[]> {
  return await withDirectory(async (dataDir) => {
    await using _lease = await acquire(dataDir);
    {
      await using session = await Session.start({ dataDir });
      for (let i = 0; i < 10; i++) {
        await using run = await session.startRun({ dut_serial: `SN${i}` });
        await run.end();
      }
    }
    const version = await rounds(9, () => millis(() => litmus("--version")));
    const runs = await rounds(9, () => millis(() => litmus("runs", "--data-dir", dataDir)));
    return [
      { work: "litmus --version", value: version, unit: "ms", original: "", aim: "<= 80" },
      {
        work: "litmus runs, daemon running",
        value: runs,
        unit: "ms",
        original: "620 / 530",
        aim: "<= 150",
      },
    ];
  });
}

async function litmus(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", join(ROOT, "cli", "main.ts"), ...args],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
