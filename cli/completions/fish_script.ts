import { type CompletionWord, valueOptions } from "./completion_words.ts";

/** Completions for fish. */
export function fishScript(words: readonly CompletionWord[]): string {
  const global = new Set(
    words.filter(({ path, name }) => path === "" && name.startsWith("-")).map(({ name }) => name),
  );
  const lines = words
    // Those of the program go for each command, and are said once.
    .filter(({ path, name }) => path === "" || !global.has(name))
    .map((word) => {
      const { name, short, summary, takes } = word;
      const what = name.startsWith("--")
        ? ` -l ${name.slice(2)}${short === undefined ? "" : ` -s ${short.slice(1)}`}${
          values(takes)
        }`
        : ` -f -a ${name}`;
      return `complete -c litmus${condition(word)}${what} -d ${quoted(summary)}`;
    });
  return `# fish completion for litmus
${commandTest(words)}
${lines.join("\n")}
`;
}

/** A function that tells whether the words typed so far name a command, its arguments. */
function commandTest(words: readonly CompletionWord[]): string {
  const paths = [...new Set(words.map(({ path }) => path))].filter((path) => path !== "");
  const takers = valueOptions(words).flatMap(({ names }) => names);
  return `function __litmus_at
  set -l at ""
  set -l value ""
  for word in (commandline -opc)[2..-1]
    if test -n "$value"
      set value ""
    else if contains -- $word ${takers.join(" ")}
      set value 1
    else if contains -- (string trim -- "$at $word") ${paths.map(quoted).join(" ")}
      set at (string trim -- "$at $word")
    end
  end
  test "$at" = "$argv"
end`;
}

function condition({ path, name }: CompletionWord): string {
  if (path === "" && name.startsWith("-")) return "";
  return ` -n ${quoted(`__litmus_at ${path}`.trim())}`;
}

function values(takes: CompletionWord["takes"]): string {
  if (takes === undefined) return "";
  if (takes === "file") return " -r";
  return takes === "folder"
    ? " -x -a '(__fish_complete_directories)'"
    : ` -x -a '${takes.join(" ")}'`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
