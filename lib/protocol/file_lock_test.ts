import { ok, rejects, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { FileLock } from "./file_lock.ts";
import { sweepReferences, takeReference } from "./reference.ts";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "litmus-lock-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("FileLock has one holder, and tells whether there is one", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "x.lock");
    equal(FileLock.isHeld(path), false);
    const lock = FileLock.tryTake(path);
    ok(lock !== undefined);
    equal(FileLock.tryTake(path), undefined);
    equal(FileLock.isHeld(path), true);
    lock.release();
    lock.release();
    equal(FileLock.isHeld(path), false);
    using again = FileLock.tryTake(path);
    ok(again !== undefined);
    await Promise.resolve();
  });
});

Deno.test("FileLock.isInPlace() tells when the file was removed or its name taken by another", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "x.lock");
    using lock = FileLock.tryTake(path);
    equal(lock?.isInPlace(), true);
    await Deno.remove(path);
    equal(lock?.isInPlace(), false);
    using other = FileLock.tryTake(path);
    equal(other?.isInPlace(), true);
    equal(lock?.isInPlace(), false);
  });
});

Deno.test("FileLock.tryTake() is not turned away by somebody who only looks", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "x.lock");
    await Deno.writeTextFile(path, "");
    const prober = new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        "--quiet",
        `console.log("looking");
        for (;;) { const f = Deno.openSync(${JSON.stringify(path)}, { write: true });
          f.tryLockSync(false); f.close(); }`,
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = prober.stdout.getReader();
    try {
      await reader.read();
      for (let i = 0; i < 500; i++) {
        const lock = FileLock.tryTake(path);
        ok(lock !== undefined, `attempt ${i}`);
        lock.release();
      }
    } finally {
      prober.kill("SIGKILL");
      await prober.status;
      await reader.cancel();
    }
  });
});

Deno.test("FileLock.take() waits for the holder and gives up with its signal", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "x.lock");
    const first = FileLock.tryTake(path);
    const second = FileLock.take(path, new AbortController().signal);
    first?.release();
    (await second).release();
    using _held = FileLock.tryTake(path);
    const reason = new Error("enough");
    await rejects(FileLock.take(path, AbortSignal.abort(reason)), reason);
  });
});

Deno.test("References count while they are held and are swept when their holder is gone", async () => {
  await withFolder(async (folder) => {
    const one = takeReference(folder);
    const two = takeReference(folder);
    equal(sweepReferences(folder), 2);
    one.release({ remove: true });
    equal(sweepReferences(folder), 1);
    two.release(); // as the kernel does for one that was killed
    equal(sweepReferences(folder), 0);
    equal([...Deno.readDirSync(folder)].length, 0);
    await Promise.resolve();
  });
});
