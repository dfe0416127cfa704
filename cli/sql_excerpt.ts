/**
 * The line of a statement that an error means, with a caret under the place.
 * @module
 */
import { SqlError } from "../lib/base/errors.ts";
import { textWidth } from "./format/text_width.ts";

/** How DuckDB names what it stumbled over, the most telling form first. */
const NAMED: readonly RegExp[] = [
  /at or near "([^"]+)"/,
  /Table with name "?([^\s"]+?)"? does not exist/,
  /(?:Function|Macro) with name "?([^\s"]+?)"? does not exist/,
  /[Cc]olumn "([^"]+)" (?:not found|does not exist|must appear)/,
  /does not have a column named "([^"]+)"/,
  /Could not convert string '([^']+)'/,
  /[Pp]arameter (\$\w+)/,
];
const TOKENS = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g;

/**
 * Points at the place of an error in its statement.
 *
 * @returns a line with its number and a caret below, or undefined where the place is not known
 */
export function sqlExcerpt(sql: string, error: unknown): string | undefined {
  const position = faultPosition(sql, error);
  if (position === undefined) return undefined;
  const before = sql.slice(0, position).split("\n");
  const number = before.length;
  const line = sql.split("\n")[number - 1] ?? "";
  const prefix = `  ${number} | `;
  const column = textWidth((before.at(-1) ?? "").replaceAll("\t", "  "));
  return `${prefix}${line.replaceAll("\t", "  ")}\n${" ".repeat(prefix.length + column)}^`;
}

/** Offset of the fault: as the engine gave it, else where the name that it quotes first stands. */
export function faultPosition(sql: string, error: unknown): number | undefined {
  if (error instanceof SqlError && error.position !== undefined) return error.position;
  if (!(error instanceof Error)) return undefined;
  for (const pattern of NAMED) {
    const name = pattern.exec(error.message)?.[1];
    if (name !== undefined) return wordAt(sql, name, pattern.source.startsWith("Could"));
  }
  if (/at end of input/.test(error.message)) return sql.trimEnd().length;
  return undefined;
}

/** Where a word stands outside of strings and comments; inside of strings where that is what is meant. */
function wordAt(sql: string, name: string, inString: boolean): number | undefined {
  const text = inString ? sql : sql.replace(TOKENS, (token) => " ".repeat(token.length));
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const edge = /^\w/.test(name) ? "(?<!\\w)" : "";
  const end = /\w$/.test(name) ? "(?!\\w)" : "";
  const match = new RegExp(`${edge}${escaped}${end}`, "i").exec(text);
  return match?.index;
}
