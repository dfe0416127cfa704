import { type CompletionWord, valueOptions } from "./completion_words.ts";

/**
 * Lines that find the command among the words typed so far and leave it in `$path`, in the language that
 * bash and zsh share.
 *
 * @param typed the words between the program's name and the cursor, as the shell writes them
 */
export function commandPath(words: readonly CompletionWord[], typed: string): string {
  const paths = [...new Set(words.map(({ path }) => path))].filter((path) => path !== "");
  const takers = valueOptions(words).flatMap(({ names }) => names);
  return `  local path="" word="" value=""
  for word in ${typed}; do
    if [ "$word" = "=" ]; then value=1; continue; fi
    if [ -n "$value" ]; then value=""; continue; fi
    case "$word" in
      ${takers.join("|")}) value=1; continue ;;
    esac
    case "\${path:+$path }$word" in
      ${paths.map((path) => `"${path}"`).join("|")}) path="\${path:+$path }$word" ;;
    esac
  done`;
}
