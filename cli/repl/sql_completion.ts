import { TABLE_FUNCTIONS, VIEW_NOTES } from "./catalog_commands.ts";
import type { CatalogColumn, CompletionCatalog } from "./completion_catalog.ts";
import type { Candidate } from "./completion_types.ts";
import { FIRST_KEYWORDS, SQL_KEYWORDS } from "../sql/sql_keywords.ts";
import { type SqlToken, sqlTokens } from "../sql/sql_tokens.ts";
import { statementTables } from "./statement_tables.ts";

/** Candidates and the start of the word that they replace. */
export interface SqlCandidates {
  readonly from: number;
  readonly candidates: readonly Candidate[];
}

/** Names that fit at a place of a SQL text, the likeliest first. */
export function sqlCandidates(
  text: string,
  cursor: number,
  catalog: CompletionCatalog,
): SqlCandidates {
  const { tokens, current, before } = statementAt(text, cursor);
  const nothing = { from: cursor, candidates: [] };
  if (current?.kind === "comment" && (!current.closed || cursor > current.start)) return nothing;
  if (current?.kind === "string" && (!current.closed || cursor < current.end)) {
    const from = current.start + current.text.indexOf("'") + 1;
    return { from, candidates: valueCandidates(before, catalog) };
  }
  if (current?.kind === "number") return nothing;
  const isWord = current?.kind === "word" || current?.kind === "quoted";
  const word = isWord ? text.slice(current.start, cursor) : "";
  const from = cursor - word.length;
  const candidates = nameCandidates(tokens, before, word, catalog);
  return { from, candidates: candidates.map((each) => cased(each, word)) };
}

interface StatementPlace {
  readonly tokens: readonly SqlToken[];
  /** The token that ends at the cursor or holds it. */
  readonly current: SqlToken | undefined;
  /** Tokens before it, without blanks and comments. */
  readonly before: readonly SqlToken[];
}

function statementAt(text: string, cursor: number): StatementPlace {
  const all = sqlTokens(text);
  const isEnd = ({ kind, text }: SqlToken): boolean => kind === "symbol" && text === ";";
  const first = all.findLastIndex((token) => isEnd(token) && token.end <= cursor) + 1;
  const next = all.findIndex((token, i) => i >= first && isEnd(token) && token.start >= cursor);
  const tokens = all.slice(first, next < 0 ? all.length : next);
  const at = tokens.findIndex((token) => token.start < cursor && cursor <= token.end);
  const found = tokens[at];
  const isPart = found !== undefined && found.kind !== "space" && found.kind !== "symbol";
  const before = tokens.filter((token) =>
    token.end <= cursor && token.kind !== "space" && token.kind !== "comment" &&
    !(isPart && token === found)
  );
  return { tokens, current: isPart ? found : undefined, before };
}

/** Values for a text in quotes, by what stands before it. */
function valueCandidates(
  before: readonly SqlToken[],
  catalog: CompletionCatalog,
): readonly Candidate[] {
  const words = before.slice(-3).map(({ text }) => text.toLowerCase());
  const near = words.join(" ");
  const of = (texts: readonly string[], note: string): Candidate[] =>
    texts.map((text) => ({ text, note }));
  if (/serial/.test(near)) return of(catalog.serials, "serial");
  if (/session/.test(near)) return of(catalog.sessions, "session");
  if (/run_id/.test(near)) return of(catalog.runs, "run");
  if (/event_type/.test(near)) return of(catalog.eventTypes, "event type");
  if (/outcome/.test(near)) return of(catalog.outcomes, "outcome");
  if (/channel|lttb/.test(near)) return of(catalog.channels, "channel");
  return [
    ...of(catalog.channels, "channel"),
    ...of(catalog.serials, "serial"),
    ...of(catalog.runs, "run"),
    ...of(catalog.eventTypes, "event type"),
  ];
}

function nameCandidates(
  tokens: readonly SqlToken[],
  before: readonly SqlToken[],
  word: string,
  catalog: CompletionCatalog,
): readonly Candidate[] {
  const tables = statementTables(tokens);
  const last = before.at(-1)?.text.toUpperCase() ?? "";
  if (last === ".") {
    const owner = before.at(-2)?.text.toLowerCase().replaceAll('"', "") ?? "";
    return columnsOf(catalog, [tables.get(owner) ?? owner]);
  }
  if (before.length === 0) return FIRST_KEYWORDS.map((text) => ({ text, note: "keyword" }));
  if (isSource(before)) return sourceCandidates(catalog);
  const known = [...new Set(tables.values())];
  const columns = columnsOf(catalog, known.length > 0 ? known : Object.keys(VIEW_NOTES));
  // Of columns that several views have the first speaks for all.
  const rest = word === "" && known.length === 0 ? [] : functionCandidates(catalog);
  return [...columns, ...keywordCandidates(), ...rest, ...aliasCandidates(tables)];
}

function isSource(before: readonly SqlToken[]): boolean {
  const last = before.at(-1)?.text.toUpperCase() ?? "";
  if (/^(FROM|JOIN|DESCRIBE|SUMMARIZE|TABLE)$/.test(last)) return true;
  if (last !== ",") return false;
  const clause = before.findLast(({ kind, text }) =>
    kind === "word" && SQL_KEYWORDS.has(text.toUpperCase()) && text.toUpperCase() !== "AS"
  );
  return clause?.text.toUpperCase() === "FROM";
}

function sourceCandidates(catalog: CompletionCatalog): Candidate[] {
  const tables = new Set([
    ...Object.keys(VIEW_NOTES),
    ...catalog.columns.map(({ table }) => table),
  ]);
  return [
    ...[...tables].map((text) => ({ text, note: VIEW_NOTES[text] ?? "view" })),
    ...Object.entries(TABLE_FUNCTIONS).map(([name, note]) => ({ text: `${name}(`, note })),
  ];
}

function columnsOf(catalog: CompletionCatalog, tables: readonly string[]): Candidate[] {
  const columns = catalog.columns.filter(({ table }) => tables.includes(table.toLowerCase()));
  return columns.map((column) => ({
    text: nameText(column),
    note: `${column.type} ${column.table}`,
  }));
}

function nameText({ name }: CatalogColumn): string {
  return /^[a-z_][a-z0-9_]*$/i.test(name) && !SQL_KEYWORDS.has(name.toUpperCase())
    ? name
    : `"${name.replaceAll('"', '""')}"`;
}

function keywordCandidates(): Candidate[] {
  return [...SQL_KEYWORDS].map((text) => ({ text, note: "keyword" }));
}

function functionCandidates(catalog: CompletionCatalog): Candidate[] {
  return catalog.functions.map((name) => ({ text: `${name}(`, note: "function" }));
}

function aliasCandidates(tables: ReadonlyMap<string, string>): Candidate[] {
  return [...tables].map(([name, table]) => ({
    text: name,
    note: name === table ? "view" : `alias of ${table}`,
  }));
}

/** Keywords follow the case in which the word was begun. */
function cased(candidate: Candidate, word: string): Candidate {
  const isLower = /^[a-z]/.test(word);
  return candidate.note === "keyword" && isLower
    ? { ...candidate, text: candidate.text.toLowerCase() }
    : candidate;
}
