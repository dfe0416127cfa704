/** One daemon per data directory: it starts by itself, is shared, and leaves when nobody needs it. */
import {
  match,
  notStrictEqual as notEqual,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import { join } from "@std/path";
import { DaemonError, FlightError } from "../lib/base/errors.ts";
import { FlightClient } from "../lib/flight/client.ts";
import { FileLock } from "../lib/protocol/file_lock.ts";
import { acquire, connectTo } from "../lib/protocol/lease.ts";
import { runtimePaths } from "../lib/protocol/runtime_directory.ts";
import { copyFolder, daemonPid, runScript, testDirectory, until } from "./harness.ts";

const STARTER = `
import { acquire } from "$ROOT/lib/protocol/lease.ts";
const lease = await acquire(Deno.args[0]);
console.log("PID " + lease.pid);
await new Promise((resolve) => setTimeout(resolve, 60_000));
`;

Deno.test("Many starters at once end with exactly one daemon", async () => {
  await using directory = await testDirectory();
  const leases = await Promise.all(Array.from({ length: 20 }, () => acquire(directory.path)));
  equal(new Set(leases.map(({ pid }) => pid)).size, 1);
  const scripts = await Promise.all(
    Array.from({ length: 6 }, () => runScript(STARTER, [directory.path])),
  );
  const pids = await Promise.all(scripts.map((script) => script.line("PID")));
  for (const script of scripts) script.kill("SIGKILL");
  await Promise.all(scripts.map(({ status }) => status));
  equal(new Set([...pids.map(Number), ...leases.map(({ pid }) => pid)]).size, 1);
  for (const lease of leases) await lease.release();
});

Deno.test("The daemon leaves some time after the last reference, killed holders included", async () => {
  await using directory = await testDirectory();
  const script = await runScript(STARTER, [directory.path]);
  await script.line("PID");
  const paths = runtimePaths(directory.path);
  script.kill("SIGKILL");
  await script.status;
  ok(FileLock.isHeld(paths.daemonLock), "the daemon outlives the caller that started it");
  await until(() => !FileLock.isHeld(paths.daemonLock), "the daemon to leave when idle");
  await rejects(Deno.stat(paths.endpoint), Deno.errors.NotFound);
});

Deno.test("An endpoint file that was copied with its folder is not followed", async () => {
  await using original = await testDirectory();
  await using lease = await acquire(original.path);
  await using copy = await testDirectory();
  await copyFolder(join(original.path, ".litmus"), join(copy.path, ".litmus"));
  await using other = await acquire(copy.path);
  notEqual(other.pid, lease.pid);
  notEqual(other.location, lease.location);
});

Deno.test("A damaged endpoint file is written anew by a fresh daemon", async () => {
  await using directory = await testDirectory();
  const paths = runtimePaths(directory.path);
  for (const text of ["", "{", '{"version":1}', "\0\0\0"]) {
    await Deno.writeTextFile(paths.endpoint, text);
    await using lease = await acquire(directory.path);
    equal(daemonPid(directory.path), lease.pid);
    Deno.kill(lease.pid, "SIGKILL");
    await until(() => !FileLock.isHeld(paths.daemonLock), "the daemon to die");
  }
});

Deno.test("A wrong or missing token is refused with one clear sentence", async () => {
  await using directory = await testDirectory();
  await using lease = await acquire(directory.path);
  for (const token of [undefined, "wrong"]) {
    await using client = await FlightClient.connect(
      lease.location,
      token === undefined ? {} : { token },
    );
    await rejects(client.doGet("SELECT 1"), (error) => {
      ok(error instanceof FlightError);
      equal(error.code, 16);
      match(error.message, /^Token is (missing|wrong): /);
      return true;
    });
  }
  await using client = await connectTo(lease);
  equal((await Array.fromAsync((await client.doGet("SELECT 1 AS x")).rows()))[0]?.x, 1);
});

Deno.test("A data directory that cannot be used is named in one sentence", async () => {
  await using directory = await testDirectory();
  const file = join(directory.path, "file");
  await Deno.writeTextFile(file, "");
  await rejects(acquire(join(file, "data")), DaemonError);
});

Deno.test("The token is in no command line and its file is private", async () => {
  await using directory = await testDirectory();
  await using lease = await acquire(directory.path);
  const paths = runtimePaths(directory.path);
  equal((await Deno.stat(paths.endpoint)).mode! & 0o777, 0o600);
  equal((await Deno.stat(paths.root)).mode! & 0o777, 0o700);
  if (Deno.build.os !== "linux") return;
  const command = await Deno.readTextFile(`/proc/${lease.pid}/cmdline`);
  ok(!command.includes(lease.token));
  ok(command.endsWith(`--data-dir\0${directory.path}\0`));
});

Deno.test("A daemon mends its endpoint file when somebody deletes or changes it", async () => {
  await using directory = await testDirectory();
  await using lease = await acquire(directory.path);
  const { endpoint } = runtimePaths(directory.path);
  const text = await Deno.readTextFile(endpoint);
  for (const spoil of ["", "{", text.replace(lease.token, "wrong")]) {
    await Deno.writeTextFile(endpoint, spoil);
    await until(async () => await Deno.readTextFile(endpoint) === text, "the file to be mended");
  }
  await Deno.remove(endpoint);
  await using again = await acquire(directory.path);
  equal(again.pid, lease.pid);
});
