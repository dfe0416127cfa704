/** What a stretch of SQL text is. */
export type SqlTokenKind =
  | "word"
  | "quoted"
  | "string"
  | "number"
  | "comment"
  | "parameter"
  | "symbol"
  | "space";

/** A stretch of SQL text. */
export interface SqlToken {
  readonly kind: SqlTokenKind;
  readonly text: string;
  /** Offset in the whole text. */
  readonly start: number;
  readonly end: number;
  /** False for a string, quoted name or comment that the text ends within. */
  readonly closed: boolean;
}

// In this order: the first that matches at a place wins.
const RULES: readonly (readonly [SqlTokenKind, RegExp])[] = [
  ["space", /\s+/y],
  ["comment", /--[^\n]*/y],
  ["comment", /\/\*[^]*?(?:\*\/|$)/y],
  ["string", /[eE]'[^'\\]*(?:(?:''|\\[^])[^'\\]*)*(?:'|$)/y],
  ["string", /'[^']*(?:''[^']*)*(?:'|$)/y],
  ["string", /\$([A-Za-z_]*)\$[^]*?(?:\$\1\$|$)/y],
  ["quoted", /"[^"]*(?:""[^"]*)*(?:"|$)/y],
  ["number", /0[xX][\da-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y],
  ["parameter", /\$\w+|\?/y],
  ["word", /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy],
  ["symbol", /[^]/uy],
];

/** Cuts SQL text into tokens that join to the text again; never fails, whatever the text is. */
export function sqlTokens(text: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  for (let start = 0; start < text.length;) {
    const token = tokenAt(text, start);
    tokens.push(token);
    start = token.end;
  }
  return tokens;
}

function tokenAt(text: string, start: number): SqlToken {
  for (const [kind, rule] of RULES) {
    rule.lastIndex = start;
    const match = rule.exec(text);
    if (match === null || match[0] === "") continue;
    const end = start + match[0].length;
    return { kind, text: match[0], start, end, closed: isClosed(kind, match[0]) };
  }
  return { kind: "symbol", text: text[start] ?? "", start, end: start + 1, closed: true };
}

function isClosed(kind: SqlTokenKind, text: string): boolean {
  if (kind === "comment") {
    return text.startsWith("--") || text.length >= 4 && text.endsWith("*/");
  }
  if (kind === "quoted") return text.length > 1 && isEven(text, '"');
  if (kind !== "string") return true;
  if (text.startsWith("$")) {
    const tag = text.slice(0, text.indexOf("$", 1) + 1);
    return text.length >= 2 * tag.length && text.endsWith(tag);
  }
  const plain = text.startsWith("'") ? text : text.slice(1).replace(/\\[^]/g, "");
  return isEven(plain, "'");
}

function isEven(text: string, quote: string): boolean {
  return (text.split(quote).length - 1) % 2 === 0;
}

/** Statements of a text that end with a semicolon, and what follows the last one. */
export interface SplitSql {
  /** Statements without their semicolon. */
  readonly statements: readonly string[];
  /** The statement begun; empty where only blanks and comments are left. */
  readonly rest: string;
}

/** Splits text at the semicolons that end statements. */
export function splitStatements(text: string): SplitSql {
  const statements: string[] = [];
  let start = 0;
  let hasCode = false;
  for (const token of sqlTokens(text)) {
    if (token.kind === "symbol" && token.text === ";") {
      if (hasCode) statements.push(text.slice(start, token.start).trim());
      start = token.end;
      hasCode = false;
    } else if (token.kind !== "space" && (token.kind !== "comment" || !token.closed)) {
      hasCode = true;
    }
  }
  return { statements, rest: hasCode ? text.slice(start).trimStart() : "" };
}
