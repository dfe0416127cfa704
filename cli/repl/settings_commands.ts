import type { RowFormat } from "../format/format_options.ts";
import { isRowFormat } from "../format/write_rows.ts";
import { didYouMean, type DotCommand } from "./dot_command.ts";
import { fail, say, type SessionState, set, type Step } from "./session_state.ts";
import { MODES } from "./settings.ts";

const mode: DotCommand = {
  name: "mode",
  group: "Output",
  usage: ".mode [NAME]",
  summary: "Shows or sets the format of results",
  details: `Formats: ${MODES.join(", ")}.\nExample: .mode csv`,
  takes: ["mode"],
  run([name], state): Step {
    if (name === undefined) return say(state, `Mode: ${state.settings.mode}`);
    const lower = name.toLowerCase();
    if (isRowFormat(lower)) return set(state, { mode: lower as RowFormat }, `Mode: ${lower}`);
    return fail(
      state,
      `Unknown mode "${name}": wanted ${MODES.join(", ")}${didYouMean(name, MODES)}`,
    );
  },
};

const timer: DotCommand = {
  name: "timer",
  group: "Output",
  usage: ".timer [on|off]",
  summary: "Says after each result how long it took",
  details: "Example: .timer on",
  takes: ["switch"],
  run([word], state): Step {
    if (word === undefined) return say(state, `Timer: ${state.settings.timer ? "on" : "off"}`);
    const isOn = /^(on|yes|true|1)$/i.test(word);
    if (isOn || /^(off|no|false|0)$/i.test(word)) {
      return set(state, { timer: isOn }, `Timer: ${isOn ? "on" : "off"}`);
    }
    return fail(state, `Cannot set the timer to "${word}": wanted on or off`);
  },
};

const limit: DotCommand = {
  name: "limit",
  group: "Output",
  usage: ".limit [ROWS]",
  summary: "Rows of a table shown in the terminal; 0 shows all",
  details:
    "The result itself is not cut: .last shows all of it, files get all of it.\nExample: .limit 100",
  takes: [],
  run: (words, state): Step => setNumber(words, state, "limit", "Rows shown", "all"),
};

const width: DotCommand = {
  name: "width",
  group: "Output",
  usage: ".width [CELLS]",
  summary: "Width of tables; 0 follows the terminal",
  details: "Example: .width 200",
  takes: [],
  run: (words, state): Step => setNumber(words, state, "width", "Width", "that of the terminal"),
};

function setNumber(
  [word]: readonly string[],
  state: SessionState,
  name: "limit" | "width",
  label: string,
  none: string,
): Step {
  const text = (value: number): string => `${label}: ${value === 0 ? none : value}`;
  if (word === undefined) return say(state, text(state.settings[name]));
  const value = Number(word);
  if (!Number.isSafeInteger(value) || value < 0) {
    return fail(state, `Cannot set .${name} to "${word}": wanted a whole number from 0 on`);
  }
  return set(state, { [name]: value }, text(value));
}

const nullvalue: DotCommand = {
  name: "nullvalue",
  group: "Output",
  usage: ".nullvalue [TEXT]",
  summary: "Shows or sets the text for NULL",
  details: 'Without TEXT each mode has its own again.\nExample: .nullvalue "-"',
  takes: [],
  run([text], state, rest): Step {
    if (text === undefined && rest.trim() === "") {
      return set(state, { nullText: undefined }, "NULL: as the mode has it");
    }
    return set(state, { nullText: text ?? "" }, `NULL: ${JSON.stringify(text ?? "")}`);
  },
};

/** Commands that change how results look. */
export const SETTINGS_COMMANDS: readonly DotCommand[] = [mode, limit, width, nullvalue, timer];
