/**
 * Data directories for a measurement, with their daemon gone afterwards.
 * @module
 */
import { acquire } from "../mod.ts";
import { FlightClient } from "../client.ts";
import { FileLock } from "../lib/protocol/file_lock.ts";
import { runtimePaths } from "../lib/protocol/runtime_directory.ts";

/** Measures in a fresh directory. */
export async function withDirectory<T>(work: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = await Deno.makeTempDir({ prefix: "litmus-bench-" });
  try {
    return await work(dataDir);
  } finally {
    await stopDaemon(dataDir);
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** Stops the daemon of a directory and waits until it is gone. */
export async function stopDaemon(dataDir: string): Promise<void> {
  let lease;
  try {
    lease = await acquire(dataDir, { spawn: false });
  } catch {
    return; // none runs
  }
  await using client = await FlightClient.connect(lease.location, { token: lease.token });
  for await (const _ of client.doAction("shutdown", new Uint8Array(0)));
  await lease.release();
  // Its endpoint goes first, its lock last.
  while (FileLock.isHeld(runtimePaths(dataDir).daemonLock)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
