import type { Effect } from "./effects.ts";
import type { Settings } from "./settings.ts";

/** All that a session remembers between two lines. */
export interface SessionState {
  readonly settings: Settings;
  /** The statement begun on lines before, without its end. */
  readonly pending: string;
}

/** What a line leads to. */
export interface Step {
  readonly state: SessionState;
  readonly effects: readonly Effect[];
}

/** A step that changes nothing but does something. */
export function act(state: SessionState, ...effects: readonly Effect[]): Step {
  return { state, effects };
}

/** A step that only says something. */
export function say(state: SessionState, text: string): Step {
  return act(state, { kind: "print", text });
}

/** A step for a line that cannot be obeyed. */
export function fail(state: SessionState, message: string): Step {
  return act(state, { kind: "fail", message });
}

/** A step that changes settings and says so. */
export function set(state: SessionState, change: Partial<Settings>, text: string): Step {
  return say({ ...state, settings: { ...state.settings, ...change } }, text);
}
