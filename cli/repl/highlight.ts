import type { Style } from "../format/style.ts";
import { SQL_KEYWORDS } from "../sql/sql_keywords.ts";
import { type SqlToken, sqlTokens } from "../sql/sql_tokens.ts";

/** A stretch of text in one style. */
export interface StyledSpan {
  readonly text: string;
  readonly style: Style | undefined;
}

/** Cuts what is being typed into stretches of one style; they join to the text again. */
export function highlight(text: string): StyledSpan[] {
  const command = /^\s*[.\\]\S*/.exec(text)?.[0];
  if (command === undefined) return sqlSpans(text);
  return [{ text: command, style: "yellow" }, ...sqlSpans(text.slice(command.length))];
}

function sqlSpans(text: string): StyledSpan[] {
  const tokens = sqlTokens(text);
  return tokens.map((token, i) => ({ text: token.text, style: styleOf(token, tokens[i + 1]) }));
}

function styleOf(token: SqlToken, next: SqlToken | undefined): Style | undefined {
  switch (token.kind) {
    case "string":
      return token.closed ? "green" : "red";
    case "quoted":
      return token.closed ? undefined : "red";
    case "number":
    case "parameter":
      return "cyan";
    case "comment":
      return "dim";
    case "word":
      if (SQL_KEYWORDS.has(token.text.toUpperCase())) return "magenta";
      return next?.text === "(" ? "blue" : undefined;
    default:
      return undefined;
  }
}
