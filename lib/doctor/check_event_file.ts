/**
 * Checks an event file, and cuts off what a killed writer of this package left half written.
 * @module
 */
import { type Damage, EventFileReader } from "../events/event_file_reader.ts";
import { isGrowing, isWriting } from "../events/growing_tail.ts";
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
  const found: DamagedFile[] = [];
  for (const damage of damageOf(path)) {
    if (isGrowing(dataDir, damage)) continue;
    const repaired = repair && await isRepaired(dataDir, damage);
    found.push(reportOf(damage, repaired));
  }
  return found;
}

function damageOf(path: string): readonly Damage[] {
  const reader = new EventFileReader(path);
  const batches = reader.read({ reuse: true });
  while (batches.next().done !== true);
  return reader.damage;
}

async function isRepaired(
  dataDir: string,
  { torn, writer, file, start }: Damage,
): Promise<boolean> {
  if (!torn || writer === undefined || isWriting(dataDir, writer) !== false) return false;
  return await repairTornTail(file, start, () => isWriting(dataDir, writer) !== false);
}

function reportOf({ file, start, end, reason, writer }: Damage, repaired: boolean): DamagedFile {
  const whose = writer === undefined ? " (file of another program)" : "";
  return { file, start, end, reason: `${reason}${whose}`, repaired };
}

/** Reports a file of events that lies where nobody looks for one. */
export function reportMisplaced(path: string): DamagedFile[] {
  const { size } = Deno.statSync(path);
  const reason = "It is not read: event files lie in a folder of events/, such as a date";
  return [{ file: path, start: 0, end: size, reason, repaired: false }];
}
