import { SQL_KEYWORDS } from "../sql/sql_keywords.ts";
import type { SqlToken } from "../sql/sql_tokens.ts";

const SOURCES = new Set(["FROM", "JOIN", "TABLE", "DESCRIBE", "SUMMARIZE"]);

/** Views that a statement reads, by the name under which it speaks of them, in lower case. */
export function statementTables(tokens: readonly SqlToken[]): ReadonlyMap<string, string> {
  const words = tokens.filter(({ kind }) => kind !== "space" && kind !== "comment");
  const tables = new Map<string, string>();
  let inSources = false;
  for (let i = 0; i < words.length; i++) {
    const upper = words[i]!.kind === "word" ? words[i]!.text.toUpperCase() : "";
    if (SOURCES.has(upper)) inSources = true;
    else if (!(inSources && words[i]!.text === ",")) {
      if (SQL_KEYWORDS.has(upper)) inSources = false;
      continue;
    }
    const name = nameOf(words[i + 1]);
    if (name === undefined) continue;
    const hasAs = words[i + 2]?.text.toUpperCase() === "AS";
    const alias = nameOf(words[i + (hasAs ? 3 : 2)]);
    tables.set(name, name);
    if (alias !== undefined) tables.set(alias, name);
  }
  return tables;
}

function nameOf(token: SqlToken | undefined): string | undefined {
  if (token?.kind === "quoted") return token.text.slice(1, -1).toLowerCase();
  if (token?.kind !== "word" || SQL_KEYWORDS.has(token.text.toUpperCase())) return undefined;
  return token.text.toLowerCase();
}
