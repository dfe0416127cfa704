/**
 * Stores, clocks and folders for the tests of this room. Named as a test, so that it is not published.
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { type ChannelStoreParts, FileChannelStore } from "./file_channel_store.ts";

export const SESSION = "aaaaaaaa-1111-4222-8333-444444444444";
/** Shares its first eight digits with {@linkcode SESSION}. */
export const TWIN_SESSION = "aaaaaaaa-9999-4222-8333-444444444444";
export const START_MICROS = 1_795_244_637_000_000;

/** Channels that the Python package wrote. */
export const PYTHON_DATA_DIR: string = new URL(
  "../../tests/testdata/litmus-0.1.3",
  import.meta.url,
).pathname;

/** A clock that stands still until it is moved. */
export class HandClock implements Clock {
  micros = START_MICROS;

  nowMicros(): number {
    return this.micros;
  }
}

/** Runs a test in a folder that is gone afterwards. */
export async function inDataDir(test: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "channels-" });
  try {
    await test(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** A store whose background never wakes up by itself. */
export function quietStore(
  dataDir: string,
  parts: Partial<ChannelStoreParts> = {},
): FileChannelStore {
  return new FileChannelStore({
    dataDir,
    sessionId: SESSION,
    sealMillis: 3_600_000,
    ...parts,
  });
}

/** All segment files of a data directory by name, temporary ones included. */
export function filesOf(dataDir: string): string[] {
  const names: string[] = [];
  const visit = (folder: string): void => {
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      if (isDirectory) visit(`${folder}/${name}`);
      else names.push(name);
    }
  };
  visit(`${dataDir}/channels`);
  return names.filter((name) => name !== "_registry.json").sort();
}
