import { SqlError } from "../../lib/base/errors.ts";
import { nearestName } from "../../lib/events/nearest_name.ts";
import { paint } from "../format/style.ts";
import { cutText, textWidth } from "../format/text_width.ts";
import { visibleText } from "../../lib/base/visible_text.ts";
import { sqlTokens } from "./sql_tokens.ts";

/** How an error is shown. */
export interface ErrorTextOptions {
  readonly color: boolean;
  readonly width: number;
  /** Offset of the fault in the statement, where it is known for certain. */
  readonly position?: number | undefined;
  /** Names that may have been meant, the columns of the views that the statement reads. */
  readonly names?: readonly string[];
}

/** An error for people: what is wrong, the place in the statement with a caret, and the nearest name. */
export function sqlErrorText(error: unknown, sql: string, options: ErrorTextOptions): string {
  const whole = error instanceof Error ? error.message : String(error);
  const [first = "", ...more] = whole.replace(/^Failed to extract statements: /, "").split("\n");
  const wrong = wrongName(first);
  const rest = more.filter((line) => line.trim() !== "" && !line.startsWith("Candidate bindings"));
  const hasHint = rest.some((line) => line.startsWith("Did you mean"));
  const hint = hasHint ? undefined : hintFor(first, wrong, more.join("\n"), options.names ?? []);
  const position = options.position ??
    (error instanceof SqlError ? error.position : undefined) ?? placeOf(wrong, sql);
  return [
    paint("Error: ", "red", options.color) + visibleText(first),
    ...(position === undefined ? [] : excerpt(sql, position, options)),
    ...rest.map(visibleText),
    ...(hint === undefined ? [] : [hint]),
  ].join("\n");
}

/** The name in quotes that DuckDB complains about. */
function wrongName(message: string): string | undefined {
  return /"([^"]+)"/.exec(message)?.[1] ?? /with name (\S+) does not exist/.exec(message)?.[1] ??
    /Function (\w+)\(\)/.exec(message)?.[1];
}

function placeOf(name: string | undefined, sql: string): number | undefined {
  if (name === undefined) return undefined;
  const wanted = name.split(".").at(-1)!.toLowerCase();
  const token = sqlTokens(sql).find(({ kind, text }) =>
    (kind === "word" || kind === "quoted" || kind === "symbol" || kind === "number") &&
    text.replaceAll('"', "").toLowerCase() === wanted
  );
  return token?.start;
}

function hintFor(
  message: string,
  wrong: string | undefined,
  more: string,
  names: readonly string[],
): string | undefined {
  if (wrong === undefined || !/Referenced column|does not have a column/.test(message)) {
    return undefined;
  }
  const offered = /Candidate bindings: (.*)/.exec(more)?.[1]?.match(/"([^"]+)"/g) ?? [];
  const bindings = offered.map((name) => name.slice(1, -1).split(".").at(-1)!);
  const known = [...names, ...bindings];
  const short = wrong.split(".").at(-1)!.toLowerCase();
  // Of a letter or two no name is nearer than another.
  if (known.length === 0 || short.length < 3) return undefined;
  const nearest = nearestName(short, known);
  return `Did you mean "${nearest}"?`;
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
