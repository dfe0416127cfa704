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
  const alive = writer !== undefined && isWriterAlive(dataDir, writer);
  const found: DamagedFile[] = [];
  for (const damage of reader.damage) {
    // A writer at work is just about to finish it.
    if (damage.torn && alive) continue;
    if (damage.torn && await isForeignAtWork(path, isOurs)) continue;
    const repaired = repair && damage.torn && isOurs && writer !== undefined &&
      await repairTornTail(path, damage.start, () => isWriterAlive(dataDir, writer));
    found.push(reportOf(damage, isOurs, repaired));
  }
  return found;
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
