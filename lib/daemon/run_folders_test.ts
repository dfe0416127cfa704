import { deepStrictEqual } from "node:assert/strict";
import { join } from "@std/path";
import { FolderState } from "../base/folder_state.ts";
import { RunFolders } from "./run_folders.ts";

/** Makes a folder look as if nothing happened in it for long. */
async function age(...folders: string[]): Promise<void> {
  for (const folder of folders) await Deno.utime(folder, 1_700_000_000, 1_700_000_000);
}

Deno.test("RunFolders.changed() names folders with news, new ones and those that are gone", async () => {
  const root = await Deno.makeTempDir({ prefix: "litmus-test-" });
  try {
    const [a, b] = [join(root, "a"), join(root, "b", "deep")];
    await Deno.mkdir(a);
    await Deno.mkdir(b, { recursive: true });
    await Deno.mkdir(join(a, "run_ref"));
    await age(a, b, join(root, "b"), root);
    const folders = new RunFolders(root, new FolderState());
    deepStrictEqual(folders.changed().sort(), ["", "a", "b", "b/deep"]);
    deepStrictEqual(folders.changed(), []);
    await Deno.writeTextFile(join(b, "x.parquet"), "");
    deepStrictEqual(folders.changed(), ["b/deep"]);
    await age(b);
    folders.changed();
    await Deno.remove(b, { recursive: true });
    await Deno.mkdir(join(root, "c"));
    deepStrictEqual(folders.changed().sort(), ["", "b", "b/deep", "c"]);
    await Deno.remove(root, { recursive: true });
    deepStrictEqual(folders.changed().sort(), ["", "a", "b", "c"]);
    deepStrictEqual(new RunFolders(root, new FolderState()).changed(), []);
    await Deno.mkdir(a, { recursive: true });
    const again = new RunFolders(root, new FolderState(), ["a", "gone"]);
    deepStrictEqual(again.changed().sort(), ["", "a", "gone"]);
  } finally {
    await Deno.remove(root, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
});
