import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { HandClock, inDataDir, quietStore, TWIN_SESSION } from "./_channel_fixture_test.ts";
import { readRegistry } from "./channel_registry.ts";

const names = (dataDir: string): string[] => [...readRegistry(dataDir).entries.keys()].sort();

Deno.test("ChannelRegistry is made anew from the segments when it is lost or damaged", () =>
  inDataDir(async (dataDir) => {
    const clock = new HandClock(), path = `${dataDir}/channels/_registry.json`;
    const first = quietStore(dataDir, { clock });
    first.write("a", 1, { units: "V", attributes: { calibrated: "2026" } });
    await first.close();
    const before = JSON.parse(await Deno.readTextFile(path)).a;
    for (const lost of [() => Deno.remove(path), () => Deno.writeTextFile(path, '{"a": {"uni')]) {
      await lost();
      deepEqual(names(dataDir), []);
      const store = quietStore(dataDir, { clock, sessionId: crypto.randomUUID() });
      store.write("b", true);
      await store.close();
      deepEqual(names(dataDir), ["a", "b"]);
      deepEqual(JSON.parse(await Deno.readTextFile(path)).a, before);
    }
    equal(await Deno.readTextFile(path.replace(".json", ".damaged-0.json")), '{"a": {"uni');
  }));

Deno.test("ChannelRegistry loses no entry when many stores write at once", () =>
  inDataDir(async (dataDir) => {
    const ids = Array.from({ length: 12 }, (_, i) => `channel.${String(i).padStart(2, "0")}`);
    await Promise.all(ids.map(async (id, i) => {
      await using store = quietStore(dataDir, { sessionId: crypto.randomUUID() });
      store.write(id, i);
      store.write("shared", i, { attributes: { [id]: i } });
      await store.flush();
    }));
    deepEqual(names(dataDir), [...ids, "shared"]);
    const shared = readRegistry(dataDir).entries.get("shared");
    deepEqual(Object.keys(shared?.attributes ?? {}).sort(), ids);
  }));

Deno.test("ChannelRegistry fills in what is learned later and keeps the first time", () =>
  inDataDir(async (dataDir) => {
    const clock = new HandClock();
    const store = quietStore(dataDir, { clock });
    store.write("__proto__", 1);
    await store.flush();
    const before = readRegistry(dataDir).entries.get("__proto__");
    clock.micros += 5e6;
    store.write("__proto__", 2, { units: "A", sessionId: TWIN_SESSION });
    await store.close();
    deepEqual(readRegistry(dataDir).entries.get("__proto__"), { ...before, units: "A" });
  }));
