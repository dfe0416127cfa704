/**
 * What can stand on a command line, taken from the commands as they are.
 * @module
 */
import type { Command, Option } from "commander";
import { FORMATS } from "../options/global_options.ts";

/** A command or an option. */
export interface CompletionWord {
  /** Words of the command that it belongs to, without the program's name, such as `daemon start`. */
  readonly path: string;
  readonly name: string;
  /** One letter with its hyphen, of some options. */
  readonly short: string | undefined;
  readonly summary: string;
  /** Of an option that takes a value, what it may be: words, folders, or files for all that is not known. */
  readonly takes: readonly string[] | "folder" | "file" | undefined;
}

/** Shells that scripts are made for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

const OUTCOMES = ["passed", "failed", "errored", "aborted", "terminated", "running", "skipped"];

/** Values that are known beforehand. */
const VALUES: Readonly<Record<string, readonly string[] | "folder">> = {
  "--data-dir": "folder",
  "--format": FORMATS,
  "--method": ["lttb", "minmaxlttb", "minmax", "display"],
  "--outcome": OUTCOMES,
  "--records": ["run", "step", "measurement"],
};

/** All commands and options of a program, the options of the program itself with each command. */
export function completionWords(program: Command): CompletionWord[] {
  const global = optionsOf(program, "").concat(wordOf("--help", "show help", ""));
  const visit = (command: Command, path: string): CompletionWord[] => [
    ...command.commands.map((each) =>
      wordOf(each.name(), each.summary() || each.description(), path)
    ),
    ...(path === "" ? [] : optionsOf(command, path)),
    ...global.map((option) => ({ ...option, path })),
    ...command.commands.flatMap((each) => visit(each, `${path} ${each.name()}`.trim())),
  ];
  return [
    ...visit(program, ""),
    ...SHELLS.map((shell) => wordOf(shell, `for ${shell}`, "completions")),
  ];
}

function wordOf(name: string, summary: string, path: string): CompletionWord {
  return { path, name, summary, short: undefined, takes: undefined };
}

function optionsOf({ options }: Command, path: string): CompletionWord[] {
  return options.flatMap((option) => {
    const { long, short, description } = option;
    if (typeof long !== "string") return [];
    return [{
      path,
      name: long,
      short: short ?? undefined,
      summary: description,
      takes: valuesOf(option, long),
    }];
  });
}

function valuesOf(option: Option, long: string): CompletionWord["takes"] {
  if (!option.required && !option.optional) return undefined;
  return VALUES[long] ?? "file";
}

/** Words by the command that they belong to. */
export function wordsByPath(words: readonly CompletionWord[]): Map<string, CompletionWord[]> {
  return Map.groupBy(words, ({ path }) => path);
}

/** Options that take a value, each once, with both of its names. */
export function valueOptions(
  words: readonly CompletionWord[],
): { readonly names: readonly string[]; readonly takes: CompletionWord["takes"] }[] {
  const options = new Map(
    words.filter(({ takes }) => takes !== undefined).map((word) => [word.name, word]),
  );
  return [...options.values()].map(({ name, short, takes }) => ({
    names: short === undefined ? [name] : [name, short],
    takes,
  }));
}
