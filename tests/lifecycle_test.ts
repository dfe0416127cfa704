/** One daemon per data directory: it starts by itself, is shared, and leaves when nobody needs it. */
import {
  deepStrictEqual as deepEqual,
  match,
  notStrictEqual as notEqual,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import { join } from "@std/path";
import { DaemonError, FlightError } from "../lib/base/errors.ts";
import { isProcessAlive } from "../lib/daemon/process_state.ts";
import { EventStore } from "../lib/events/event_store.ts";
import { FlightClient } from "../lib/flight/client.ts";
import { FileLock } from "../lib/protocol/file_lock.ts";
import { acquire, connectTo } from "../lib/protocol/lease.ts";
import { RunStore, Session } from "../mod.ts";
import { runtimePaths } from "../lib/protocol/runtime_directory.ts";
import {
  copyFolder,
  daemonPid,
  ROOT,
  rowsOf,
  runScript,
  stopDaemon,
  testDirectory,
  until,
} from "./harness.ts";

const STARTER = `
import { acquire } from "$ROOT/lib/protocol/lease.ts";
const lease = await acquire(Deno.args[0]);
console.log("PID " + lease.pid);
await new Promise((resolve) => setTimeout(resolve, 60_000));
`;

Deno.test("Many starters at once end with exactly one daemon", async () => {
  await using directory = await testDirectory();
  const leases = await Promise.all(Array.from({ length: 50 }, () => acquire(directory.path)));
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

Deno.test("The token is in no command line, its file is private, the session its own", async () => {
  await using directory = await testDirectory();
  await using lease = await acquire(directory.path);
  const paths = runtimePaths(directory.path);
  equal((await Deno.stat(paths.endpoint)).mode! & 0o777, 0o600);
  equal((await Deno.stat(paths.root)).mode! & 0o777, 0o700);
  if (Deno.build.os !== "linux") return;
  const [, session] = /\) \S \d+ \d+ (\d+)/.exec(
    await Deno.readTextFile(`/proc/${lease.pid}/stat`),
  )!;
  equal(Number(session), lease.pid, "a session of its own, which no terminal ends");
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

Deno.test("A data directory that is deleted and made anew gets a daemon of its own", async () => {
  await using directory = await testDirectory();
  const record = async (serial: string): Promise<void> => {
    await using session = await Session.start({ dataDir: directory.path });
    await session.run({ dut_serial: serial }, async (run) => {
      await run.step("step", (step) => {
        step.measure("m", 1);
      });
    });
  };
  await record("OLD");
  const before = await acquire(directory.path);
  await Deno.remove(directory.path, { recursive: true });
  await Deno.mkdir(directory.path);
  await record("NEW");
  await using runs = await RunStore.open({ dataDir: directory.path });
  const rows = (text: string) => rowsOf(runs, text);
  await until(async () => (await rows("FROM run_index.files")).length > 0, "the run to be filed");
  notEqual(daemonPid(directory.path), before.pid);
  await until(() => !isProcessAlive(before.pid), "the daemon of the deleted directory to leave");
  deepEqual(
    await rows(
      "SELECT dut_serial, file.n FROM runs, (SELECT count(*)::DOUBLE AS n FROM run_index.files) AS file",
    ),
    [
      { dut_serial: "NEW", n: 1 },
    ],
  );
  await before.release();
});

Deno.test("A daemon stays while a client without a reference waits for an answer", async () => {
  await using directory = await testDirectory();
  const lease = await acquire(directory.path, { daemonArguments: ["--idle-timeout", "1"] });
  await using client = await connectTo(lease);
  await lease.release();
  const { daemonLock } = runtimePaths(directory.path);
  const controller = new AbortController();
  const exchange = client.doExchange({ type: "path", path: ["subscribe", "events"] }, {
    signal: controller.signal,
  });
  await exchange.write({ appMetadata: new TextEncoder().encode("{}") });
  const answers = exchange.results[Symbol.asyncIterator]();
  await answers.next();
  await new Promise((resolve) => setTimeout(resolve, 3500));
  ok(FileLock.isHeld(daemonLock), "the subscription keeps it");
  controller.abort();
  await until(() => !FileLock.isHeld(daemonLock), "the daemon to leave");
});

Deno.test("A daemon that hangs is told apart from one that left, and ended by stop", async () => {
  await using directory = await testDirectory();
  await using lease = await acquire(directory.path);
  Deno.kill(lease.pid, "SIGSTOP");
  const cli = async (...args: string[]): Promise<{ out: string; err: string }> => {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "-q", join(ROOT, "cli/main.ts"), "--data-dir", directory.path, ...args],
    }).output();
    const decoder = new TextDecoder();
    return { out: decoder.decode(stdout), err: decoder.decode(stderr) };
  };
  const status = await cli("daemon", "status", "--format", "json");
  equal(JSON.parse(status.out).pid, lease.pid);
  match(status.err, /does not answer: litmus daemon stop ends it/);
  match((await cli("daemon", "stop")).err, new RegExp(`Daemon stopped \\(pid ${lease.pid}\\)`));
  await using next = await acquire(directory.path);
  notEqual(next.pid, lease.pid);
});

Deno.test("Clients at work when the daemon is killed get their answer from the next", async () => {
  await using directory = await testDirectory();
  const stores = await Promise.all(
    [1, 2, 3].map(() => EventStore.open({ dataDir: directory.path })),
  );
  const [first] = stores;
  for (let i = 0; i < 100; i++) first!.emit({ event_type: "sync.release", name: `n${i}` });
  await first!.flush();
  const answers = stores.map(() => 0);
  let isOver = false;
  const clients = stores.map(async (store, i) => {
    while (!isOver) {
      equal((await rowsOf(store, "SELECT count(*)::INTEGER AS n FROM events"))[0]?.n, 100);
      answers[i]!++;
    }
  });
  let killed: number | undefined;
  for (let kills = 0;; kills++) {
    const next = (): number | undefined => {
      const pid = daemonPid(directory.path);
      return pid === killed ? undefined : pid;
    };
    // Before that, answers may still be those of the daemon that was killed.
    await until(() => next() !== undefined, "the next daemon");
    const before = [...answers];
    await until(() => answers.every((count, i) => count > before[i]!), "answers to all clients");
    if (kills === 3) break;
    killed = next()!;
    Deno.kill(killed, "SIGKILL");
  }
  isOver = true;
  await Promise.all(clients);
  for (const store of stores) await store[Symbol.asyncDispose]();
});

Deno.test("A daemon that is killed while it starts is followed by another", async () => {
  await using directory = await testDirectory();
  const paths = runtimePaths(directory.path);
  const joining = acquire(directory.path);
  let starting: number | undefined;
  await until(() => (starting = FileLock.holderOf(paths.daemonLock)) !== undefined, "a daemon");
  Deno.kill(starting!, "SIGKILL");
  await using lease = await joining;
  notEqual(lease.pid, starting);
  equal(lease.pid, daemonPid(directory.path));
});

Deno.test("A program that forgets its store ends, and a store that was idle finds the next daemon", async () => {
  await using directory = await testDirectory();
  const forgetful = await runScript(
    `import { EventStore } from "@litmus/sdk";
     const store = await EventStore.open({ dataDir: Deno.args[0] });
     store.emit({ event_type: "sync.release", name: "forgotten" });
     await store.flush();`,
    [directory.path],
  );
  await using store = await EventStore.open({ dataDir: directory.path });
  store.emit({ event_type: "sync.release", name: "before" });
  await store.flush();
  await until(() => store.status().acknowledged === 1, "the push");
  equal((await forgetful.status).code, 0);
  // It began to rest at about the same time.
  await new Promise((resolve) => setTimeout(resolve, 500));
  equal(store.status().push, "live");
  await stopDaemon(directory.path, "SIGKILL");
  store.emit({ event_type: "sync.release", name: "after" });
  await store.flush();
  await until(() => store.status().acknowledged === 2, "the push to the next daemon");
  deepEqual(await rowsOf(store, "SELECT count(*)::INTEGER AS n FROM events"), [{ n: 3 }]);
});
