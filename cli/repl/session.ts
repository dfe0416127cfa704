/**
 * The session without a terminal: a line and what is remembered go in, what is to be done comes out.
 * @module
 */
import { runDotCommand } from "./dot_commands.ts";
import type { Effect } from "./effects.ts";
import type { SessionState, Step } from "./session_state.ts";
import { type InitialSettings, initialSettings } from "./settings.ts";
import { splitStatements } from "../sql/sql_tokens.ts";

const BARE_COMMANDS = /^(help|exit|quit)\s*;?\s*$/i;

/** The state of a session that has just begun. */
export function initialState(options: InitialSettings): SessionState {
  return { settings: initialSettings(options), pending: "" };
}

/**
 * Takes one line, without its line end.
 *
 * @returns the effects in the order in which they are to be done
 */
export function feedLine(state: SessionState, line: string): Step {
  if (state.pending === "") {
    const text = line.trim();
    if (/^[.\\]/.test(text)) return runDotCommand(state, text);
    if (BARE_COMMANDS.test(text)) return runDotCommand(state, `.${text.replace(/\s*;$/, "")}`);
  }
  const text = state.pending === "" ? line : `${state.pending}\n${line}`;
  const { statements, rest } = splitStatements(text);
  return { state: { ...state, pending: rest }, effects: statements.map(sqlEffect) };
}

/** Takes the end of the input: a statement without semicolon is run all the same. */
export function feedEnd(state: SessionState): Step {
  if (state.pending === "") return { state, effects: [] };
  return { state: { ...state, pending: "" }, effects: [sqlEffect(state.pending.trim())] };
}

/** Whether text can be run as it is, or goes on on another line. */
export function isComplete(text: string): boolean {
  let pending = "";
  for (const line of text.split("\n")) {
    if (pending === "" && /^\s*[.\\]|^\s*(help|exit|quit)\s*$/i.test(line)) continue;
    pending = splitStatements(pending === "" ? line : `${pending}\n${line}`).rest;
  }
  return pending === "";
}

function sqlEffect(sql: string): Effect {
  return { kind: "sql", sql };
}
