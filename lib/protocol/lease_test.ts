import { match, ok, rejects, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { DaemonError } from "../base/errors.ts";
import { acquire } from "./lease.ts";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "litmus-lease-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("acquire() names the flag of each permission that Deno was not given, and leaves nothing behind", async () => {
  await withFolder(async (folder) => {
    const data = join(folder, "data");
    const flags: Record<string, string> = {
      read: `--allow-read=${data}`,
      write: `--allow-write=${data}`,
      net: "--allow-net=127.0.0.1",
      run: "--allow-run",
    };
    const script = join(folder, "script.ts");
    await Deno.writeTextFile(
      script,
      `import { acquire } from ${JSON.stringify(import.meta.resolve("./lease.ts"))};
      try { await acquire(${JSON.stringify(data)}); console.log("joined"); }
      catch (error) { console.log(error.name + ": " + error.message); }`,
    );
    for (const missing of ["read", "write", "net", "run"]) {
      const granted = Object.keys(flags).filter((name) => name !== missing);
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--no-prompt",
          "--quiet",
          "--config",
          new URL("../../deno.json", import.meta.url).pathname,
          ...granted.map((name) => flags[name]!),
          script,
        ],
        stderr: "null",
      }).output();
      const text = new TextDecoder().decode(stdout);
      match(text, new RegExp(`^PermissionError: .*--allow-${missing}`), missing);
      const left = await Deno.readDir(join(data, ".litmus", "refs"))[Symbol.asyncIterator]().next()
        .catch(() => ({ done: true }));
      ok(left.done, `${missing}: ${JSON.stringify(left)}`);
    }
  });
});

Deno.test("acquire() without leave to spawn fails where no daemon runs, and gives its reference back", async () => {
  await withFolder(async (folder) => {
    await rejects(acquire(folder, { spawn: false }), DaemonError);
    equal([...Deno.readDirSync(join(folder, ".litmus", "refs"))].length, 0);
    const reason = new Error("enough");
    await rejects(acquire(folder, { signal: AbortSignal.abort(reason) }), reason);
  });
});

Deno.test("acquire() names a data directory that is a file", async () => {
  await withFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    await rejects(acquire(file), /Cannot use data directory/);
  });
});
