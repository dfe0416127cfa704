/**
 * What can be put in at the cursor: a pure function of the text and of the names that are known.
 * @module
 */
import type { CompletionCatalog } from "./completion_catalog.ts";
import type { Candidate, Completion } from "./completion_types.ts";
import { commandCandidates } from "./command_completion.ts";
import { rankCandidates } from "./completion_rank.ts";
import { sqlCandidates } from "./sql_completion.ts";
import { splitStatements } from "../sql/sql_tokens.ts";

/** Lists the files whose path begins with a text; folders end with a slash. */
export type FileLister = (prefix: string) => readonly Candidate[];

/**
 * Completes the word before the cursor.
 *
 * @param text all that is being edited
 * @param cursor offset in it
 */
export function complete(
  text: string,
  cursor: number,
  catalog: CompletionCatalog,
  listFiles: FileLister,
): Completion {
  const lineStart = commandStart(text, cursor);
  if (lineStart !== undefined) {
    const found = commandCandidates(text.slice(lineStart, cursor), catalog, listFiles);
    if (found.kind === "words") {
      return rankCandidates(found.candidates, text, lineStart + found.from, cursor, found.isFile);
    }
    const from = lineStart + found.from;
    return shifted(sqlCompletion(text.slice(from), cursor - from, catalog), from);
  }
  return sqlCompletion(text, cursor, catalog);
}

/** The start of the dot command that the cursor is in. */
function commandStart(text: string, cursor: number): number | undefined {
  const start = cursor === 0 ? 0 : text.lastIndexOf("\n", cursor - 1) + 1;
  if (!/^\s*[.\\]/.test(text.slice(start, cursor))) return undefined;
  return splitStatements(text.slice(0, start)).rest === "" ? start : undefined;
}

function sqlCompletion(text: string, cursor: number, catalog: CompletionCatalog): Completion {
  const { candidates, from } = sqlCandidates(text, cursor, catalog);
  return rankCandidates(candidates, text, from, cursor);
}

function shifted({ from, to, candidates }: Completion, by: number): Completion {
  return { from: from + by, to: to + by, candidates };
}
