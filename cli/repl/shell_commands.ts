import type { DotCommand } from "./dot_command.ts";
import { act, fail, type Step } from "./session_state.ts";

const last: DotCommand = {
  name: "last",
  group: "Output",
  usage: ".last",
  summary: "Shows all of the last result in the pager",
  details: "The pager is $PAGER, or a built-in one: arrows, blank, b, g, G, q.\n" +
    "The statement runs again.",
  takes: [],
  run: (_words, state): Step => act(state, { kind: "last" }),
};

const history: DotCommand = {
  name: "history",
  group: "Shell",
  usage: ".history [TEXT] [COUNT]",
  summary: "Lists what was typed before; Ctrl-R searches in it",
  details: "Example: .history measurements 50",
  takes: [],
  run(words, state): Step {
    const count = words.find((word) => /^\d+$/.test(word));
    const text = words.filter((word) => word !== count).join(" ");
    return act(state, { kind: "history", count: Number(count ?? 20), text });
  },
};

const exit: DotCommand = {
  name: "exit",
  group: "Shell",
  usage: ".exit",
  summary: "Leaves; also exit, \\q, Ctrl-D, and Ctrl-C twice at an empty prompt",
  details: "",
  takes: [],
  run(words, state): Step {
    if (words.length > 0) return fail(state, `Cannot leave: .exit takes no "${words.join(" ")}"`);
    return act(state, { kind: "exit" });
  },
};

/** Commands for the shell itself; `.help` stands beside the table of commands. */
export const SHELL_COMMANDS: readonly DotCommand[] = [last, history, exit];
