/**
 * Just enough of SQL's lexical rules to count statements and see which functions are named.
 * @module
 */

/** A piece of SQL that is code, not a literal or comment. */
interface Token {
  readonly kind: "word" | "semicolon" | "open" | "other";
  readonly text: string;
}

/** Number of statements in a text; empty ones do not count. */
export function countStatements(sql: string): number {
  let count = 0;
  let open = false;
  for (const token of tokens(sql)) {
    if (token.kind === "semicolon") open = false;
    else if (!open) {
      open = true;
      count++;
    }
  }
  return count;
}

/** Lower-case names that are followed by an opening parenthesis. */
export function functionNames(sql: string): string[] {
  const names: string[] = [];
  let last = "";
  for (const token of tokens(sql)) {
    if (token.kind === "open" && last !== "") names.push(last);
    last = token.kind === "word" ? token.text.toLowerCase() : "";
  }
  return names;
}

/** Lower-case words of a text that are code. */
export function codeWords(sql: string): Set<string> {
  const words = new Set<string>();
  for (const token of tokens(sql)) if (token.kind === "word") words.add(token.text.toLowerCase());
  return words;
}

/** The text from its first character that is neither white space nor comment. */
export function skipToCode(sql: string): string {
  let at = 0;
  while (at < sql.length) {
    const next = skipIgnored(sql, at);
    if (next === at) break;
    at = next;
  }
  return sql.slice(at);
}

function* tokens(sql: string): Generator<Token> {
  let at = 0;
  while (at < sql.length) {
    const skipped = skipIgnored(sql, at);
    if (skipped > at) {
      at = skipped;
      continue;
    }
    const char = sql[at] ?? "";
    if (char === "'" || isEscapeText(sql, at)) {
      at = endOfText(sql, at);
      yield { kind: "other", text: "'" };
    } else if (char === '"') {
      const end = endOfQuoted(sql, at, '"');
      yield { kind: "word", text: sql.slice(at + 1, end - 1).replaceAll('""', '"') };
      at = end;
    } else if (/[\p{L}_]/u.test(char)) {
      const word = /^[\p{L}\p{N}_$]+/u.exec(sql.slice(at, at + 256))?.[0] ?? char;
      yield { kind: "word", text: word };
      at += word.length;
    } else {
      yield { kind: char === ";" ? "semicolon" : char === "(" ? "open" : "other", text: char };
      at++;
    }
  }
}

/** Position behind white space, a comment or a dollar-quoted text at `at`, or `at` itself. */
function skipIgnored(sql: string, at: number): number {
  const char = sql[at] ?? "";
  if (/\s/.test(char)) return at + 1;
  if (char === "-" && sql[at + 1] === "-") {
    const end = sql.indexOf("\n", at);
    return end < 0 ? sql.length : end + 1;
  }
  if (char === "/" && sql[at + 1] === "*") return endOfBlockComment(sql, at);
  return at;
}

/** Block comments nest in DuckDB as they do in PostgreSQL. */
function endOfBlockComment(sql: string, at: number): number {
  let depth = 0;
  for (let i = at; i < sql.length - 1; i++) {
    if (sql[i] === "/" && sql[i + 1] === "*") {
      depth++;
      i++;
    } else if (sql[i] === "*" && sql[i + 1] === "/") {
      depth--;
      i++;
      if (depth === 0) return i + 1;
    }
  }
  return sql.length;
}

function isEscapeText(sql: string, at: number): boolean {
  return /[eE]/.test(sql[at] ?? "") && sql[at + 1] === "'" || sql[at] === "$" &&
      /^\$[\p{L}_]*\$/u.test(sql.slice(at, at + 64));
}

function endOfText(sql: string, at: number): number {
  if (sql[at] === "$") {
    const tag = /^\$[\p{L}_]*\$/u.exec(sql.slice(at, at + 64))?.[0] ?? "$$";
    const end = sql.indexOf(tag, at + tag.length);
    return end < 0 ? sql.length : end + tag.length;
  }
  if (sql[at] === "'") return endOfQuoted(sql, at, "'");
  for (let i = at + 2; i < sql.length; i++) {
    if (sql[i] === "\\") i++;
    else if (sql[i] === "'" && sql[i + 1] === "'") i++;
    else if (sql[i] === "'") return i + 1;
  }
  return sql.length;
}

function endOfQuoted(sql: string, at: number, quote: string): number {
  for (let i = at + 1; i < sql.length; i++) {
    if (sql[i] !== quote) continue;
    if (sql[i + 1] !== quote) return i + 1;
    i++;
  }
  return sql.length;
}
