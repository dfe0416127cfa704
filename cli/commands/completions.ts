/**
 * `litmus completions`
 * @module
 */
import type { Command } from "commander";
import type { CommandContext } from "../command_context.ts";
import { bashScript } from "../completions/bash_script.ts";
import { type CompletionWord, completionWords, SHELLS } from "../completions/completion_words.ts";
import { fishScript } from "../completions/fish_script.ts";
import { zshScript } from "../completions/zsh_script.ts";
import { usageError } from "../failure.ts";

type Script = (words: readonly CompletionWord[]) => string;

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], Script>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Prints the completion script of a shell, made from the commands as they are. */
export async function completionsCommand(
  context: CommandContext,
  program: Command,
  name: string,
): Promise<void> {
  const shell = SHELLS.find((each) => each === name);
  if (shell === undefined) {
    throw usageError(`No completions for "${name}"`, "Give bash, zsh or fish");
  }
  await context.output.text(SCRIPTS[shell](completionWords(program)));
}
