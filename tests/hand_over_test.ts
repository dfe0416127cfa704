/** Two versions of the package on one data directory: one daemon, and in the end the newer one. */
import {
  match,
  notStrictEqual as notEqual,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import { join } from "@std/path";
import { DaemonError } from "../lib/base/errors.ts";
import { compareVersions, VERSION } from "../lib/base/version.ts";
import { readEndpoint } from "../lib/protocol/endpoint.ts";
import { FileLock } from "../lib/protocol/file_lock.ts";
import { acquire } from "../lib/protocol/lease.ts";
import { PROTOCOL_VERSION } from "../lib/protocol/names.ts";
import { runtimePaths } from "../lib/protocol/runtime_directory.ts";
import { copyFolder, daemonPid, ROOT, runScript, testDirectory, until } from "./harness.ts";

/** Holds a reference until it is told to stop, and does not let its daemon leave for idleness meanwhile. */
const HOLDER = `
import { acquire } from "$ROOT/lib/protocol/lease.ts";
const lease = await acquire(Deno.args[0], { daemonArguments: ["--idle-timeout", "600"] });
console.log("PID " + lease.pid);
await new Promise((resolve) => Deno.addSignalListener("SIGTERM", resolve));
await lease.release();
Deno.exit();
`;

interface OtherVersion extends AsyncDisposable {
  readonly root: string;
}

/** A checkout of another version, with a daemon and a client of its own. */
async function otherVersion(version: string, protocol = PROTOCOL_VERSION): Promise<OtherVersion> {
  const root = await Deno.makeTempDir({ prefix: "litmus-version-" });
  await copyFolder(join(ROOT, "lib"), join(root, "lib"));
  for (const name of ["deno.json", "deno.lock"]) {
    await Deno.copyFile(join(ROOT, name), join(root, name));
  }
  await replaceIn(join(root, "deno.json"), `"version": "${VERSION}"`, `"version": "${version}"`);
  await replaceIn(
    join(root, "lib/protocol/names.ts"),
    `PROTOCOL_VERSION = ${PROTOCOL_VERSION}`,
    `PROTOCOL_VERSION = ${protocol}`,
  );
  return { root, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

async function replaceIn(path: string, from: string, to: string): Promise<void> {
  const text = await Deno.readTextFile(path);
  ok(text.includes(from), `${path} holds ${from}`);
  await Deno.writeTextFile(path, text.replace(from, to));
}

/** Version of the daemon that serves a directory. */
function servingVersion(dataDir: string): string | undefined {
  return readEndpoint(runtimePaths(dataDir).endpoint)?.sdkVersion;
}

async function held(dataDir: string, root: string): Promise<
  { readonly pid: number; readonly stop: (signal: Deno.Signal) => Promise<void> }
> {
  const script = await runScript(HOLDER, [dataDir], { root });
  const pid = Number(await script.line("PID"));
  return {
    pid,
    stop: async (signal) => {
      script.kill(signal);
      await script.status;
    },
  };
}

Deno.test("A newer version works with an older daemon and replaces it once nobody holds it", async () => {
  await using older = await otherVersion("0.0.9");
  await using directory = await testDirectory();
  const { daemonLock } = runtimePaths(directory.path);
  const holder = await held(directory.path, older.root);
  const lease = await acquire(directory.path);
  equal(lease.pid, holder.pid);
  await holder.stop("SIGTERM");
  ok(FileLock.isHeld(daemonLock), "it stays while the newer client holds it");
  await lease.release();
  await until(() => !FileLock.isHeld(daemonLock), "the older daemon to leave");
  await using next = await acquire(directory.path);
  notEqual(next.pid, holder.pid);
  equal(servingVersion(directory.path), VERSION);
});

Deno.test("An older version works with a newer daemon and leaves it in place", async () => {
  await using older = await otherVersion("0.0.9");
  await using directory = await testDirectory();
  const lease = await acquire(directory.path, { daemonArguments: ["--idle-timeout", "600"] });
  const holder = await held(directory.path, older.root);
  equal(holder.pid, lease.pid);
  await holder.stop("SIGKILL");
  await lease.release();
  await using again = await acquire(directory.path);
  equal(again.pid, lease.pid);
});

Deno.test("A daemon of an older protocol is waited for and replaced, also where its holder is killed", async () => {
  await using older = await otherVersion("0.0.1", PROTOCOL_VERSION - 1);
  await using directory = await testDirectory();
  const holder = await held(directory.path, older.root);
  let isHere = false;
  const newer = acquire(directory.path).finally(() => isHere = true);
  await until(async () => {
    const log = await Deno.readTextFile(runtimePaths(directory.path).log);
    return /"shutdown"/.test(log);
  }, "the older daemon to be asked to leave");
  equal(isHere, false, "it is not replaced while somebody holds it");
  equal(daemonPid(directory.path), holder.pid);
  await holder.stop("SIGKILL");
  await using lease = await newer;
  notEqual(lease.pid, holder.pid);
  equal(servingVersion(directory.path), VERSION);
});

Deno.test("A daemon of a newer protocol is refused with the remedy and goes on", async () => {
  await using newer = await otherVersion("0.2.0", PROTOCOL_VERSION + 1);
  await using directory = await testDirectory();
  const holder = await held(directory.path, newer.root);
  await rejects(acquire(directory.path), (error) => {
    ok(error instanceof DaemonError);
    match(error.message, /is version 0\.2\.0, too new for this program .*: update this program$/);
    return true;
  });
  equal(daemonPid(directory.path), holder.pid);
  await holder.stop("SIGTERM");
});

Deno.test("Starters of two versions at once end with one daemon", async () => {
  await using older = await otherVersion("0.0.9");
  await using directory = await testDirectory();
  const roots = [older.root, ROOT, older.root, ROOT, older.root, ROOT];
  const holders = await Promise.all(roots.map((root) => held(directory.path, root)));
  equal(new Set(holders.map(({ pid }) => pid)).size, 1);
  await Promise.all(holders.map(({ stop }) => stop("SIGTERM")));
});

Deno.test("compareVersions() orders numbers as numbers, and a pre-release before its release", () => {
  const ascending = ["0.9.0", "0.10.0-rc.2", "0.10.0-rc.10", "0.10.0", "0.10.1+build", "1.0.0"];
  for (const [i, version] of ascending.entries()) {
    for (const [j, other] of ascending.entries()) {
      equal(Math.sign(compareVersions(version, other)), Math.sign(i - j), `${version} ${other}`);
    }
  }
});
