import { CATALOG_COMMANDS } from "./catalog_commands.ts";
import { DATA_COMMANDS } from "./data_commands.ts";
import { didYouMean, type DotCommand, splitWords } from "./dot_command.ts";
import { FILE_COMMANDS } from "./file_commands.ts";
import { LIVE_COMMANDS } from "./live_commands.ts";
import { fail, say, type SessionState, type Step } from "./session_state.ts";
import { SETTINGS_COMMANDS } from "./settings_commands.ts";
import { SHELL_COMMANDS } from "./shell_commands.ts";

const help: DotCommand = {
  name: "help",
  group: "Shell",
  usage: ".help [COMMAND]",
  summary: "Lists the commands, or explains one",
  details: "Example: .help plot",
  takes: ["command"],
  run([name], state): Step {
    if (name === undefined) return say(state, overview());
    const command = findCommand(name.replace(/^[.\\]/, ""));
    return command === undefined ? unknown(state, name) : say(state, explain(command));
  },
};

/** All commands in the order in which help lists them. */
export const DOT_COMMANDS: readonly DotCommand[] = [
  ...CATALOG_COMMANDS,
  ...DATA_COMMANDS,
  ...LIVE_COMMANDS,
  ...SETTINGS_COMMANDS,
  ...FILE_COMMANDS,
  ...SHELL_COMMANDS,
  help,
];

const BY_NAME = new Map(DOT_COMMANDS.map((command) => [command.name, command]));
const ALIASES: Readonly<Record<string, string>> = {
  d: "describe",
  dt: "tables",
  q: "exit",
  quit: "exit",
  "?": "help",
  h: "help",
  i: "read",
  o: "output",
  timing: "timer",
};

/** A command by its name, an alias or the beginning of only one name. */
export function findCommand(name: string): DotCommand | undefined {
  const lower = name.toLowerCase();
  const exact = BY_NAME.get(lower) ?? BY_NAME.get(ALIASES[lower] ?? "");
  if (exact !== undefined) return exact;
  const begun = DOT_COMMANDS.filter((command) => command.name.startsWith(lower));
  return lower.length > 1 && begun.length === 1 ? begun[0] : undefined;
}

/**
 * Runs a line such as `.mode csv` or `\d runs`.
 *
 * @param line begins with a dot or a backslash
 */
export function runDotCommand(state: SessionState, line: string): Step {
  const [, name = "", rest = ""] = /^[.\\](\S*)([^]*)$/.exec(line.trim()) ?? [];
  // psql's \d lists without a name and describes with one.
  const bare = line.startsWith("\\") && name === "d" && rest.trim() === "";
  const command = findCommand(bare ? "tables" : name.replace(/;$/, ""));
  if (command === undefined) return unknown(state, name);
  const text = command.takes.includes("sql") ? rest : rest.replace(/;\s*$/, "");
  return command.run(splitWords(text), state, text);
}

function unknown(state: SessionState, name: string): Step {
  const names = DOT_COMMANDS.map((command) => command.name);
  const bare = name.replace(/^[.\\]/, "");
  return fail(state, `Unknown command .${bare}: .help lists all${didYouMean(bare, names, ".")}`);
}

function overview(): string {
  const width = Math.max(...DOT_COMMANDS.map((command) => command.name.length)) + 3;
  const groups = ["Data", "Live", "Output", "Shell"].map((group) => {
    const lines = DOT_COMMANDS.filter((command) => command.group === group)
      .map((command) => `  ${`.${command.name}`.padEnd(width)}${command.summary}`);
    return [group, ...lines].join("\n");
  });
  return `SQL ends with a semicolon and may span lines. Tab completes, Ctrl-R searches, ` +
    `Ctrl-C cancels.\n\n${groups.join("\n\n")}\n\n.help COMMAND explains one.`;
}

function explain(command: DotCommand): string {
  return [command.usage, command.summary, command.details].filter((text) => text !== "")
    .join("\n");
}
