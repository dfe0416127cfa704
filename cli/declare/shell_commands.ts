/**
 * The interactive shell, and help for other shells.
 * @module
 */
import type { Command } from "commander";
import type { CommandHost } from "../command_host.ts";
import { examples } from "./examples.ts";

/** Adds the commands. */
export function declareShellCommands(program: Command, host: CommandHost): void {
  program.command("repl")
    .summary("the interactive shell (also without any command)")
    .description(
      "Opens the interactive shell: SQL that ends with a semicolon, and dot commands (.help). From a pipe it runs what it reads as a script.",
    )
    .option("--keep-going", "in a script: go on after an error")
    .addHelpText("after", examples("litmus", "litmus repl < script.sql"))
    .action(host.action(async () => (await import("../commands/repl.ts")).replCommand));

  program.command("completions")
    .summary("print completions for bash, zsh or fish")
    .description("Prints a script that completes commands and options in a shell.")
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText(
      "after",
      examples(
        "litmus completions bash > ~/.local/share/bash-completion/completions/litmus",
        "litmus completions fish > ~/.config/fish/completions/litmus.fish",
      ),
    )
    .action(host.action(async () => {
      const { completionsCommand } = await import("../commands/completions.ts");
      return (context, _options, shell = "") => completionsCommand(context, program, shell);
    }));
}
