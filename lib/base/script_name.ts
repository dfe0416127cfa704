/**
 * The name of the running script, for events that say who wrote them.
 * @module
 */
import { basename } from "@std/path";

/** File name of the main module; `unknown` where it may not be known. */
export function scriptName(): string {
  try {
    return basename(new URL(Deno.mainModule).pathname) || "unknown";
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable || error instanceof TypeError) return "unknown";
    throw error;
  }
}
