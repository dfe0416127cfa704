import {
  deepStrictEqual as deepEqual,
  match,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import { join } from "@std/path";
import { StorageError } from "./errors.ts";
import { diskLayer, type FileLayer, publishFile, storageError } from "./file_layer.ts";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("diskLayer.create() makes folders and file, once, and appends to it", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a", "b", "file");
    const file = await diskLayer.create(path);
    await file.write(Uint8Array.of(1, 2, 3));
    await file.truncate(1);
    await file.write(Uint8Array.of(4));
    await file.sync();
    file.close();
    deepEqual(await Deno.readFile(path), Uint8Array.of(1, 4));
    await rejects(diskLayer.create(path), Deno.errors.AlreadyExists);
    await Promise.all([1, 2, 3].map(async (n) => {
      (await diskLayer.create(join(folder, "many", "at", "once", `${n}`))).close();
    }));
  });
});

Deno.test("diskLayer.createWholeSync() writes a file at once and never over another", async () => {
  await withFolder((folder) => {
    const path = join(folder, "new", "file");
    diskLayer.createWholeSync?.(path, [Uint8Array.of(1), Uint8Array.of(2, 3)]);
    deepEqual(Deno.readFileSync(path), Uint8Array.of(1, 2, 3));
    let fault: unknown;
    try {
      diskLayer.createWholeSync?.(path, []);
    } catch (error) {
      fault = error;
    }
    ok(fault instanceof Deno.errors.AlreadyExists);
    return Promise.resolve();
  });
});

Deno.test("publishFile() leaves the old content and no temporary file where it fails", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "file");
    await publishFile(path, [Uint8Array.of(1)]);
    const layer: FileLayer = {
      ...diskLayer,
      rename: () => Promise.reject(new Error("No space left on device (os error 28)")),
    };
    await rejects(publishFile(path, [Uint8Array.of(2)], layer), (error) => {
      ok(error instanceof StorageError);
      equal(error.file, path);
      match(error.message, /^Cannot publish .*file: No space left .* \(free space; /);
      return true;
    });
    deepEqual(await Deno.readFile(path), Uint8Array.of(1));
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["file"]);
  });
});

Deno.test("storageError() names the remedy where there is one", () => {
  const remedies = [
    ["Disk quota exceeded (os error 122)", /free space/],
    ["Read-only file system (os error 30)", /make the file system writable/],
    ["Input/output error (os error 5)", /check the device/],
    ["Something else", /Something else$/],
  ] as const;
  for (const [text, pattern] of remedies) {
    match(storageError("Cannot write", "file", new Error(text)).message, pattern);
  }
  match(
    storageError("Cannot write", "file", new Deno.errors.PermissionDenied("no")).message,
    /permissions of the folder/,
  );
});
