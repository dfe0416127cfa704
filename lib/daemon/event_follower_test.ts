import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { dataLayout } from "../base/data_layout.ts";
import { checkFiles } from "../doctor/check_files.ts";
import { FileEventLog } from "../events/file_event_log.ts";
import { EventFollower } from "./event_follower.ts";

/** Writes a file of so many batches and gives its path. */
async function recorded(dataDir: string, batches: number): Promise<string> {
  await using log = await FileEventLog.open({ dataDir });
  for (let i = 0; i < batches; i++) {
    log.emit({ event_type: "x.test", n: i });
    await log.flush();
  }
  return log.status().file ?? "";
}

function flip(path: string, part: number): void {
  const bytes = Deno.readFileSync(path);
  bytes[Math.floor(bytes.length * part)]! ^= 1;
  Deno.writeFileSync(path, bytes);
}

Deno.test("EventFollower.damage() is what the doctor finds in event files, also once some is repaired or gone", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    const [middle, twice, torn, removed] = [
      await recorded(dataDir, 3),
      await recorded(dataDir, 6),
      await recorded(dataDir, 2),
      await recorded(dataDir, 3),
    ];
    flip(middle, 0.5);
    flip(twice, 0.3);
    flip(twice, 0.8);
    flip(removed, 0.5);
    // What is cut off is as long as the end mark that a repair puts there.
    await Deno.truncate(torn, Deno.statSync(torn).size - 8);
    await Deno.writeFile(torn, new Uint8Array(8).fill(1), { append: true });
    await using live = await FileEventLog.open({ dataDir });
    live.emit({ event_type: "x.test" });
    await live.flush();
    await Deno.writeFile(live.status().file ?? "", Uint8Array.of(255, 255, 255, 255, 9), {
      append: true,
    });

    const follower = new EventFollower(dataLayout(dataDir), () => {});
    const stretches = async (repair = false): Promise<void> => {
      const { damaged } = await checkFiles(dataDir, { repair });
      follower.scan();
      const found = damaged.filter(({ repaired }) => !repaired);
      const key = ({ file, start, end }: { file: string; start: number; end: number }): string =>
        `${file} ${start} ${end}`;
      deepEqual(follower.damage().map(key).sort(), found.map(key).sort());
    };
    await stretches();
    equal(follower.damage().length, 5);
    await stretches(true);
    equal(follower.damage().length, 4);
    await Deno.remove(removed);
    await stretches();
    equal(follower.damage().length, 3);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
