import { isTaken } from "./is_there.ts";

/**
 * Gives a finished file its name, which must be free; the temporary name is gone then.
 *
 * @returns false where the name is taken: a second name for the file fails there, a rename would replace
 * what has it
 */
export async function publishNew(temporary: string, path: string): Promise<boolean> {
  try {
    Deno.linkSync(temporary, path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    // A file system without links: look and rename, which is all that it offers.
    if (await isTaken(path)) return false;
    Deno.renameSync(temporary, path);
    return true;
  }
  Deno.removeSync(temporary);
  return true;
}
