/**
 * What the client needs from Deno, asked for before anything connects.
 * @module
 */

import { PermissionError } from "../base/errors.ts";
import { isGranted } from "../base/permissions.ts";

/**
 * Checks that a Flight client may run.
 *
 * @param host `HOST:PORT` of the server
 * @throws {PermissionError} naming the flag that is missing
 */
export async function requireClientPermissions(host: string): Promise<void> {
  if (await isGranted({ name: "net", host })) return;
  throw new PermissionError(
    `Reaching ${host} needs network access: run with --allow-net=${host}`,
  );
}
