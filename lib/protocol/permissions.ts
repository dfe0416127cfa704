/**
 * What a store with a daemon needs from Deno, asked for before anything is touched.
 * @module
 */
import { join } from "@std/path";
import { PermissionError } from "../base/errors.ts";
import { isGranted, requireStore } from "../base/permissions.ts";
import { FileLock } from "./file_lock.ts";

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

/**
 * Checks that the daemon may be started.
 *
 * @throws {PermissionError} naming the flag
 */
export async function requireSpawn(): Promise<void> {
  if (await isGranted({ name: "run", command: Deno.execPath() })) return;
  throw new PermissionError(
    `Starting the daemon needs permission to run deno: run with --allow-run=deno, or start it by \`litmus daemon start\``,
  );
}

/**
 * Checks everything that a store with a daemon needs, so that a program hears of it when it opens the store
 * and not when its first run is over.
 *
 * @throws {PermissionError} naming the flag
 */
export async function requireDaemon(dataDir: string): Promise<void> {
  await requireStore(dataDir);
  await requireLoopback("127.0.0.1");
  const { state } = await Deno.permissions.query({ name: "run", command: Deno.execPath() });
  // One that runs need not be started.
  if (state === "granted" || FileLock.isHeld(join(dataDir, ".litmus", "daemon.lock"))) return;
  await requireSpawn();
}
