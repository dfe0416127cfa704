/**
 * The name of the running script, for events that say who wrote them.
 * @module
 */

/**
 * File name of the main script; `unknown` where it may not be known.
 *
 * @param mainModule URL of the main module
 */
export function scriptName(mainModule?: string): string {
  let name: string;
  try {
    name = new URL(mainModule ?? Deno.mainModule).pathname.split("/").at(-1) ?? "";
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable || error instanceof TypeError) return "unknown";
    throw error;
  }
  try {
    return decodeURIComponent(name) || "unknown";
  } catch {
    // A stray percent sign is part of the name.
    return name;
  }
}
