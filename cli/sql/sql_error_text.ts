import type { SqlError } from "../../lib/base/errors.ts";
import { visibleText } from "../../lib/base/visible_text.ts";
import { similarName } from "../../lib/events/nearest_name.ts";
import { paint } from "../format/style.ts";
import { cutText, textWidth } from "../format/text_width.ts";
import { FIRST_KEYWORDS, SQL_KEYWORDS } from "./sql_keywords.ts";
import { sqlTokens } from "./sql_tokens.ts";

/** How an error is shown. */
export interface ErrorTextOptions {
  readonly color: boolean;
  readonly width: number;
  /** What stands before the message, such as `Error: `. */
  readonly lead: string;
  /** Names that may have been meant beside those that the engine offers: the columns of the views read. */
  readonly names?: readonly string[];
}

/** A refused statement for people: what is wrong, the place with a caret, and the nearest name. */
export function sqlErrorText(error: SqlError, options: ErrorTextOptions): string {
  const { sql, position } = error;
  const whole = error.message.replace(/^Failed to extract statements: /, "");
  const [first = "", ...more] = whole.split("\n");
  const rest = more.filter((line) => line.trim() !== "" && !line.startsWith("Candidate bindings"));
  const hasHint = rest.some((line) => line.startsWith("Did you mean"));
  const meant = hasHint
    ? undefined
    : columnMeant(first, more.join("\n"), options.names ?? []) ?? keywordMeant(error);
  return [
    paint(options.lead, "red", options.color) + visibleText(first),
    ...(position === undefined ? [] : excerpt(sql, position, options)),
    ...rest.map((line) => visibleText(line.replaceAll("\t", "  "))),
    ...(meant === undefined ? [] : [`Did you mean "${meant}"?`]),
  ].join("\n");
}

/** The nearest column for one that is not there; the engine offers some, far ones as well. */
function columnMeant(message: string, more: string, names: readonly string[]): string | undefined {
  const wrong = /(?:Referenced column|have a column named) "([^"]+)"/.exec(message)?.[1];
  if (wrong === undefined) return undefined;
  const short = wrong.split(".").at(-1)?.toLowerCase() ?? "";
  const offered = /Candidate bindings: (.*)/.exec(more)?.[1]?.match(/"([^"]+)"/g) ?? [];
  const bindings = offered.map((name) => name.slice(1, -1).split(".").at(-1) ?? "");
  return similarName(short, [...names, ...bindings]);
}

/**
 * The keyword for a misspelt one. The parser takes a word it does not know for an alias where one can
 * stand, so that the fault is at the place or one word before it.
 */
function keywordMeant({ sql, position, message }: SqlError): string | undefined {
  if (position === undefined || !message.includes("syntax error at or near")) return undefined;
  const words = sqlTokens(sql).filter((token) =>
    token.kind !== "space" && token.kind !== "comment"
  );
  const at = words.findIndex((token) => token.end > position);
  for (const index of [at, at - 1]) {
    const token = words[index];
    if (token?.kind !== "word") continue;
    const meant = misspelt(token.text, index === 0 ? FIRST_KEYWORDS : [...SQL_KEYWORDS]);
    if (meant !== undefined) return meant;
  }
  return undefined;
}

function misspelt(word: string, keywords: readonly string[]): string | undefined {
  if (SQL_KEYWORDS.has(word.toUpperCase())) return undefined;
  // Words of another length hold the text by chance.
  const alike = keywords.filter((keyword) => Math.abs(keyword.length - word.length) <= 1);
  const meant = similarName(word, alike);
  return word === word.toLowerCase() ? meant?.toLowerCase() : meant;
}

/** The line of the fault, cut around it, and a caret below. */
function excerpt(sql: string, position: number, { color, width }: ErrorTextOptions): string[] {
  const start = sql.lastIndexOf("\n", position - 1) + 1;
  const end = sql.indexOf("\n", position);
  const line = sql.slice(start, end < 0 ? sql.length : end);
  const number = sql.slice(0, start).split("\n").length;
  const label = sql.includes("\n") ? `line ${number}: ` : "  ";
  const room = Math.max(16, width - label.length - 1);
  const column = position - start;
  const from = column > room * 0.7 ? column - (room >> 1) : 0;
  const lead = from > 0 ? "…" : "";
  const shown = cutText(visibleText(line.slice(from)), room - lead.length);
  const indent = textWidth(label + lead + visibleText(line.slice(from, column)));
  const length = Math.max(1, sqlTokens(line.slice(column))[0]?.text.length ?? 1);
  const caret = "^".repeat(Math.max(1, Math.min(length, width - indent - 1)));
  return [label + lead + shown, " ".repeat(indent) + paint(caret, "red", color)];
}
