import { type CompletionWord, valueOptions, wordsByPath } from "./completion_words.ts";
import { commandPath } from "./command_path.ts";

/** Completions for bash. */
export function bashScript(words: readonly CompletionWord[]): string {
  const lists = [...wordsByPath(words)].map(([path, each]) =>
    `    "${path}") list="${each.map(({ name }) => name).join(" ")}" ;;`
  );
  const values = valueOptions(words).map(({ names, takes }) =>
    `    ${names.join("|")}) ${foundBy(takes)}; return ;;`
  );
  return `# bash completion for litmus
_litmus() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  # bash takes --option=value apart.
  if [ "$current" = "=" ]; then current=""; fi
  if [ "$previous" = "=" ]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  case "$previous" in
${values.join("\n")}
  esac
${commandPath(words, '"${COMP_WORDS[@]:1:COMP_CWORD-1}"')}
  local list=""
  case "$path" in
${lists.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$list" -- "$current"))
}
complete -o default -F _litmus litmus
`;
}

function foundBy(takes: CompletionWord["takes"]): string {
  if (takes === "folder") return `COMPREPLY=($(compgen -d -- "$current"))`;
  // Nothing found means files, by the option of the last line.
  if (typeof takes === "string" || takes === undefined) return "COMPREPLY=()";
  return `COMPREPLY=($(compgen -W "${takes.join(" ")}" -- "$current"))`;
}
