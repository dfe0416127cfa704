/**
 * Cuts the torn end off an event file: copy aside, truncate, end marker, sync. The rows in front of it stay
 * as they are; nothing that was whole is ever cut.
 * @module
 */
import { dirname } from "@std/path";
import { END_OF_STREAM } from "../arrow/message_writer.ts";
import { diskLayer, storageError } from "../base/file_layer.ts";

/**
 * Repairs a file.
 *
 * @param validBytes offset behind the last whole message
 * @param isAlive whether the writer lives after all; asked last, right before the cut
 * @returns false where the writer lives
 * @throws {StorageError} where the copy or the cut fails; the file is as it was then
 */
export async function repairTornTail(
  path: string,
  validBytes: number,
  isAlive: () => boolean,
): Promise<boolean> {
  const copy = `${path}.torn-${Date.now()}.bak`;
  try {
    await copyAside(path, copy);
    if (isAlive()) {
      await diskLayer.remove(copy);
      return false;
    }
    using file = await Deno.open(path, { read: true, write: true });
    await file.truncate(validBytes);
    await file.seek(validBytes, Deno.SeekMode.Start);
    for (let at = 0; at < END_OF_STREAM.length;) {
      at += await file.write(END_OF_STREAM.subarray(at));
    }
    await file.sync();
    await diskLayer.syncDirectory(dirname(path));
    return true;
  } catch (error) {
    throw storageError("Cannot repair", path, error);
  }
}

async function copyAside(path: string, copy: string): Promise<void> {
  await Deno.copyFile(path, copy);
  using file = await Deno.open(copy, { read: true, write: true });
  await file.sync();
}
