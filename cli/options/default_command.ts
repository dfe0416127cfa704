/**
 * The command that is meant where none is named.
 * @module
 */

const TAKES_VALUE: ReadonlySet<string> = new Set(["--data-dir", "--format", "--output", "-o"]);
const NO_COMMAND: ReadonlySet<string> = new Set(["--help", "-h", "--version", "-V"]);

/** Adds `repl` to a command line without a command. */
export function withDefaultCommand(args: readonly string[]): string[] {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (NO_COMMAND.has(arg)) return [...args];
    if (!arg.startsWith("-")) return [...args];
    if (TAKES_VALUE.has(arg)) i++;
  }
  return [...args, "repl"];
}
