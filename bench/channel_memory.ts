/**
 * What the exact choice from files takes of memory at its peak, in a process of its own.
 * @module
 */
import { resolve } from "@std/path";
import { FileChannelStore } from "../files.ts";

/** Peak of resident memory, bytes; undefined where the system does not tell. */
function peakBytes(): number | undefined {
  const line = /^VmHWM:\s*(\d+) kB$/m.exec(Deno.readTextFileSync("/proc/self/status"));
  return line === null ? undefined : Number(line[1]) * 1024;
}

/** Bytes that an exact query takes beyond those of the process at rest; NaN where the system does not tell. */
export async function exactQueryBytes(dataDir: string, maxPoints: number): Promise<number> {
  if (Deno.build.os !== "linux") return NaN;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--quiet",
      import.meta.filename!,
      resolve(dataDir),
      `${maxPoints}`,
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return Number(new TextDecoder().decode(stdout));
}

if (import.meta.main) {
  const [dataDir = "", maxPoints = ""] = Deno.args;
  await using store = await FileChannelStore.open({ dataDir });
  const before = peakBytes();
  const query = { maxPoints: Number(maxPoints), method: "lttb" } as const;
  for await (const _ of (await store.query("scope.ch1", query)).columnBatches());
  // deno-lint-ignore no-console -- it is what the other process reads
  console.log((peakBytes() ?? NaN) - (before ?? NaN));
}
