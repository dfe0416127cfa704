import { ok, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { runtimePaths } from "./runtime_directory.ts";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "litmus-runtime-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("Runtime files lie in the data directory, closed to others", async () => {
  await withFolder(async (folder) => {
    const paths = runtimePaths(folder);
    equal(paths.root, join(folder, ".litmus"));
    equal(paths.insideDataDirectory, true);
    if (Deno.build.os !== "windows") {
      equal((await Deno.stat(paths.root)).mode! & 0o777, 0o700);
      equal((await Deno.stat(paths.references)).mode! & 0o777, 0o700);
    }
    equal([...Deno.readDirSync(paths.root)].length, 1);
  });
});

Deno.test("Where the data directory takes no runtime files they go to a folder of the user, one for each", async () => {
  await withFolder(async (folder) => {
    const [one, two, cache] = ["one", "two", "cache"].map((name) => join(folder, name));
    for (const name of [one, two]) {
      await Deno.mkdir(name!);
      await Deno.writeTextFile(join(name!, ".litmus"), "a file where the folder should be");
    }
    const surroundings = {
      workingDirectory: folder,
      env: (name: string) => name === "XDG_RUNTIME_DIR" ? cache : undefined,
    };
    const first = runtimePaths(one!, surroundings);
    const second = runtimePaths(two!, surroundings);
    equal(first.insideDataDirectory, false);
    ok(first.root.startsWith(join(cache!, "litmus")));
    ok(first.root !== second.root);
    equal(runtimePaths(join(one!, ".", "..", "one"), surroundings).root, first.root);
  });
});
