/**
 * Just enough of SQL's lexical rules to count statements and see which functions are named. The rules are
 * those of DuckDB's own lexer (PostgreSQL's, with spaces of Unicode): where this reading and DuckDB's
 * differed, code could hide in what looks like a literal.
 * @module
 */

/** A piece of SQL that is code, not a literal or comment. */
interface Token {
  readonly kind: "word" | "semicolon" | "open" | "close" | "other";
  readonly text: string;
  /** Offsets in the text. */
  readonly start: number;
  readonly end: number;
  /** True for a name in double quotes, which is never a keyword. */
  readonly quoted?: boolean;
}

/** What DuckDB takes for a space: ASCII's without the vertical tab, and these of Unicode. */
const SPACE = /[ \t\n\r\f\u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]/;
/** Every other character beyond ASCII may be part of a name. */
const WORD =
  /(?:[A-Za-z_]|(?![\u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff])[\u0080-\uffff])(?:[\w$]|(?![\u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff])[\u0080-\uffff])*/y;
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;

const END_LENGTH = "end".length;
const QUOTED_END_LENGTH = '"end"'.length;

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

/**
 * Offsets of END where it names an argument, as in `channel('x', end := now())`. It is a keyword, so that
 * DuckDB would want it in quotes; nothing else it understands looks like this.
 */
function* endArguments(sql: string): Generator<number> {
  let last: Token | undefined, before: Token | undefined;
  for (const token of tokens(sql)) {
    const isArrow = before?.end === token.start &&
      (before.text === ":" && token.text === "=" || before.text === "=" && token.text === ">");
    const isEnd = last?.kind === "word" && last.quoted !== true && /^end$/i.test(last.text);
    if (isArrow && isEnd) yield last!.start;
    [last, before] = [before, token];
  }
}

/** A statement in which arguments of the name END are in quotes. */
export function quoteEndArguments(sql: string): string {
  let text = "", at = 0;
  for (const start of endArguments(sql)) {
    text += `${sql.slice(at, start)}"end"`;
    at = start + END_LENGTH;
  }
  return text + sql.slice(at);
}

/** Where in a statement lies what {@linkcode quoteEndArguments} moved to an offset. */
export function offsetBeforeQuotes(sql: string, offset: number): number {
  let moved = 0;
  for (const start of endArguments(sql)) {
    if (start + moved < offset) moved += QUOTED_END_LENGTH - END_LENGTH;
  }
  return Math.max(0, offset - moved);
}

/** The only statement of a text, without what stands before and behind it. */
export function onlyStatement(sql: string): string {
  let start: number | undefined;
  for (const token of tokens(sql)) {
    if (token.kind !== "semicolon") start ??= token.start;
    else if (start !== undefined) return sql.slice(start, token.start);
  }
  return sql.slice(start ?? sql.length);
}

/** The first word of the code in capitals; empty where the code starts with something else. */
export function firstVerb(sql: string): string {
  for (const token of tokens(sql)) {
    if (token.kind === "semicolon") continue;
    return token.kind === "word" && token.quoted !== true ? token.text.toUpperCase() : "";
  }
  return "";
}

/** Offset of the statement behind EXPLAIN and its options; undefined where the text is no EXPLAIN. */
export function explainedOffset(sql: string): number | undefined {
  let depth = 0;
  let begun = false;
  let options = false;
  for (const { kind, text, start, quoted } of tokens(sql)) {
    if (!begun) {
      if (kind === "semicolon") continue;
      if (kind !== "word" || quoted === true || text.toUpperCase() !== "EXPLAIN") return undefined;
      begun = true;
    } else if (depth > 0) {
      depth += kind === "open" ? 1 : kind === "close" ? -1 : 0;
    } else if (!options && kind === "open" && isOptionList(sql, start)) {
      options = true;
      depth = 1;
    } else if (!options && kind === "word" && /^(ANALYZE|ANALYSE)$/i.test(text)) {
      options = true;
    } else {
      return start;
    }
  }
  return begun ? sql.length : undefined;
}

/** Whether a parenthesis opens options and not a statement, as in EXPLAIN (SELECT 1). */
function isOptionList(sql: string, open: number): boolean {
  for (const { kind, text } of tokens(sql, open + 1)) {
    return kind === "word" && /^(ANALYZE|ANALYSE|FORMAT|VERBOSE)$/i.test(text);
  }
  return false;
}

function* tokens(sql: string, from = 0): Generator<Token> {
  for (let at = endOfIgnored(sql, from); at < sql.length; at = endOfIgnored(sql, at)) {
    const token = tokenAt(sql, at);
    yield token;
    at = token.end;
  }
}

function tokenAt(sql: string, start: number): Token {
  const char = sql[start] ?? "";
  if (char === '"') {
    const end = endOfQuoted(sql, start, '"');
    const text = sql.slice(start + 1, end - 1).replaceAll('""', '"');
    return { kind: "word", text, start, end, quoted: true };
  }
  const literal = endOfLiteral(sql, start);
  if (literal !== undefined) return { kind: "other", text: "'", start, end: literal };
  const word = matchAt(WORD, sql, start);
  if (word !== undefined) return { kind: "word", text: word, start, end: start + word.length };
  return { kind: KINDS[char] ?? "other", text: char, start, end: start + 1 };
}

const KINDS: Readonly<Record<string, Token["kind"]>> = {
  ";": "semicolon",
  "(": "open",
  ")": "close",
};

function matchAt(pattern: RegExp, sql: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0];
}

/** Position behind all white space and comments at a position; on demand, block comments are no such. */
function endOfIgnored(sql: string, from: number, blocks = true): number {
  let at = from;
  while (at < sql.length) {
    const char = sql[at] ?? "";
    if (SPACE.test(char)) at++;
    else if (char === "-" && sql[at + 1] === "-") at = endOfLineComment(sql, at);
    else if (blocks && char === "/" && sql[at + 1] === "*") at = endOfBlockComment(sql, at);
    else break;
  }
  return at;
}

/** A carriage return ends the comment as well as a line feed does. */
function endOfLineComment(sql: string, at: number): number {
  for (let i = at; i < sql.length; i++) if (sql[i] === "\n" || sql[i] === "\r") return i + 1;
  return sql.length;
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

/** Position behind a text literal that starts here, or undefined. */
function endOfLiteral(sql: string, at: number): number | undefined {
  const char = sql[at];
  if (char === "'") return endOfQuoted(sql, at, "'");
  if (char === "$") {
    const tag = matchAt(DOLLAR_QUOTE, sql, at);
    if (tag === undefined) return undefined;
    const end = sql.indexOf(tag, at + tag.length);
    return end < 0 ? sql.length : end + tag.length;
  }
  if ((char === "e" || char === "E") && sql[at + 1] === "'") return endOfEscapeText(sql, at);
  return undefined;
}

/** A text goes on behind a line break, and the part there is read with escapes as well. */
function endOfEscapeText(sql: string, at: number): number {
  let end = endOfEscaped(sql, at + 2);
  for (;;) {
    const next = endOfIgnored(sql, end, false);
    if (sql[next] !== "'" || !/[\n\r]/.test(sql.slice(end, next))) return end;
    end = endOfEscaped(sql, next + 1);
  }
}

function endOfEscaped(sql: string, from: number): number {
  for (let i = from; i < sql.length; i++) {
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
