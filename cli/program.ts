/**
 * The program: all commands with their options, and what happens around each.
 * @module
 */
import { Command, CommanderError, Option } from "commander";
import { VERSION } from "../lib/base/version.ts";
import { declareDataCommands } from "./declare/data_commands.ts";
import { declareDaemonCommands } from "./declare/daemon_commands.ts";
import { declareQueryCommands } from "./declare/query_commands.ts";
import { declareRunCommands } from "./declare/run_commands.ts";
import { declareShellCommands } from "./declare/shell_commands.ts";
import { withDefaultCommand } from "./options/default_command.ts";
import { FORMATS } from "./options/global_options.ts";
import { CommandHost } from "./command_host.ts";

/** Exit code of a wrong command line. */
const USAGE = 2;

/** Commander begins its messages in lower case; ours are sentences. */
function outputError(text: string, write: (text: string) => void): void {
  const message = text.replace(/^error: /, "");
  write(`litmus: ${message.charAt(0).toUpperCase()}${message.slice(1)}`);
}

/** Builds the program. */
function buildProgram(host: CommandHost): Command {
  const program = new Command("litmus")
    .description("Record, query and watch hardware test data.")
    .usage("[options] [command]")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .configureHelp({ showGlobalOptions: true, helpWidth: 80 })
    .configureOutput({
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError,
    })
    .showSuggestionAfterError(true)
    .exitOverride();
  for (const option of globalOptions()) program.addOption(option);
  declareQueryCommands(program, host);
  declareRunCommands(program, host);
  declareDataCommands(program, host);
  declareDaemonCommands(program, host);
  declareShellCommands(program, host);
  program.addHelpText(
    "after",
    `
Examples:
  $ litmus demo                          record a production session to look at
  $ litmus runs --since 7d               what was tested in the last seven days
  $ litmus show latest                   the last run with steps and measurements
  $ litmus sql "SELECT * FROM runs"      any question
  $ litmus                               the interactive shell

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 damaged data found`,
  );
  return program;
}

function globalOptions(): Option[] {
  return [
    new Option("--data-dir <dir>", "data directory (else litmus.yaml, LITMUS_HOME, user data)"),
    new Option("--format <format>", `format of the data: ${FORMATS.join(", ")}`),
    new Option("-o, --output <file>", "write to a file, its extension names the format"),
    new Option("-q, --quiet", "no notes and no progress"),
    new Option("--no-color", "no colors (also by NO_COLOR)"),
  ];
}

/**
 * Runs a command line.
 *
 * @returns the exit code
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  const host = new CommandHost();
  const program = buildProgram(host);
  try {
    await program.parseAsync(withDefaultCommand(args), { from: "user" });
    return host.exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    // Commander has said what is wrong; what it cannot know is where to read on.
    const hint = error.code === "commander.help"
      ? ""
      : "See litmus --help, or litmus help COMMAND\n";
    Deno.stderr.writeSync(new TextEncoder().encode(hint));
    return USAGE;
  }
}
