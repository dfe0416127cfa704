/** The completion scripts in the shells that they are for. */
import { match, ok, strictEqual as equal } from "node:assert/strict";
import { join } from "@std/path";
import { litmus } from "./cli_harness.ts";
import { hasTmux, TmuxTerminal } from "./tmux_terminal.ts";

/** What is typed, and words that a shell has to offer for it. */
const OFFERED: readonly (readonly [typed: string, words: readonly string[]])[] = [
  ["litmus dae", ["daemon"]],
  ["litmus daemon st", ["start", "status", "stop"]],
  ["litmus runs --outcome f", ["failed"]],
  ["litmus sql --format j", ["json", "jsonl"]],
  // A value is no command, whatever it reads like.
  ["litmus --data-dir runs sh", ["show"]],
  ["litmus completions b", ["bash"]],
  ["litmus daemon start --po", ["--port"]],
];

async function hasShell(shell: string): Promise<boolean> {
  try {
    return (await new Deno.Command(shell, { args: ["-c", "exit 0"] }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function shellTest(
  shell: string,
  isPossible: boolean,
  body: (script: string, folder: string) => Promise<void>,
): Promise<void> {
  Deno.test({
    name: `litmus completions ${shell} completes in ${shell}`,
    ignore: !isPossible || !await hasShell(shell),
    fn: async () => {
      const folder = await Deno.makeTempDir({ prefix: "litmus-completions-" });
      try {
        const { code, out } = await litmus(["completions", shell]);
        equal(code, 0);
        const script = join(folder, "_litmus");
        await Deno.writeTextFile(script, out);
        await body(script, folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

async function output(shell: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(shell, { args: [...args] }).output();
  ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

await shellTest("bash", true, async (script) => {
  for (const [typed, words] of OFFERED) {
    const parts = typed.split(" ");
    const found = await output("bash", [
      "-c",
      `. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _litmus; printf '%s\\n' "\${COMPREPLY[@]}"`,
      script,
      ...parts,
    ]);
    equal(found.trim().split("\n").toSorted().join(" "), words.join(" "), typed);
  }
});

await shellTest("fish", true, async (script) => {
  for (const [typed, words] of OFFERED) {
    const found = await output("fish", [
      "-c",
      `source $argv[1]; complete -C $argv[2]`,
      script,
      typed,
    ]);
    const names = found.trim().split("\n").map((line) => line.split("\t")[0]);
    equal(names.toSorted().join(" "), words.join(" "), typed);
  }
});

await shellTest("zsh", hasTmux, async (_script, folder) => {
  // In a folder of $fpath, as packages install it; the completion system works only in a terminal.
  await Deno.writeTextFile(
    join(folder, ".zshrc"),
    `PS1='> '; fpath=("${folder}" $fpath); autoload -U compinit; compinit -u -D\n`,
  );
  await using terminal = await TmuxTerminal.start(`ZDOTDIR='${folder}' LC_ALL=C.UTF-8 zsh -i`);
  await terminal.shows(/^> *$/m);
  await terminal.type("litmus dae");
  await terminal.press("Tab");
  await terminal.shows(/^> litmus daemon *$/m);
  await terminal.type("sta");
  await terminal.press("Tab");
  const screen = await terminal.shows(/status/);
  match(screen, /start +-- Starts the daemon unless it runs/);
  await terminal.press("C-u");
  await terminal.type("litmus --data-dir runs runs --outcome=fai");
  await terminal.press("Tab");
  await terminal.shows(/--outcome=failed *$/m);
});
