/**
 * What the flow tests share: data directories of their own, real processes, and a daemon that is gone when
 * the test is over.
 */
import { dirname, join, resolve } from "@std/path";
import { readEndpoint } from "../lib/protocol/endpoint.ts";
import { FileLock } from "../lib/protocol/file_lock.ts";
import { runtimePaths } from "../lib/protocol/runtime_directory.ts";

/** Root of the repository. */
export const ROOT: string = resolve(dirname(new URL(import.meta.url).pathname), "..");

/** The data directory that the Python original wrote; not there in every checkout. */
export const FIXTURE: string = join(ROOT, "..", "shared", "fixtures", "litmus-0.1.3");

/** True where the fixture is there. */
export function hasFixture(): boolean {
  try {
    return Deno.statSync(join(FIXTURE, "events")).isDirectory;
  } catch {
    return false;
  }
}

/** A data directory of a test. */
export interface TestDirectory extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a data directory on a file system of so many KiB; at the end its daemon is stopped and all is gone.
 *
 * @returns undefined where none may be mounted
 */
export async function smallDisk(kibibytes: number): Promise<TestDirectory | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const path = await Deno.makeTempDir({ prefix: "litmus-small-" });
  const mount = new Deno.Command("mount", {
    args: ["-t", "tmpfs", "-o", `size=${kibibytes}k`, "tmpfs", path],
    stderr: "null",
  });
  if ((await mount.output().catch(() => undefined))?.success !== true) {
    await Deno.remove(path);
    return undefined;
  }
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await stopDaemon(path);
      // Lazily: the daemon lets go of its lock a moment before it ends.
      await new Deno.Command("umount", { args: ["-l", path] }).output();
      await Deno.remove(path);
    },
  };
}

/** Makes a data directory; at the end its daemon is stopped and the folder removed. */
export async function testDirectory(copyOf?: string): Promise<TestDirectory> {
  const path = await Deno.makeTempDir({ prefix: "litmus-test-" });
  if (copyOf !== undefined) await copyFolder(copyOf, path);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await stopDaemon(path);
      await Deno.remove(path, { recursive: true });
    },
  };
}

/** Copies a folder with everything in it. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory) await copyFolder(source, target);
    else {
      await Deno.copyFile(source, target);
      await Deno.chmod(target, 0o644);
    }
  }
}

/** Process id of the daemon of a data directory; undefined where none runs. */
export function daemonPid(dataDir: string): number | undefined {
  const paths = runtimePaths(dataDir);
  if (!FileLock.isHeld(paths.daemonLock)) return undefined;
  return readEndpoint(paths.endpoint)?.pid;
}

/** Ends the daemon of a data directory and waits until it is gone. */
export async function stopDaemon(dataDir: string, signal: Deno.Signal = "SIGTERM"): Promise<void> {
  const paths = runtimePaths(dataDir);
  const pid = daemonPid(dataDir);
  if (pid === undefined) return;
  Deno.kill(pid, signal);
  await until(() => !FileLock.isHeld(paths.daemonLock), "the daemon to leave");
}

const WAIT_MILLIS = 30_000;

/** Waits for a condition, at most for what a crowded machine may take. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  const deadline = Date.now() + WAIT_MILLIS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited ${WAIT_MILLIS / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A script that runs in a process of its own. */
export interface Script {
  readonly pid: number;
  /** Waits for a line of its output that starts with a word, and returns the rest. */
  line(word: string): Promise<string>;
  kill(signal: Deno.Signal): void;
  readonly status: Promise<Deno.CommandStatus>;
}

/**
 * Starts a script.
 *
 * @param code TypeScript; imports by `@litmus/sdk` or `$ROOT/...`
 * @param options.root the checkout that it runs on
 * @param options.env variables beside those of this process
 */
export async function runScript(
  code: string,
  args: readonly string[] = [],
  options: { readonly root?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Script> {
  const { root = ROOT, env } = options;
  const file = await Deno.makeTempFile({ prefix: "litmus-script-", suffix: ".ts" });
  await Deno.writeTextFile(file, code.replaceAll("$ROOT", `file://${root}`));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--quiet", "--config", join(root, "deno.json"), file, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
    env: { LITMUS_DAEMON_IDLE_TIMEOUT: "5", ...env },
  }).spawn();
  const lines = readLines(child.stdout);
  const status = child.status.finally(() => Deno.remove(file));
  return {
    pid: child.pid,
    status,
    kill: (signal) => child.kill(signal),
    line: async (word) => {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`Script ended before it printed ${word}`);
        if (value.startsWith(word)) return value.slice(word.length).trim();
      }
    },
  };
}

async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  if (rest !== "") yield rest;
}

/** Rows of a statement. */
export async function rowsOf(
  store: { sql(text: string): Promise<{ rows(): AsyncIterable<Record<string, unknown>> }> },
  text: string,
): Promise<Record<string, unknown>[]> {
  return await Array.fromAsync((await store.sql(text)).rows());
}
