/**
 * Whether something has a name in the file system. What cannot be looked at is an error, not an absence.
 * @module
 */

/** Whether a path leads to a file or folder. */
export function isThereSync(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Whether a name is taken, be it by a link that leads nowhere. */
export async function isTaken(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
