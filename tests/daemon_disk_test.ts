/** A daemon on a disk that is full: it answers, or says why not, and all is there once there is space. */
import {
  deepStrictEqual as deepEqual,
  match,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import { join } from "@std/path";
import { FlightError } from "../lib/base/errors.ts";
import { Warehouse } from "../lib/daemon/warehouse.ts";
import { EventStore } from "../lib/events/event_store.ts";
import { GrpcStatus } from "../lib/flight/status.ts";
import { Session } from "../lib/recorder/session.ts";
import { daemonPid, rowsOf, smallDisk, stopDaemon, until } from "./harness.ts";

async function recordRun(dataDir: string, dut_serial: string): Promise<void> {
  await using session = await Session.start({ dataDir, handleSignals: false });
  await session.run({ dut_serial }, async (run) => {
    await run.step("power", (step) => {
      for (let i = 0; i < 50; i++) step.measure(`m${i}`, i);
    });
  });
}

/** Leaves so many KiB of the disk. */
async function fillUp(dataDir: string, leave: number): Promise<string> {
  const free = new Deno.Command("df", { args: ["--output=avail", "-k", dataDir] }).outputSync();
  const kibibytes = Number(new TextDecoder().decode(free.stdout).split("\n")[1]);
  const ballast = join(dataDir, "ballast");
  await Deno.writeFile(ballast, new Uint8Array((kibibytes - leave) * 1024));
  return ballast;
}

/** The number of runs, or undefined where the disk is given as the reason that it is not known. */
async function runCount(store: EventStore): Promise<unknown> {
  try {
    return (await rowsOf(store, "SELECT count(*)::INTEGER AS n FROM runs"))[0]?.n;
  } catch (error) {
    ok(error instanceof FlightError);
    equal(error.code, GrpcStatus.UNAVAILABLE);
    match(error.message, /run index .*No space left on device .*\(free space; /);
    return undefined;
  }
}

/** Names of the run files, without the stamp of their time. */
async function serials(dataDir: string): Promise<string[]> {
  const names: string[] = [];
  for await (const day of Deno.readDir(join(dataDir, "runs"))) {
    if (!day.isDirectory) continue;
    for await (const { name } of Deno.readDir(join(dataDir, "runs", day.name))) {
      if (!name.startsWith(".")) names.push(name.replace(/^\d+T\d+Z_/, ""));
    }
  }
  return names.sort();
}

Deno.test("A full disk costs neither the daemon nor a run, and no run gets two files", async () => {
  // Less and less is left, so that events, run file and index meet their limit in turn.
  for (const leave of [100, 80]) {
    await using disk = await smallDisk(4096);
    if (disk === undefined) return;
    await using store = await EventStore.open({ dataDir: disk.path });
    await recordRun(disk.path, "first");
    equal(await runCount(store), 1);
    const pid = daemonPid(disk.path);
    const ballast = await fillUp(disk.path, leave);
    await recordRun(disk.path, "second");
    const count = await runCount(store);
    ok(count === 2 || count === undefined, `${leave} KiB left: ${count}`);
    equal((await rowsOf(store, "SELECT 1 AS x"))[0]?.x, 1);
    await Deno.remove(ballast);
    await until(
      async () => (await serials(disk.path)).length === 2,
      "both runs to have their file",
    );
    await recordRun(disk.path, "third");
    await until(async () => (await serials(disk.path)).length === 3, "the third file");
    equal(await runCount(store), 3);
    deepEqual(await serials(disk.path), ["first.parquet", "second.parquet", "third.parquet"]);
    equal(daemonPid(disk.path), pid, "the same daemon all the time");
  }
});

Deno.test("A run index that a full disk keeps from being saved is taken up again, with all runs", async () => {
  await using disk = await smallDisk(4096);
  if (disk === undefined) return;
  await recordRun(disk.path, "first");
  await stopDaemon(disk.path);
  await using warehouse = await Warehouse.open({
    dataDir: disk.path,
    writable: true,
    log: () => {},
  });
  equal(await warehouse.index.storage.save(), true);
  await recordRun(disk.path, "second");
  await until(async () => {
    await warehouse.takeAllRuns();
    return warehouse.index.runCount === 2;
  }, "the second file");
  await warehouse.database.run(
    "CREATE TABLE run_index.main.filling AS SELECT random() AS x FROM range(100000)",
  );
  const ballast = await fillUp(disk.path, 8);
  await rejects(warehouse.index.storage.save(), /No space left on device/);
  await warehouse.index.reopen();
  equal(warehouse.index.storage.place, "_index.duckdb");
  equal(warehouse.index.runCount, 1);
  await warehouse.takeAllRuns();
  equal(warehouse.index.runCount, 2);
  await Deno.remove(ballast);
});
