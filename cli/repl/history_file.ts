import { dirname, join } from "@std/path";
import { readEnv } from "../../lib/config/data_directory.ts";
import { History, troubleText } from "./history.ts";

/** The file in which programs of this user keep what was typed, or undefined where there is no home. */
export function defaultHistoryFile(
  env: (name: string) => string | undefined = readEnv,
): string | undefined {
  const state = env("XDG_STATE_HOME");
  if (state !== undefined && state.startsWith("/")) return join(state, "litmus", "history");
  const local = Deno.build.os === "windows" ? env("LOCALAPPDATA") : undefined;
  if (local !== undefined) return join(local, "litmus", "history");
  const home = env("HOME") ?? env("USERPROFILE");
  return home === undefined ? undefined : join(home, ".local", "state", "litmus", "history");
}

/**
 * Opens the history of the user; where that cannot be, one that ends with the shell.
 *
 * @param onTrouble told once why nothing is kept
 */
export function openHistory(
  file: string | undefined,
  onTrouble: (message: string) => void,
): History {
  if (file === undefined) return new History([]);
  try {
    Deno.mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const history = History.load(file, onTrouble);
    Deno.openSync(file, { append: true, create: true, mode: 0o600 }).close();
    return history;
  } catch (error) {
    onTrouble(troubleText(file, error));
    return new History([]);
  }
}
