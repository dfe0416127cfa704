/**
 * The examples under exactly the permissions that their first lines name, and again with each of them
 * taken away: then the message says what is missing, and why.
 */
import { deepStrictEqual as deepEqual, match, ok, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { acquire } from "../mod.ts";
import { copyFolder, ROOT, type TestDirectory, testDirectory } from "./harness.ts";

const MAX_LINES = 60;

/** Permissions that each example must need; the command in its head is held to them. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  record_run: ["read", "write", "net", "run"],
  query_stores: ["read", "write", "net", "run"],
  follow_live: ["read", "write", "net", "run"],
  export_parquet: ["read", "write", "net", "run"],
  waveform_svg: ["read", "write"],
  read_files: ["read"],
  embed_engine: ["read", "ffi"],
  remote_tls: ["read", "net"],
  downsample: [],
};

/** `remote_tls` has a test of its own, the others open the same stores as two that are here. */
const TOLD_ELSEWHERE = new Set(["remote_tls", "follow_live", "export_parquet"]);

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The flags in the head of an example. */
function flagsOf(name: string): string[] {
  const text = Deno.readTextFileSync(join(ROOT, "examples", `${name}.ts`));
  const [, command = ""] = /deno run ((?:.|\\\n)*?)examples\//.exec(text) ?? [];
  return command.replaceAll(/\\\n\/\//g, "").split(/\s+/).filter((flag) => flag !== "");
}

async function run(
  name: string,
  flags: readonly string[],
  args: readonly string[],
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      ...flags,
      join(ROOT, "examples", `${name}.ts`),
      ...args,
    ],
    env: { LITMUS_DAEMON_IDLE_TIMEOUT: "5", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

function inDirectory(flags: readonly string[], dataDir: string): string[] {
  return flags.map((flag) => flag.replace("DATA", dataDir));
}

/** A directory with what `record_run` records, and no daemon. */
async function recorded(): Promise<TestDirectory> {
  const directory = await testDirectory();
  const flags = inDirectory(flagsOf("record_run"), directory.path);
  const { code, out, err } = await run("record_run", flags, [directory.path]);
  equal(code, 0, err);
  equal(out, "SN001 passed\nSN002 failed\n");
  return directory;
}

Deno.test("Every example is short, and names the permissions that it needs", () => {
  const files = [...Deno.readDirSync(join(ROOT, "examples"))].filter(({ isFile }) => isFile);
  const names = files.map(({ name }) => name).filter((name) => name.endsWith(".ts"))
    .filter((name) => name !== "bench_scpi.ts"); // a script to copy, with a test of its own
  deepEqual(names.sort(), Object.keys(EXAMPLES).map((name) => `${name}.ts`).sort());
  for (const [name, permissions] of Object.entries(EXAMPLES)) {
    const text = Deno.readTextFileSync(join(ROOT, "examples", `${name}.ts`));
    ok(text.split("\n").length < MAX_LINES, name);
    deepEqual(flagsOf(name).map((flag) => flag.replace(/^--allow-(\w+).*/, "$1")), permissions);
  }
});

Deno.test("The permission sets of deno.json grant what their examples need, by name", () => {
  const { permissions } = JSON.parse(Deno.readTextFileSync(join(ROOT, "deno.json"))) as {
    permissions: Record<string, Record<string, unknown>>;
  };
  const sets: Readonly<Record<string, string>> = {
    record_run: "store",
    query_stores: "store",
    waveform_svg: "files",
    read_files: "files",
    embed_engine: "embedded",
    remote_tls: "client",
    downsample: "lttb",
  };
  for (const [name, set] of Object.entries(sets)) {
    const granted = Object.keys(permissions[set] ?? {});
    // The client reads no file; its example reads certificate and token.
    const needed = (EXAMPLES[name] ?? []).filter((each) => set !== "client" || each !== "read");
    deepEqual(needed.filter((each) => !granted.includes(each)), [], name);
  }
});

Deno.test("Examples run under exactly the permissions that they name", async () => {
  await using directory = await recorded();
  const { path } = directory;
  const expected: Readonly<Record<string, RegExp>> = {
    query_stores:
      /^\{"dut_serial":"SN002".*"channel_id":"scope\.inrush","samples":400000,"peak":4,/,
    follow_live: /^(\S+ (inrush_peak|rail_3v3) [\d.]+ [AV] (passed|failed)\n(what.*\n)?){5}$/,
    export_parquet: /^SN002 .*\/failed\/\w+_SN002\.parquet\n$/,
    waveform_svg: /scope\.inrush\.svg written\n$/,
    read_files: /"test\.measurement": 6[^]*scope\.inrush 400000 samples, last [\d.e-]+ A\n$/,
    embed_engine: /^units 2 first pass 0\.5\n[^]*SN002,rail_3v3,3\.4\d+,V\n/,
    downsample: /spike kept: true\n/,
  };
  for (const [name, pattern] of Object.entries(expected)) {
    const { code, out, err } = await run(name, inDirectory(flagsOf(name), path), [path]);
    equal(code, 0, `${name}: ${err}`);
    match(out, pattern, name);
  }
  match(await Deno.readTextFile(join(path, "scope.inrush.svg")), /^<svg .*scope\.inrush \[A\]/s);
});

Deno.test("With one permission less an example says which one is missing, and why", async () => {
  await using directory = await recorded();
  const why: Readonly<Record<string, RegExp>> = {
    read: /data directory.*--allow-read=/i,
    write: /data directory.*--allow-write=|write access.*--allow-write/i,
    net: /(daemon|Reaching).*--allow-net=/,
    run: /Starting the daemon.*--allow-run=deno/,
    ffi: /native code.*--allow-ffi/,
  };
  // Without a daemon: one that runs needs not be started.
  const files = await Deno.makeTempDir({ prefix: "litmus-examples-" });
  try {
    await copyFolder(directory.path, files);
    await Deno.remove(join(files, ".litmus"), { recursive: true });
    for (const [name, permissions] of Object.entries(EXAMPLES)) {
      if (TOLD_ELSEWHERE.has(name)) continue;
      for (const missing of permissions) {
        const flags = flagsOf(name).filter((flag) => !flag.startsWith(`--allow-${missing}`));
        const { code, err } = await run(name, inDirectory(flags, files), [files]);
        equal(code, 1, `${name} without ${missing}`);
        match(err, why[missing] ?? /never/, `${name} without ${missing}`);
      }
    }
  } finally {
    await Deno.remove(files, { recursive: true });
  }
});

Deno.test("The remote example asks a daemon over TLS with a token, and neither without", async () => {
  await using directory = await recorded();
  await using remote = await testDirectory(directory.path);
  await Deno.remove(join(remote.path, ".litmus"), { recursive: true });
  const files = await Deno.makeTempDir({ prefix: "litmus-remote-" });
  try {
    const [certificate = "", key = ""] = ["cert.pem", "key.pem"].map((name) =>
      join(ROOT, "tests", "testdata", "tls", name)
    );
    const token = join(files, "token");
    await using lease = await acquire(remote.path, {
      daemonArguments: ["--tls-cert", certificate, "--tls-key", key],
    });
    await Deno.writeTextFile(token, `${lease.token}\n`);
    const { host } = new URL(lease.location);
    const all = flagsOf("remote_tls").map((flag) =>
      flag.replace("cert.pem,token", `${certificate},${token}`).replace("HOST:PORT", host)
    );
    const args = [host, certificate, token];
    const asked = await run("remote_tls", all, args);
    equal(asked.out, "failed 1\npassed 1\n", asked.err);

    const without = (name: string) => all.filter((flag) => !flag.startsWith(`--allow-${name}`));
    match((await run("remote_tls", without("net"), args)).err, /--allow-net=/);
    match((await run("remote_tls", without("read"), args)).err, /read access to .*--allow-read/);
    await Deno.writeTextFile(token, "wrong");
    match((await run("remote_tls", all, args)).err, /token/i);
  } finally {
    await Deno.remove(files, { recursive: true });
  }
});
