/**
 * The `litmus` command.
 *
 * ```sh
 * litmus demo      # record a session to look at
 * litmus runs      # what was tested
 * litmus sql "SELECT product_id, count(*) FROM runs GROUP BY ALL"
 * ```
 *
 * @module
 */
import { VERSION } from "../lib/base/version.ts";
import { callFolder } from "./options/call_folder.ts";

/** By name: a path that Deno can read in an import is loaded at start with all that hangs on it. */
const PROGRAM = "./program.ts";

/**
 * Runs a command line.
 *
 * @param args what stands behind the name of the program
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  // Asked for by scripts in a loop: not worth loading anything for.
  if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
    Deno.stdout.writeSync(new TextEncoder().encode(`${VERSION}\n`));
    return 0;
  }
  goToCaller();
  const { runProgram } = await import(PROGRAM) as typeof import("./program.ts");
  return await runProgram(args);
}

function goToCaller(): void {
  const env = Deno.permissions.querySync({ name: "env", variable: "INIT_CWD" }).state;
  const here = import.meta.dirname;
  const folder = callFolder({
    workingDirectory: Deno.cwd(),
    initCwd: env === "granted" ? Deno.env.get("INIT_CWD") : undefined,
    packageFolder: here?.replace(/[/\\]cli$/, ""),
  });
  if (folder !== Deno.cwd()) Deno.chdir(folder);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
