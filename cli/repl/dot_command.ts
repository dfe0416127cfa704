import { similarName } from "../../lib/events/nearest_name.ts";
import type { SessionState, Step } from "./session_state.ts";

/** What an argument names, so that it can be completed. */
export type ArgumentKind =
  | "channel"
  | "column"
  | "command"
  | "eventType"
  | "file"
  | "mode"
  | "run"
  | "session"
  | "sql"
  | "switch"
  | "daemonAction"
  | "table";

/** A command that begins with a dot. */
export interface DotCommand {
  /** Name without the dot. */
  readonly name: string;
  readonly group: "Data" | "Live" | "Output" | "Shell";
  /** Arguments as help shows them. */
  readonly usage: string;
  readonly summary: string;
  /** Lines of help below usage and summary. */
  readonly details: string;
  /** What the arguments are; the last goes for all that follow. */
  readonly takes: readonly ArgumentKind[];
  /**
   * @param words the arguments, without quotes
   * @param rest the text behind the name, as it was typed
   */
  run(words: readonly string[], state: SessionState, rest: string): Step;
}

/** Splits arguments at blanks; quotes keep blanks together. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  const parts = /(?:'[^']*(?:'|$)|"[^"]*(?:"|$)|[^\s'"])+/g;
  for (const [word] of text.matchAll(parts)) {
    words.push(word.replace(/'([^']*)'?|"([^"]*)"?/g, "$1$2"));
  }
  return words;
}

/** A question for the name that was probably meant, or nothing where none is near. */
export function didYouMean(wrong: string, names: readonly string[], prefix = ""): string {
  const meant = similarName(wrong, names);
  return meant === undefined ? "" : `. Did you mean ${prefix}${meant}?`;
}
