import { match, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { DaemonLog } from "./daemon_log.ts";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "litmus-log-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("DaemonLog keeps one older file and never grows beyond its limit", () =>
  withFolder(async (folder) => {
    const path = join(folder, "daemon.log");
    const log = DaemonLog.open(path, 1000);
    for (let i = 0; i < 100; i++) log.write(`line ${i}`);
    log.close();
    const again = DaemonLog.open(path, 1000);
    again.write("after a restart\nwith a second line");
    again.close();
    const newest = await Deno.readTextFile(path);
    const older = await Deno.readTextFile(`${path}.1`);
    equal([...Deno.readDirSync(folder)].length, 2);
    equal(newest.length <= 1000 && older.length <= 1000, true);
    match(newest, /line 99\n.* after a restart \| with a second line\n$/);
    const numbers = (older + newest).match(/(?<=line )\d+/g)!.map(Number);
    equal(numbers.every((number, i) => i === 0 || number === numbers[i - 1]! + 1), true);
  }));

Deno.test({
  name: "DaemonLog goes on where the disk takes no line",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    const log = DaemonLog.open("/dev/full");
    log.write("nobody will read this");
    log.write("nor this");
    log.close();
  },
});
