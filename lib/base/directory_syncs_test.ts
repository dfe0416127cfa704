import { rejects, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { DirectorySyncs } from "./directory_syncs.ts";
import { diskLayer } from "./file_layer.ts";

Deno.test("DirectorySyncs shares one sync between all who ask while another is under way", async () => {
  const folder = await Deno.makeTempDir({ prefix: "litmus-test-" });
  const { syncDirectory } = diskLayer;
  let count = 0;
  diskLayer.syncDirectory = (path) => {
    count++;
    return syncDirectory(path);
  };
  try {
    const syncs = new DirectorySyncs();
    const first = syncs.sync(folder);
    const second = syncs.sync(folder);
    equal(syncs.sync(folder), second);
    await Promise.all([first, second]);
    equal(count, 2);
    await syncs.sync(folder);
    equal(count, 3);
    const missing = join(folder, "missing");
    const failures = [syncs.sync(missing), syncs.sync(missing)];
    await Promise.all(failures.map((each) => rejects(each, Deno.errors.NotFound)));
  } finally {
    diskLayer.syncDirectory = syncDirectory;
    await Deno.remove(folder, { recursive: true });
  }
});
