/**
 * `litmus completions`
 * @module
 */
import type { Command } from "commander";
import type { CommandContext } from "../command_context.ts";
import { usageError } from "../failure.ts";

interface Word {
  /** Command path without the program's name, such as `daemon start`. */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
}

const SCRIPTS: Readonly<Partial<Record<string, (words: readonly Word[]) => string>>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Prints the completion script of a shell, made from the commands as they are. */
export async function completionsCommand(
  context: CommandContext,
  program: Command,
  shell: string,
): Promise<void> {
  const script = SCRIPTS[shell];
  if (script === undefined) {
    throw usageError(`No completions for "${shell}"`, "Give bash, zsh or fish");
  }
  await context.output.text(script(wordsOf(program)));
}

/** All commands and options. */
function wordsOf(program: Command): Word[] {
  const global = optionsOf(program, "");
  const visit = (command: Command, path: string): Word[] => [
    ...command.commands.map((each) => ({
      path,
      name: each.name(),
      summary: each.summary() || each.description(),
    })),
    ...(path === ""
      ? global
      : [...optionsOf(command, path), ...global.map((o) => ({ ...o, path }))]),
    ...command.commands.flatMap((each) => visit(each, `${path} ${each.name()}`.trim())),
  ];
  return visit(program, "");
}

function optionsOf(command: Command, path: string): Word[] {
  return command.options.flatMap(({ long, description }) =>
    long === undefined || long === null ? [] : [{ path, name: long, summary: description }]
  );
}

function byPath(words: readonly Word[]): Map<string, Word[]> {
  const paths = new Map<string, Word[]>();
  for (const word of words) paths.set(word.path, [...paths.get(word.path) ?? [], word]);
  return paths;
}

/** Finds the command path of the words typed so far, in the language that bash and zsh share. */
function pathOfWords(words: readonly Word[], typed: string, first: string): string {
  const paths = [...new Set(words.map(({ path }) => path))].filter((path) => path !== "");
  return `  local path="" word
  for word in "\${${typed}[@]:${first}}"; do
    case "\${path:+$path }$word" in
      ${paths.map((path) => `"${path}"`).join("|")}) path="\${path:+$path }$word" ;;
    esac
  done`;
}

function bashScript(words: readonly Word[]): string {
  const cases = [...byPath(words)].map(([path, each]) =>
    `    "${path}") list="${each.map(({ name }) => name).join(" ")}" ;;`
  );
  return `# bash completion for litmus
_litmus() {
${pathOfWords(words, "COMP_WORDS", "1:COMP_CWORD-1")}
  local list=""
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$list" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _litmus litmus
`;
}

function zshScript(words: readonly Word[]): string {
  const quote = (text: string): string => text.replaceAll("'", "'\\''").replaceAll(":", "\\:");
  const cases = [...byPath(words)].map(([path, each]) =>
    `    "${path}") list=(${
      each.map(({ name, summary }) => `'${quote(name)}:${quote(summary)}'`).join(" ")
    }) ;;`
  );
  return `#compdef litmus
_litmus() {
${pathOfWords(words, "words", "1:$((CURRENT-2))")}
  local -a list
  case "$path" in
${cases.join("\n")}
  esac
  _describe 'litmus' list || _files
}
compdef _litmus litmus
`;
}

function fishScript(words: readonly Word[]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;
  const top = words.filter(({ path, name }) => path === "" && !name.startsWith("-"));
  const lines = words.map(({ path, name, summary }) => {
    const condition = path === ""
      ? name.startsWith("-") ? "" : " -n __fish_use_subcommand"
      : ` -n '${
        path.split(" ").map((part) => `__fish_seen_subcommand_from ${part}`).join("; and ")
      }'`;
    const what = name.startsWith("--") ? `-l ${name.slice(2)}` : `-f -a ${name}`;
    return `complete -c litmus${condition} ${what} -d ${quote(summary)}`;
  });
  return `# fish completion for litmus: ${top.length} commands\n${
    [...new Set(lines)].join("\n")
  }\n`;
}
