import type { SqlError } from "../../lib/base/errors.ts";
import { visibleText } from "../../lib/base/visible_text.ts";
import { nearestName } from "../../lib/events/nearest_name.ts";
import { paint } from "../format/style.ts";
import { cutText, textWidth } from "../format/text_width.ts";
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
  const hint = hasHint ? undefined : columnHint(first, more.join("\n"), options.names ?? []);
  return [
    paint(options.lead, "red", options.color) + visibleText(first),
    ...(position === undefined ? [] : excerpt(sql, position, options)),
    ...rest.map((line) => visibleText(line.replaceAll("\t", "  "))),
    ...(hint === undefined ? [] : [hint]),
  ].join("\n");
}

/** The nearest column for one that is not there; the engine offers some, far ones as well. */
function columnHint(message: string, more: string, names: readonly string[]): string | undefined {
  const wrong = /(?:Referenced column|have a column named) "([^"]+)"/.exec(message)?.[1];
  if (wrong === undefined) return undefined;
  const short = wrong.split(".").at(-1)?.toLowerCase() ?? "";
  const offered = /Candidate bindings: (.*)/.exec(more)?.[1]?.match(/"([^"]+)"/g) ?? [];
  const bindings = offered.map((name) => name.slice(1, -1).split(".").at(-1) ?? "");
  const known = [...names, ...bindings];
  // Of a letter or two no name is nearer than another.
  if (known.length === 0 || short.length < 3) return undefined;
  const nearest = nearestName(short, known);
  const isNear = nearest[0] === short[0] || nearest.includes(short);
  return isNear ? `Did you mean "${nearest}"?` : undefined;
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
