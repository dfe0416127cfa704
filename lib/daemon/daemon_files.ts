/**
 * Small questions and files of the daemon process.
 * @module
 */
import { join } from "@std/path";
import type { Endpoint } from "../protocol/endpoint.ts";
import type { RuntimePaths } from "../protocol/runtime_directory.ts";

/** True where a folder is there. */
export function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Text of an endpoint file. */
export function endpointText(endpoint: Endpoint): string {
  return `${JSON.stringify(endpoint, null, 2)}\n`;
}

/** Text of a file, empty where it is not there. */
export function readOrEmpty(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** A new bearer token. */
export function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}

/** Under which other names clients may address a daemon bound to all interfaces. */
export function ownNames(hostname: string): string[] {
  if (hostname !== "0.0.0.0" && hostname !== "::") return [];
  return [
    Deno.hostname().toLowerCase(),
    ...Deno.networkInterfaces().map(({ address }) => address.toLowerCase()),
  ];
}

/** The folder for what does not fit into memory. */
export function spillFolder(paths: RuntimePaths): string {
  return join(paths.root, "spill");
}

/** Removes what an earlier daemon has spilled. */
export function clearSpillFolder(paths: RuntimePaths): void {
  try {
    Deno.removeSync(spillFolder(paths), { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Whether files can be made in a folder. */
export function isWritable(folder: string): boolean {
  const probe = join(folder, `.litmus-probe-${Deno.pid}`);
  try {
    Deno.writeFileSync(probe, new Uint8Array(0));
    Deno.removeSync(probe);
    return true;
  } catch {
    return false; // whatever the reason is: files are read, nothing is written
  }
}
