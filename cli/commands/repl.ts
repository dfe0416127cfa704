/**
 * `litmus repl`, and `litmus` alone
 * @module
 */
import type { CommandContext } from "../command_context.ts";
import { usageError } from "../failure.ts";
import { isBinary } from "../output/binary_output.ts";
import { runRepl } from "../repl/repl.ts";

/** Options of the command. */
export interface ReplOptions {
  readonly keepGoing?: boolean;
}

/** Opens the shell; from a pipe it runs a script. */
export async function replCommand(context: CommandContext, options: ReplOptions): Promise<void> {
  const { connection, dataDir, output, signal } = context;
  const mode = output.asked;
  if (output.path !== undefined || isBinary(mode)) {
    throw usageError(
      "The shell has its own words for files",
      "Use .once FILE or .output FILE in it, or litmus sql for one statement",
    );
  }
  context.exitCode = await runRepl({
    connection,
    dataDir,
    color: output.color,
    interactive: Deno.stdin.isTerminal() && output.terminal.out,
    continueOnError: options.keepGoing === true,
    mode,
    signal,
  });
}
