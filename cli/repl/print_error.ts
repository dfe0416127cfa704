import { SqlError } from "../../lib/base/errors.ts";
import { CommandError } from "../failure.ts";
import { paint } from "../format/style.ts";
import { sqlErrorText } from "../sql/sql_error_text.ts";
import { sqlTokens } from "../sql/sql_tokens.ts";
import type { Shell } from "./shell.ts";
import { statementTables } from "./statement_tables.ts";

const LEAD = "Error: ";

/** Says what went wrong and, for a statement of the user, where in it. */
export function printError(shell: Shell, error: unknown, sql: string | undefined): void {
  const { color } = shell.io;
  if (error instanceof SqlError && error.sql === sql) {
    const width = shell.io.isTerminal ? shell.io.size().columns : 200;
    const names = namesFor(shell, sql);
    return shell.say(sqlErrorText(error, { color, width, lead: LEAD, names }));
  }
  const remedy = error instanceof CommandError && error.remedy !== "" ? `\n${error.remedy}` : "";
  const message = error instanceof Error ? error.message : String(error);
  shell.say(paint(LEAD, "red", color) + message + remedy);
}

function namesFor(shell: Shell, sql: string): string[] {
  const tables = new Set(statementTables(sqlTokens(sql)).values());
  return shell.catalog.current.columns.filter(({ table }) => tables.has(table))
    .map(({ name }) => name);
}
