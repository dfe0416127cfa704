/** What emit, flush and sync promise, on a disk that fails, tears and forgets at every operation. */
import {
  deepStrictEqual as deepEqual,
  match,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import { join } from "@std/path";
import { StorageError } from "../lib/base/errors.ts";
import { newId } from "../lib/base/ids.ts";
import { EVENT_LIMITS } from "../lib/base/limits.ts";
import { eventBatches, eventFiles } from "../lib/events/event_files.ts";
import type { Damage } from "../lib/events/event_file_reader.ts";
import { FileEventLog } from "../lib/events/file_event_log.ts";
import { readEvents } from "../lib/events/read_events.ts";
import { dataLayout } from "../lib/base/data_layout.ts";
import { deviceError, FaultLayer, noSpace, type Operation, seededRandom } from "./fault_layer.ts";
import { smallDisk } from "./harness.ts";

interface Folders extends AsyncDisposable {
  readonly data: string;
  readonly left: string;
}

async function folders(): Promise<Folders> {
  const root = await Deno.makeTempDir({ prefix: "litmus-faults-" });
  return {
    data: join(root, "data"),
    left: join(root, "left"),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

async function namesIn(dataDir: string): Promise<number[]> {
  const events = await Array.fromAsync(readEvents(dataDir));
  return events.map(nameOf);
}

function nameOf(event: object): number {
  return Number(Reflect.get(event, "name"));
}

function emitMany(log: FileEventLog, from: number, count: number, padding = 0): void {
  for (let i = from; i < from + count; i++) {
    log.emit({ event_type: "x.test", name: i, padding: "p".repeat(padding) });
  }
}

interface Outcome {
  readonly emitted: number;
  readonly flushed: number;
  readonly synced: number;
}

/** A random program against a disk of random faults, up to a crash at a random operation. */
async function runUntilCrash(seed: number, layer: FaultLayer, dataDir: string): Promise<Outcome> {
  const random = seededRandom(seed ^ 0x5bd1e995);
  const log = new FileEventLog({
    dataDir,
    sessionId: newId(),
    layer,
    lingerMillis: 1,
    segmentBytes: 1000 + Math.floor(random() * 20_000),
  });
  let [emitted, flushed, synced, crashed] = [0, 0, 0, false];
  const faultRate = random() < 0.3 ? 0 : random() * 0.3;
  const crashAt = Math.floor(random() * 120);
  layer.plan = {
    fail: (_, number) => {
      if (number === crashAt) {
        crashed = true;
        layer.crash();
      }
      if (random() >= faultRate) return undefined;
      return random() < 0.5 ? noSpace() : deviceError();
    },
  };
  const attempt = async (work: Promise<void>, done: () => void): Promise<void> => {
    try {
      await work;
      if (!crashed) done();
    } catch (error) {
      ok(error instanceof StorageError, String(error));
    }
  };
  const running: Promise<void>[] = [];
  for (let step = 0; step < 60 && !crashed; step++) {
    const count = Math.floor(random() * 12);
    emitMany(log, emitted, count, Math.floor(random() * 80));
    const target = emitted += count;
    const choice = random();
    if (choice < 0.4) running.push(attempt(log.flush(), () => flushed = Math.max(flushed, target)));
    else if (choice < 0.7) {
      running.push(attempt(log.sync(), () => synced = Math.max(synced, target)));
    }
    if (random() < 0.5) await running.at(-1);
  }
  await Promise.all(running);
  if (!crashed) layer.crash();
  const outcome = { emitted, flushed, synced };
  layer.plan = {};
  await log.close();
  return outcome;
}

const SEEDS = 100;

Deno.test("After the death of the process everything flushed is read back, once and in order", async () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    await using place = await folders();
    const layer = new FaultLayer(seed);
    const { emitted, flushed, synced } = await runUntilCrash(seed, layer, place.data);
    await layer.writeProcessDeath(place.data, place.left);
    const read = await namesIn(place.left);
    deepEqual(read, read.map((_, i) => i), `seed ${seed}: once and in order`);
    ok(read.length >= Math.max(flushed, synced), `seed ${seed}: ${read.length} of ${flushed}`);
    ok(read.length <= emitted, `seed ${seed}`);
  }
});

Deno.test("After a power cut everything synced is read back, once and in order", async () => {
  for (let seed = 1000; seed < 1000 + SEEDS; seed++) {
    await using place = await folders();
    const layer = new FaultLayer(seed);
    const { synced } = await runUntilCrash(seed, layer, place.data);
    for (let cut = 0; cut < 4; cut++) {
      const left = `${place.left}${cut}`;
      await layer.writePowerCut(place.data, left);
      const read = await namesIn(left);
      deepEqual(read, read.toSorted((a, b) => a - b), `seed ${seed}: in order`);
      equal(new Set(read).size, read.length, `seed ${seed}: once`);
      deepEqual(
        read.slice(0, synced),
        Array.from({ length: synced }, (_, i) => i),
        `seed ${seed}: all that was synced`,
      );
    }
  }
});

Deno.test("A failure of any single operation costs nothing once the disk is well again", async () => {
  const operations: Operation[] = ["create", "write", "sync", "truncate", "syncDirectory"];
  for (const error of [noSpace(), deviceError()]) {
    for (let at = 0; at < 40; at++) {
      await using place = await folders();
      const layer = new FaultLayer(at, {
        fail: (operation, number) => {
          // A write fails together with the truncation that would mend it.
          const hit = number === at || (operation === "truncate" && at % 2 === 0);
          return hit && operations.includes(operation) ? error : undefined;
        },
      });
      const log = new FileEventLog({
        dataDir: place.data,
        sessionId: newId(),
        layer,
        segmentBytes: 6000,
      });
      for (let round = 0; round < 8; round++) {
        emitMany(log, round * 5, 5);
        await (round % 2 === 0 ? log.sync() : log.flush()).catch((fault: unknown) => {
          ok(fault instanceof StorageError);
        });
      }
      await log.close().catch(() => log.close());
      equal(log.status().synced, 40);
      await layer.writePowerCut(place.data, place.left);
      deepEqual(await namesIn(place.left), Array.from({ length: 40 }, (_, i) => i), `at ${at}`);
    }
  }
});

Deno.test("After a failed sync the batches of unknown fate are written again, into a new file", async () => {
  await using place = await folders();
  let isFailing = false;
  const layer = new FaultLayer(1, {
    fail: (operation) => {
      if (operation !== "sync" || !isFailing) return undefined;
      isFailing = false;
      return deviceError();
    },
  });
  const log = new FileEventLog({ dataDir: place.data, sessionId: newId(), layer });
  emitMany(log, 0, 3);
  await log.sync();
  emitMany(log, 3, 3);
  await log.flush();
  isFailing = true;
  emitMany(log, 6, 3);
  await log.sync();
  equal(layer.paths.length, 2);
  equal(log.status().synced, 9);
  await log.close();
  await layer.writePowerCut(place.data, place.left);
  deepEqual(await namesIn(place.left), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const [first, second] = eventFiles(dataLayout(place.left));
  ok(first !== undefined && second !== undefined);
  deepEqual([...eventBatches([second])].map(({ stamp }) => stamp?.sequence), [2, 3]);
});

Deno.test("A full disk keeps the events, says so by file and remedy, and goes on when there is space", async () => {
  await using place = await folders();
  let isFull = true;
  const layer = new FaultLayer(2, {
    fail: (operation) => isFull && operation !== "truncate" ? noSpace() : undefined,
  });
  const log = new FileEventLog({ dataDir: place.data, sessionId: newId(), layer });
  emitMany(log, 0, 10);
  for (let i = 0; i < 3; i++) {
    await rejects(log.flush(), (error) => {
      ok(error instanceof StorageError);
      match(error.message, /events.*\.arrow: No space left .*\(free space; writing then goes on\)/);
      match(error.file, /\.arrow$/);
      return true;
    });
  }
  match(log.status().writeError ?? "", /No space left/);
  await rejects(log.close(), StorageError);
  isFull = false;
  await log.close();
  equal(log.status().synced, 10);
  equal(log.status().writeError, undefined);
  await layer.writeProcessDeath(place.data, place.left);
  deepEqual(await namesIn(place.left), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("emit() returns a promise while the disk refuses what memory may hold, kept until there is room", async () => {
  await using place = await folders();
  let isFull = true;
  const layer = new FaultLayer(3, { fail: () => isFull ? noSpace() : undefined });
  const log = new FileEventLog({ dataDir: place.data, sessionId: newId(), layer });
  let waiting: void | Promise<void> = undefined;
  let count = 0;
  for (; waiting === undefined && count < EVENT_LIMITS.queuedEvents * 2; count++) {
    waiting = log.emit({ event_type: "x.test", name: count });
  }
  ok(waiting instanceof Promise && count >= EVENT_LIMITS.queuedEvents);
  let isSettled = false;
  waiting.finally(() => isSettled = true);
  await rejects(log.flush(), StorageError);
  equal(isSettled, false, "a failed attempt does not end the wait");
  isFull = false;
  await waiting;
  await log.close();
  equal(log.status().flushed, count);
});

Deno.test("A torn write that cannot be cut back ends its file, and damage names file and bytes", async () => {
  await using place = await folders();
  let isTorn = false;
  const layer = new FaultLayer(5, {
    fail: (operation) =>
      isTorn && (operation === "write" || operation === "truncate") ? deviceError() : undefined,
  });
  const log = new FileEventLog({ dataDir: place.data, sessionId: newId(), layer });
  emitMany(log, 0, 4);
  await log.flush();
  isTorn = true;
  emitMany(log, 4, 4);
  await rejects(log.flush(), StorageError);
  isTorn = false;
  await log.close();
  await layer.writeProcessDeath(place.data, place.left);
  const damage: Damage[] = [];
  const events = await Array.fromAsync(
    readEvents(place.left, {}, { onDamage: (each) => damage.push(each) }),
  );
  deepEqual(events.map(nameOf), [0, 1, 2, 3, 4, 5, 6, 7]);
  equal(damage.length, 1);
  ok(damage[0]!.start > 0 && damage[0]!.end > damage[0]!.start && damage[0]!.torn);
  match(damage[0]!.file, /\.arrow$/);
});

Deno.test("A file system that is really full keeps the events until something else is removed", async () => {
  await using disk = await smallDisk(512);
  if (disk === undefined) return; // the fault layer says the same, above
  const dataDir = disk.path;
  await Deno.writeFile(join(dataDir, "ballast"), new Uint8Array(400 * 1024));
  const log = await FileEventLog.open({ dataDir });
  let count = 0;
  const flushUntilFull = async (): Promise<void> => {
    for (; count < 10_000; count += 100) {
      emitMany(log, count, 100, 100);
      await log.flush();
    }
  };
  await rejects(flushUntilFull(), (error) => {
    ok(error instanceof StorageError);
    match(
      error.message,
      /\.arrow: No space left on device .*\(free space; writing then goes on\)/,
    );
    return true;
  });
  const emitted = log.status().emitted;
  const read = await namesIn(dataDir);
  deepEqual(read, Array.from({ length: log.status().flushed }, (_, i) => i), "no torn batch");
  await Deno.remove(join(dataDir, "ballast"));
  await log.close();
  deepEqual(await namesIn(dataDir), Array.from({ length: emitted }, (_, i) => i));
});
