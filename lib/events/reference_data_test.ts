import {
  deepStrictEqual as deepEqual,
  match,
  rejects,
  strictEqual as equal,
  throws,
} from "node:assert/strict";
import { dirname, join } from "@std/path";
import { InvalidDataError, NotFoundError, StorageError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { FileEventLog } from "./file_event_log.ts";
import { resolveReference } from "./reference_data.ts";

Deno.test("saveRef() keeps data beside the log under a name that cannot leave its folder", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    await using log = await FileEventLog.open({ dataDir, sessionId: newId() });
    log.emit({ event_type: "x.test" });
    await log.flush();
    const folder = dirname(log.status().file ?? "");
    const keys = [
      "plain",
      "../../evil",
      "/etc/passwd",
      "..",
      "",
      "a".repeat(500),
      "ünï😀.png",
      "CON",
    ];
    for (const key of keys) {
      const reference = await log.saveRef(key, Uint8Array.of(1, 2, 3));
      match(reference, /^file:\/\/_ref\/[^/\\]+$/);
      const path = resolveReference(folder, log.sessionId, reference);
      equal(dirname(path), join(folder, `${log.sessionId}_ref`));
      deepEqual(await Deno.readFile(path), Uint8Array.of(1, 2, 3));
      equal(log.resolveRef(reference), path);
    }
    match(await log.saveRef("wave", Float32Array.of(1, 2)), /_wave\.float32\.bin$/);
    const source = join(dataDir, "photo.jpg");
    await Deno.writeFile(source, Uint8Array.of(9));
    match(await log.saveRef("photo", source), /_photo\.jpg$/);
    throws(() => log.resolveRef("file://_ref/12345678_gone.bin"), NotFoundError);
    throws(() => log.resolveRef("file://_ref/../../../etc/passwd"), InvalidDataError);
    await rejects(log.saveRef("gone", join(dataDir, "gone.jpg")), StorageError);
    const names = [...Deno.readDirSync(join(folder, `${log.sessionId}_ref`))];
    equal(names.length, keys.length + 2, "no temporary files are left");
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("resolveReference() refuses whatever is not a name inside the folder", () => {
  const wrong = [
    "x",
    "file://_ref/",
    "file://_ref/..",
    "file://_ref/a/b",
    "file://_ref/../../x",
    "file:///etc/passwd",
    "file://_ref/a\\b",
  ];
  for (const reference of wrong) {
    throws(() => resolveReference("/data/events/2026-01-01", newId(), reference), InvalidDataError);
  }
  throws(() => resolveReference("/nowhere", newId(), "file://_ref/a.bin"), NotFoundError);
});
