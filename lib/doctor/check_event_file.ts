/**
 * Checks an event file, and cuts off what a killed writer of this package left half written.
 * @module
 */
import { type Damage, EventFileReader } from "../events/event_file_reader.ts";
import { isWriterAlive } from "../events/writer_lock.ts";
import type { DamagedFile } from "./damaged_file.ts";
import { repairTornTail } from "./repair_torn_tail.ts";

/**
 * Reads all of an event file.
 *
 * @param dataDir where the writer locks lie
 * @param repair cuts a torn end off, where the writer is of this package and gone
 */
export async function checkEventFile(
  dataDir: string,
  path: string,
  repair: boolean,
): Promise<DamagedFile[]> {
  const { reader, isOurs } = readThrough(path);
  const { writer } = reader;
  const isAlive = (): boolean | undefined => isWriting(dataDir, writer);
  const alive = isAlive();
  const found: DamagedFile[] = [];
  for (const damage of reader.damage) {
    // A writer at work is just about to finish it.
    if (damage.torn && alive === true) continue;
    if (damage.torn && await isForeignAtWork(path, isOurs)) continue;
    const repaired = repair && damage.torn && isOurs && alive === false &&
      await repairTornTail(path, damage.start, () => isAlive() !== false);
    found.push(reportOf(damage, isOurs, repaired));
  }
  return found;
}

/** Whether the writer lives; undefined where that cannot be told, as on a medium that takes no locks. */
function isWriting(dataDir: string, writer: string | undefined): boolean | undefined {
  if (writer === undefined) return undefined;
  try {
    return isWriterAlive(dataDir, writer);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}

function readThrough(path: string): { reader: EventFileReader; isOurs: boolean } {
  const reader = new EventFileReader(path);
  const iterator = reader.read();
  while (iterator.next().done !== true);
  return { reader, isOurs: reader.writer !== undefined };
}

/** Writers of other programs hold no lock: a file that grew this minute may grow on. */
async function isForeignAtWork(path: string, isOurs: boolean): Promise<boolean> {
  if (isOurs) return false;
  const { mtime } = await Deno.stat(path);
  return mtime !== null && Date.now() - mtime.getTime() < 60_000;
}

function reportOf(damage: Damage, isOurs: boolean, repaired: boolean): DamagedFile {
  const { file, start, end, reason } = damage;
  const whose = isOurs ? "" : " (file of another program)";
  return { file, start, end, reason: `${reason}${whose}`, repaired };
}
