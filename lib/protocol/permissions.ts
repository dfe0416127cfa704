/**
 * What a store needs from Deno, asked for before anything is touched, so that a missing permission is named
 * with its flag.
 * @module
 */
import { PermissionError } from "../base/errors.ts";

async function isGranted(descriptor: Deno.PermissionDescriptor): Promise<boolean> {
  const { state } = await Deno.permissions.request(descriptor);
  return state === "granted";
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

/**
 * Checks that the daemon may be reached.
 *
 * @param host `HOST:PORT`, or `HOST` as long as the port is not known
 * @throws {PermissionError} naming the flag
 */
export async function requireLoopback(host: string): Promise<void> {
  if (await isGranted({ name: "net", host })) return;
  const hostname = host.replace(/:\d+$/, "");
  throw new PermissionError(
    `Reaching the daemon needs network access to this machine, at a port that changes: run with --allow-net=${hostname}`,
  );
}
