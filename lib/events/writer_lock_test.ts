import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import { join } from "@std/path";
import { StorageError } from "../base/errors.ts";
import {
  isWriterAlive,
  sweepWriterLocks,
  takeWriterLock,
  writerLockFolder,
} from "./writer_lock.ts";

const names = (dataDir: string): string[] =>
  [...Deno.readDirSync(writerLockFolder(dataDir))].map(({ name }) => name).sort();

Deno.test("takeWriterLock() holds a lock until it is released, and its file goes with it", async () => {
  const dataDir = await Deno.makeTempDir();
  const lock = takeWriterLock(dataDir, "00000000000000aa");
  equal(isWriterAlive(dataDir, "00000000000000aa"), true);
  equal(isWriterAlive(dataDir, "00000000000000bb"), false);
  lock.release();
  equal(isWriterAlive(dataDir, "00000000000000aa"), false);
  deepEqual(names(dataDir), []);
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("sweepWriterLocks() removes the files of dead writers and no others", async () => {
  const dataDir = await Deno.makeTempDir();
  const lock = takeWriterLock(dataDir, "00000000000000aa");
  for (const name of ["00000000000000dd.lock", "00000000000000ee.lock", "notes.txt"]) {
    await Deno.writeTextFile(join(writerLockFolder(dataDir), name), "");
  }
  equal(sweepWriterLocks(dataDir), 2);
  deepEqual(names(dataDir), ["00000000000000aa.lock", "notes.txt"]);
  equal(isWriterAlive(dataDir, "00000000000000aa"), true);
  lock.release();
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("takeWriterLock() names the folder where it cannot be used", async () => {
  const file = await Deno.makeTempFile();
  throws(() => takeWriterLock(file, "00000000000000aa"), (error) => {
    return error instanceof StorageError && error.file === writerLockFolder(file);
  });
  await Deno.remove(file);
});
