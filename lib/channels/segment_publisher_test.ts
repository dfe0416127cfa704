import {
  deepStrictEqual as deepEqual,
  ok,
  rejects,
  strictEqual as equal,
  throws,
} from "node:assert/strict";
import {
  filesOf,
  HandClock,
  inDataDir,
  quietStore,
  SESSION,
  TWIN_SESSION,
} from "./_channel_fixture_test.ts";
import { readChannel } from "./read_channel.ts";
import { listSegments } from "./segment_index.ts";
import { segmentDiskLayer, type SegmentFileLayer } from "./segment_publisher.ts";

const noLinks: SegmentFileLayer = {
  ...segmentDiskLayer,
  link: () => Promise.reject(new Deno.errors.NotSupported("links are not supported")),
};

for (const [name, layer] of [["links", segmentDiskLayer], ["claims", noLinks]] as const) {
  Deno.test(`SegmentPublisher never overwrites a segment, by ${name}`, () =>
    inDataDir(async (dataDir) => {
      const parts = { layer, clock: new HandClock() };
      const stores = [
        quietStore(dataDir, parts),
        quietStore(dataDir, parts),
        quietStore(dataDir, { ...parts, sessionId: TWIN_SESSION }),
        quietStore(dataDir, { ...parts, sessionId: TWIN_SESSION }),
      ];
      for (let round = 0; round < 5; round++) {
        stores.forEach((store, i) => store.write("x", round * 10 + i));
        await Promise.all(stores.map((store) => store.flush()));
      }
      await Promise.all(stores.map((store) => store.close()));
      const files = filesOf(dataDir);
      equal(files.length, 20);
      ok(files.includes("x_aaaaaaaa.arrow") && files.includes("x_aaaaaaaa_019.arrow"), `${files}`);
      const values = (sessionId: string) => {
        const read = readChannel(dataDir, "x", { sessionId }).values;
        return read.kind === "number" ? [...read.data].sort((a, b) => a - b) : [];
      };
      const wanted = [0, 10, 20, 30, 40];
      deepEqual(values(SESSION), wanted.flatMap((base) => [base, base + 1]));
      deepEqual(values(TWIN_SESSION), wanted.flatMap((base) => [base + 2, base + 3]));
    }));
}

Deno.test("SegmentPublisher keeps what the disk refuses and publishes it once there is space", () =>
  inDataDir(async (dataDir) => {
    let full = true;
    const layer: SegmentFileLayer = {
      ...segmentDiskLayer,
      async create(path) {
        const file = await segmentDiskLayer.create(path);
        if (!full || !path.includes("x_")) return file;
        return {
          path,
          write: async (bytes) => {
            await file.write(bytes.subarray(0, 10));
            throw new Error("No space left on device (os error 28)");
          },
          truncate: (size) => file.truncate(size),
          sync: () => file.sync(),
          close: () => file.close(),
        };
      },
    };
    await using store = quietStore(dataDir, { layer });
    store.write("x", 1);
    await rejects(store.flush(), {
      name: "StorageError",
      message: /channel "x".*x_aaaaaaaa\.arrow.*No space left.*free space/,
    });
    deepEqual(filesOf(dataDir), []);
    store.write("x", 2);
    await rejects(store.flush(), { name: "StorageError" });
    equal(store.status().pendingBytes > 0, true);
    full = false;
    await store.flush();
    deepEqual(readChannel(dataDir, "x").values, { kind: "number", data: Float64Array.of(1, 2) });
    equal(store.status().pendingBytes, 0);
  }));

Deno.test("SegmentPublisher tells of a folder that cannot be written and tries again by itself", () =>
  inDataDir(async (dataDir) => {
    let refused = 0;
    const layer: SegmentFileLayer = {
      ...segmentDiskLayer,
      create(path) {
        if (refused++ < 2) return Promise.reject(new Deno.errors.PermissionDenied("read-only"));
        return segmentDiskLayer.create(path);
      },
    };
    await using store = quietStore(dataDir, { layer, sealMillis: 5 });
    store.write("x", 1);
    const until = Date.now() + 20_000;
    let seen = "";
    const isDone = (): boolean => {
      const { segments, writeError } = store.status();
      return segments > 0 && writeError === undefined;
    };
    while (!isDone() && Date.now() < until) {
      seen = store.status().writeError ?? seen;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    ok(/read-only.*check the permissions/.test(seen), seen);
    equal(store.status().writeError, undefined);
    equal(readChannel(dataDir, "x").sampleIndex.length, 1);
  }));

Deno.test("SegmentPublisher writes a segment anew whose sync failed, and says so if that fails too", () =>
  inDataDir(async (dataDir) => {
    let failing = 1;
    const layer: SegmentFileLayer = {
      ...segmentDiskLayer,
      async create(path) {
        const file = await segmentDiskLayer.create(path);
        const sync = () => failing-- > 0 ? Promise.reject(new Error("I/O error")) : file.sync();
        if (!path.includes("x_")) return file;
        return {
          path,
          write: (bytes) => file.write(bytes),
          truncate: (size) => file.truncate(size),
          sync,
          close: () => file.close(),
        };
      },
    };
    const store = quietStore(dataDir, { layer });
    store.write("x", 1);
    await store.sync();
    failing = 2;
    store.write("x", 2);
    await rejects(store.sync(), { name: "StorageError", message: /Cannot sync.*x_.*I\/O error/ });
    await store.close();
    equal(readChannel(dataDir, "x").sampleIndex.length, 2);
    deepEqual(listSegments(dataDir).damage, []);
  }));

Deno.test("listSegments() passes over unfinished files and claimed names", () =>
  inDataDir(async (dataDir) => {
    await using store = quietStore(dataDir, { clock: new HandClock() });
    store.write("x", 1);
    await store.flush();
    const folder = `${dataDir}/channels/2026-11-21`;
    await Deno.writeFile(`${folder}/x_aaaaaaaa_001.arrow`, new Uint8Array(0));
    await Deno.writeTextFile(`${folder}/.x_aaaaaaaa_002.arrow.1-0.tmp`, "torn");
    await Deno.writeTextFile(`${folder}/notes.txt`, "by hand");
    const { segments, damage } = listSegments(dataDir);
    deepEqual([segments.length, damage.length], [1, 0]);
    store.write("x", 2);
    await store.flush();
    ok(filesOf(dataDir).includes("x_aaaaaaaa_002.arrow"));
    throws(() => readChannel(`${dataDir}/nowhere`, "x"), { name: "NotFoundError" });
  }));
