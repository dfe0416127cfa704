/**
 * What files need from Deno, asked for before anything is touched, so that a missing permission is named
 * with its flag and its reason.
 * @module
 */
import { PermissionError } from "./errors.ts";

/** Asks for a permission; under `--no-prompt` nobody is bothered. */
export async function isGranted(descriptor: Deno.PermissionDescriptor): Promise<boolean> {
  const { state } = await Deno.permissions.request(descriptor);
  return state === "granted";
}

/**
 * Checks that a data directory may be read.
 *
 * @throws {PermissionError} naming the flag
 */
export async function requireRead(dataDir: string): Promise<void> {
  if (await isGranted({ name: "read", path: dataDir })) return;
  throw new PermissionError(
    `Reading the data directory needs leave to read it: run with --allow-read=${dataDir}`,
  );
}

/**
 * Checks that a data directory may be read and written.
 *
 * @throws {PermissionError} naming the flags
 */
export async function requireStore(dataDir: string): Promise<void> {
  const read = await isGranted({ name: "read", path: dataDir });
  if (read && await isGranted({ name: "write", path: dataDir })) return;
  throw new PermissionError(
    `Opening the data directory needs leave to read and write it: run with --allow-read=${dataDir} --allow-write=${dataDir}`,
  );
}
