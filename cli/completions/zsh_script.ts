import { type CompletionWord, valueOptions, wordsByPath } from "./completion_words.ts";
import { commandPath } from "./command_path.ts";

/** Completions for zsh, to be sourced or to lie in a folder of `$fpath` as `_litmus`. */
export function zshScript(words: readonly CompletionWord[]): string {
  const lists = [...wordsByPath(words)].map(([path, each]) =>
    `    "${path}") list=(${
      each.map(({ name, summary }) => `'${quoted(name)}:${quoted(summary)}'`).join(" ")
    }) ;;`
  );
  const values = valueOptions(words).map(({ names, takes }) =>
    `    ${names.join("|")}) ${foundBy(takes)}; return ;;`
  );
  return `#compdef litmus
_litmus() {
  local previous="\${words[CURRENT-1]}"
  if [[ "\${words[CURRENT]}" == --*=* ]]; then
    previous="\${words[CURRENT]%%=*}"
    compset -P '*='
  fi
  case "$previous" in
${values.join("\n")}
  esac
${commandPath(words, '"${words[@]:1:$((CURRENT-2))}"')}
  local -a list
  case "$path" in
${lists.join("\n")}
  esac
  _describe 'litmus' list || _files
}
if [ "\${funcstack[1]}" = "_litmus" ]; then _litmus "$@"; else compdef _litmus litmus; fi
`;
}

function foundBy(takes: CompletionWord["takes"]): string {
  if (takes === "folder") return "_files -/";
  return typeof takes === "string" || takes === undefined
    ? "_files"
    : `compadd -- ${takes.join(" ")}`;
}

function quoted(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(":", "\\:");
}
