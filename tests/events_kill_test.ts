/** Writers killed with -9 at random points, two hundred times, in one data directory. */
import { deepStrictEqual as deepEqual, ok, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { dataLayout } from "../lib/base/data_layout.ts";
import { newId } from "../lib/base/ids.ts";
import { eventBatches, eventFiles } from "../lib/events/event_files.ts";
import { FileEventLog } from "../lib/events/file_event_log.ts";
import { readEvents } from "../lib/events/read_events.ts";
import { isWriterAlive, writerLockFolder } from "../lib/events/writer_lock.ts";
import { ROOT } from "./harness.ts";

const KILLS = 200;
const AT_ONCE = 4;

/** Writes to a session of its own and to one that all share; prints what was flushed of each. */
const WRITER = `
import { FileEventLog } from "$ROOT/lib/events/file_event_log.ts";
const [dataDir, own, shared, key] = Deno.args;
const logs = [own, shared].map((sessionId) =>
  new FileEventLog({ dataDir, sessionId, segmentBytes: 12_000, lingerMillis: 2 }));
const line = new TextEncoder();
for (let i = 0; ; ) {
  for (let k = Math.random() * 20; k > 0; k--, i++) {
    for (const log of logs) log.emit({ event_type: "x.test", key, number: i });
  }
  await Promise.all(logs.map((log) => i % 5 === 0 ? log.sync() : log.flush()));
  Deno.stdout.writeSync(line.encode(i + "\\n"));
}
`;

interface Killed {
  readonly session: string;
  readonly key: string;
  /** Events that the writer saw flushed before it died. */
  readonly flushed: number;
}

async function writeAndKill(script: string, dataDir: string, shared: string): Promise<Killed> {
  const session = newId();
  const key = newId();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--quiet",
      "--no-check",
      "--config",
      join(ROOT, "deno.json"),
      script,
      dataDir,
      session,
      shared,
      key,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "";
  const decoder = new TextDecoder();
  const delay = Math.random() * 60;
  for await (const bytes of child.stdout) {
    if (text === "") setTimeout(() => child.kill("SIGKILL"), delay);
    text += decoder.decode(bytes);
  }
  equal((await child.status).signal, "SIGKILL");
  // The last line may be half a number.
  const lines = text.split("\n").slice(0, -1);
  return { session, key, flushed: Number(lines.at(-1)) };
}

function numbersOf(events: readonly object[], key: string): number[] {
  return events.filter((event) => Reflect.get(event, "key") === key)
    .map((event) => Number(Reflect.get(event, "number")));
}

function check(numbers: readonly number[], { flushed }: Killed): void {
  deepEqual(numbers, numbers.map((_, i) => i), "each once and in order");
  ok(numbers.length >= flushed, `${numbers.length} of ${flushed} events`);
}

Deno.test("Writers killed 200 times lose nothing that they flushed, and the next one just writes", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "litmus-kill-" });
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(script, WRITER.replaceAll("$ROOT", `file://${ROOT}`));
    const shared = newId();
    const killed: Killed[] = [];
    const worker = async (): Promise<void> => {
      for (let i = 0; i < KILLS / AT_ONCE; i++) {
        killed.push(await writeAndKill(script, dataDir, shared));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    equal(killed.length, KILLS);
    const everybody = await Array.fromAsync(readEvents(dataDir, { sessionId: shared }));
    for (const each of killed) {
      check(numbersOf(everybody, each.key), each);
      const own = await Array.fromAsync(readEvents(dataDir, { sessionId: each.session }));
      check(numbersOf(own, each.key), each);
    }
    await checkNextWriter(dataDir, shared);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
    await Deno.remove(script);
  }
});

async function checkNextWriter(dataDir: string, sessionId: string): Promise<void> {
  const log = await FileEventLog.open({ dataDir, sessionId });
  log.emit({ event_type: "x.test", key: "next" });
  await log.sync();
  const { writer } = log.status();
  ok(isWriterAlive(dataDir, writer));
  const locks = [...Deno.readDirSync(writerLockFolder(dataDir))].map(({ name }) => name);
  deepEqual(locks, [`${writer}.lock`], "the locks of the dead are swept");
  await log.close();
  const last = eventFiles(dataLayout(dataDir), sessionId).flatMap((file) => [
    ...eventBatches([file]),
  ]).filter(({ stamp }) => stamp?.writer === writer);
  equal(last.length, 1);
}
