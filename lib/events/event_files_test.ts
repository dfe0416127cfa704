import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { dirname, join } from "@std/path";
import { END_OF_STREAM } from "../arrow/message_writer.ts";
import { dataLayout } from "../base/data_layout.ts";
import { newId } from "../base/ids.ts";
import { EventBatchBuilder, eventSchemaFrame } from "./event_batch_builder.ts";
import { type Damage, EventFileReader } from "./event_file_reader.ts";
import { eventBatches, eventFiles } from "./event_files.ts";
import { writeEvent } from "./validate_event.ts";

const WRITER = "00000000000000aa";

function batch(sessionId: string, sequence: number, writer = WRITER): Uint8Array {
  const builder = new EventBatchBuilder(sessionId);
  const defaults = { sessionId, newId, nowMicros: () => 0 };
  builder.append(writeEvent({ event_type: "x.test", sequence }, defaults));
  return builder.finish(writer, sequence);
}

async function withFiles(
  files: Readonly<Record<string, readonly Uint8Array[]>>,
  work: (dataDir: string) => void,
): Promise<void> {
  const dataDir = await Deno.makeTempDir();
  try {
    for (const [name, parts] of Object.entries(files)) {
      const path = join(dataDir, "events", name);
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeFile(path, new Uint8Array(0));
      for (const part of parts) await Deno.writeFile(path, part, { append: true });
    }
    work(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

const A = "aaaaaaaa-0000-4000-8000-000000000001";
const B = "bbbbbbbb-0000-4000-8000-000000000002";

Deno.test("eventFiles() lists by folder and name, what may hold a session alone where one is named", async () => {
  const names = [
    `2026-01-01/${B}.arrow`,
    `2026-01-02/${A}-77.arrow`,
    `2026-01-02/${A}.arrow`,
    `2026-01-02/${A}_0001.arrow`,
    `2026-01-02/${B}.arrow`,
    "2026-01-02/from pandas.arrow",
    `temp/${A}.arrow`,
  ];
  const others = [
    "2026-01-02/notes.txt",
    `2026-01-02/.${A}.arrow.1-0.tmp`,
    "2026-01-02/.hidden.arrow",
    `2026-01-02/${A}_ref/data.arrow`,
    `${A}.arrow`,
  ];
  const files = Object.fromEntries([...others, ...names.toReversed()].map((name) => [name, []]));
  await withFiles(files, (dataDir) => {
    const layout = dataLayout(dataDir);
    const below = (path: string): string => path.slice(layout.events.length + 1);
    deepEqual(eventFiles(layout).map(({ path }) => below(path)), names);
    deepEqual(eventFiles(layout, A).map(({ path }) => below(path)), [
      ...names.slice(1, 4),
      ...names.slice(5),
    ]);
  });
});

Deno.test("eventBatches() takes what a failed sync lost from the second file, in the order of the writer", async () => {
  const lost = new Uint8Array(batch(A, 2).byteLength);
  await withFiles({
    [`2026-01-02/${A}.arrow`]: [eventSchemaFrame(WRITER, 0), batch(A, 1), lost, batch(A, 3)],
    [`2026-01-02/${A}_0001.arrow`]: [
      eventSchemaFrame("00000000000000bb", 0),
      batch(A, 1, "00000000000000bb"),
    ],
    [`2026-01-02/${A}_0002.arrow`]: [
      eventSchemaFrame(WRITER, 1),
      batch(A, 2),
      batch(A, 3),
      batch(A, 4),
      END_OF_STREAM,
    ],
  }, (dataDir) => {
    const damage: Damage[] = [];
    const files = eventFiles(dataLayout(dataDir));
    const found = [...eventBatches(files, { onDamage: (each) => damage.push(each) })];
    deepEqual(found.map(({ stamp }) => `${stamp?.writer.slice(-1)}${stamp?.sequence}`), [
      "a1",
      "a2",
      "a3",
      "b1",
      "a4",
    ]);
    equal(damage.length, 1);
    equal(damage[0]?.writer, WRITER);
    equal(damage[0]!.end - damage[0]!.start, lost.byteLength);
  });
});

Deno.test("EventFileReader.pass() leaves out the next batch of its writer, and nothing else", async () => {
  const parts = [eventSchemaFrame(WRITER, 0), ...[1, 2, 3].map((n) => batch(A, n))];
  await withFiles({ [`2026-01-01/${A}.arrow`]: parts }, (dataDir) => {
    const [file] = eventFiles(dataLayout(dataDir));
    const reader = new EventFileReader(file?.path ?? "");
    const [, first, second] = parts.map((_, i) =>
      parts.slice(0, i + 1).reduce((sum, part) => sum + part.byteLength, 0)
    ) as [number, number, number, number];
    equal(reader.pass(WRITER, first, second), false, "before anything was read");
    reader.read().next();
    equal(reader.pass("00000000000000bb", first, second), false, "another writer");
    equal(reader.pass(WRITER, second, second + 8), false, "not the next");
    equal(reader.pass(WRITER, first, second), true);
    deepEqual([...reader.read()].map(({ stamp }) => stamp?.sequence), [3]);
  });
});
