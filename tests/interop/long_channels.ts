/**
 * Channels whose files an uninformed reader might stumble over: merged segments, and pyramids beside them.
 * @module
 */
import { ok } from "node:assert/strict";
import { join } from "@std/path";
import { FileChannelStore } from "../../lib/channels/file_channel_store.ts";
import { walkFiles } from "../../lib/doctor/walk_files.ts";

/** Adds `log.merged`, 70 numbers from 0 written one by one, and `scope.long`, 100,000 twos. */
export async function addLongChannels(dataDir: string): Promise<void> {
  {
    await using store = await FileChannelStore.open({ dataDir });
    store.write("scope.long", new Float64Array(100_000).fill(2), { sampleInterval: 1e-6 });
    for (let i = 0; i < 70; i++) {
      store.write("log.merged", i);
      await store.flush();
    }
  }
  const files = [...walkFiles(join(dataDir, "channels"))];
  ok(files.some((path) => path.endsWith(".pyramid")));
  ok(files.filter((path) => path.includes("log.merged")).length < 40);
}
