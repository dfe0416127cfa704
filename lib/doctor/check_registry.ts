/**
 * Checks the channel registry.
 * @module
 */
import { dataLayout, registryPath } from "../base/data_layout.ts";
import type { DamagedFile } from "./damaged_file.ts";

/** Path of the registry of a data directory. */
export function registryOf(dataDir: string): string {
  return registryPath(dataLayout(dataDir));
}

/** A registry that cannot be read is made anew from the segments by the next writer. */
export function checkRegistry(path: string): DamagedFile[] {
  const text = Deno.readTextFileSync(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [faultOf(path, text, `It is no JSON: ${reason}`)];
  }
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? [] : [faultOf(path, text, "It is no JSON object")];
}

function faultOf(file: string, text: string, reason: string): DamagedFile {
  const end = new TextEncoder().encode(text).length;
  return { file, start: 0, end, reason, repaired: false };
}
