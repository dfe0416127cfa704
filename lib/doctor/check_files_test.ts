import { deepStrictEqual as deepEqual, match, ok, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { FileChannelStore } from "../channels/file_channel_store.ts";
import { FileEventLog } from "../events/file_event_log.ts";
import { EventFileReader } from "../events/event_file_reader.ts";
import { checkFiles } from "./check_files.ts";
import { walkFiles } from "./walk_files.ts";

const SESSION = "11111111-1111-4111-8111-111111111111";

async function recorded(): Promise<{ dataDir: string; file: string }> {
  const dataDir = await Deno.makeTempDir();
  const log = new FileEventLog({ dataDir, sessionId: SESSION });
  log.emit({ event_type: "session.started" });
  await log.flush();
  log.emit({ event_type: "session.ended" });
  await log.close();
  const [file] = [...walkFiles(join(dataDir, "events"))];
  ok(file !== undefined);
  return { dataDir, file };
}

function rowsIn(path: string): number {
  return new EventFileReader(path).read().reduce((rows, { batch }) => rows + batch.rows, 0);
}

Deno.test("checkFiles() finds nothing wrong with what a writer closed", async () => {
  const { dataDir } = await recorded();
  deepEqual(await checkFiles(dataDir), { files: 1, damaged: [] });
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("checkFiles() cuts a torn end off, after a copy was put aside", async () => {
  const { dataDir, file } = await recorded();
  const whole = await Deno.readFile(file);
  // The end marker and part of the last batch are missing, as after a power cut.
  await Deno.truncate(file, whole.length - 100);
  const found = await checkFiles(dataDir);
  equal(found.damaged.length, 1);
  equal(found.damaged[0]?.repaired, false);
  equal(found.damaged[0]?.end, whole.length - 100);

  const repaired = await checkFiles(dataDir, { repair: true });
  equal(repaired.damaged[0]?.repaired, true);
  equal(rowsIn(file), 1, "the event in front of the damage is there");
  deepEqual((await checkFiles(dataDir)).damaged, []);
  const copies = [...walkFiles(join(dataDir, "events"))].filter((path) => path.endsWith(".bak"));
  equal(copies.length, 1);
  equal((await Deno.readFile(copies[0] ?? "")).length, whole.length - 100);
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("checkFiles() never repairs damage in the middle of a file", async () => {
  const { dataDir, file } = await recorded();
  const bytes = await Deno.readFile(file);
  bytes[Math.floor(bytes.length / 2)]! ^= 0xff;
  await Deno.writeFile(file, bytes);
  const { damaged } = await checkFiles(dataDir, { repair: true });
  ok(damaged.length >= 1);
  ok(damaged.every(({ repaired }) => !repaired));
  deepEqual(await Deno.readFile(file), bytes);
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("checkFiles() never repairs a file whose writer lives", async () => {
  const dataDir = await Deno.makeTempDir();
  const log = new FileEventLog({ dataDir, sessionId: SESSION });
  log.emit({ event_type: "session.started" });
  await log.flush();
  const [file = ""] = [...walkFiles(join(dataDir, "events"))];
  using handle = await Deno.open(file, { append: true });
  await handle.write(new Uint8Array([0xff, 0xff, 0xff, 0xff, 1]));
  deepEqual(await checkFiles(dataDir, { repair: true }), { files: 1, damaged: [] });
  await log.close();
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("checkFiles() tells of broken Parquet files, registries and leftovers", async () => {
  const dataDir = await Deno.makeTempDir();
  const day = join(dataDir, "runs", "2026-11-21");
  await Deno.mkdir(day, { recursive: true });
  await Deno.mkdir(join(dataDir, "channels"));
  await Deno.writeTextFile(join(day, "short.parquet"), "PAR1");
  await Deno.writeTextFile(join(day, "open.parquet"), "PAR1 and some bytes but no end");
  await Deno.writeTextFile(join(dataDir, "channels", "_registry.json"), "{");
  const leftover = join(day, ".run.parquet.1-0.tmp");
  await Deno.writeTextFile(leftover, "half");
  await Deno.utime(leftover, new Date(0), new Date(0));
  const { files, damaged } = await checkFiles(dataDir, { repair: true });
  equal(files, 4);
  match(
    damaged.map(({ reason }) => reason).join("\n"),
    /no JSON[\s\S]*unfinished[\s\S]*its end is missing[\s\S]*too short/,
  );
  deepEqual(damaged.filter(({ repaired }) => repaired).map(({ file }) => file), [leftover]);
  await Deno.remove(dataDir, { recursive: true });
});

Deno.test("checkFiles() finds cut segments and bad pyramids, and removes the pyramids", async () => {
  const dataDir = await Deno.makeTempDir();
  {
    await using store = await FileChannelStore.open({ dataDir, sessionId: SESSION });
    for (const id of ["a", "b", "c"]) store.write(id, new Float64Array(70_000), { start: 0 });
  }
  deepEqual(await checkFiles(dataDir), { files: 7, damaged: [] });
  const [a, pyramidOfA, b, pyramidOfB, c, pyramidOfC] = walkFiles(join(dataDir, "channels"))
    .filter((path) => !path.endsWith(".json"));
  const bytes = await Deno.readFile(pyramidOfA!);
  bytes[bytes.length - 5]! ^= 1;
  await Deno.writeFile(pyramidOfA!, bytes);
  // Between two messages: no message is damaged, the end is not there.
  await Deno.truncate(b!, (await Deno.stat(b!)).size - 8);
  await Deno.remove(c!);
  const { damaged } = await checkFiles(dataDir, { repair: true });
  deepEqual(damaged.map(({ file, reason, repaired }) => [file, reason, repaired]), [
    [pyramidOfA, "A checksum does not match", true],
    [b, "The last 8 bytes are missing", false],
    [pyramidOfC, "Its segment is gone", true],
  ]);
  const left = walkFiles(join(dataDir, "channels")).toArray();
  ok(left.includes(a!) && left.includes(pyramidOfB!) && !left.includes(pyramidOfA!));
  await Deno.remove(dataDir, { recursive: true });
});
