/**
 * How the user called this program, for commands to copy.
 * @module
 */
import { readEnv } from "../../lib/config/data_directory.ts";

/** The words in front of a command: `litmus`, or the task that stands for it. */
export function programWords(env: (name: string) => string | undefined = readEnv): string {
  if (env("INIT_CWD") === undefined) return "litmus";
  // npx tells what it runs for; who has no Deno of his own needs it in the next command as well.
  return env("npm_command") === "exec"
    ? `npx -y deno@${Deno.version.deno} task litmus`
    : "deno task litmus";
}

/** A word of a command line to copy, in quotes where a shell would cut or change it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
