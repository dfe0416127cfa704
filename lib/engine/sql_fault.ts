/**
 * DuckDB's error texts as errors that point at the place in the SQL.
 * @module
 */
import { LimitError, LitmusError, SqlError } from "../base/errors.ts";

/** The error to raise for what DuckDB reported about a statement of a user. */
export function sqlFault(error: unknown, sql: string): Error {
  if (error instanceof LitmusError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (/^INTERRUPT/i.test(text)) return new DOMException("Query was cancelled", "AbortError");
  if (/^Out of Memory/i.test(text)) {
    return new LimitError(`Query needs more memory than allowed: ${firstLine(text)}`, {
      cause: error,
    });
  }
  const position = positionOf(text, sql);
  return new SqlError(message(text), {
    sql,
    cause: error,
    ...(position === undefined ? {} : { position }),
  });
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}

/** The explanation without DuckDB's own excerpt, whose line numbers and carets do not survive a terminal. */
function message(text: string): string {
  return text.split(/\n\s*\nLINE \d+:/)[0]?.trim() ?? text;
}

/** Offset that DuckDB's excerpt points to: "LINE 2: ...text" with a caret in the line below. */
function positionOf(text: string, sql: string): number | undefined {
  const match = /LINE (\d+): (.*)\n( *)\^/.exec(text);
  if (match === null) return undefined;
  const [whole, lineText = "1", excerpt = "", indent = ""] = match;
  const lines = sql.split("\n");
  const line = lines[Number(lineText) - 1];
  if (line === undefined) return undefined;
  const prefix = whole.indexOf(excerpt);
  const column = indent.length - prefix;
  const before = lines.slice(0, Number(lineText) - 1).reduce(
    (sum, each) => sum + each.length + 1,
    0,
  );
  if (!excerpt.startsWith("...")) return before + Math.max(0, column);
  const shown = excerpt.replace(/^\.\.\./, "").replace(/\.\.\.$/, "");
  const start = line.indexOf(shown);
  return start < 0 ? undefined : before + start + column - 3;
}
