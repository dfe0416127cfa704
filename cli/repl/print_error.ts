import { FlightError, SqlError } from "../../lib/base/errors.ts";
import { sqlCall } from "../../lib/protocol/sql_call.ts";
import { CommandError } from "../failure.ts";
import { paint } from "../format/style.ts";
import type { Shell } from "./shell.ts";
import { sqlTokens } from "./sql_tokens.ts";
import { sqlErrorText } from "./sql_error_text.ts";
import { statementTables } from "./statement_tables.ts";

/** Says what went wrong and, for a statement, where in it. */
export async function printError(
  shell: Shell,
  error: unknown,
  sql: string | undefined,
): Promise<void> {
  if (sql === undefined || !isAboutSql(error)) {
    const remedy = error instanceof CommandError && error.remedy !== "" ? `\n${error.remedy}` : "";
    const message = error instanceof Error ? error.message : String(error);
    shell.say(paint("Error: ", "red", shell.io.color) + message + remedy);
    return;
  }
  shell.say(sqlErrorText(error, sql, {
    color: shell.io.color,
    width: shell.io.isTerminal ? shell.io.size().columns : 200,
    position: await parserPosition(shell, error, sql),
    names: namesFor(shell, sql),
  }));
}

function isAboutSql(error: unknown): boolean {
  return error instanceof SqlError || error instanceof FlightError && error.code === 3;
}

function namesFor(shell: Shell, sql: string): string[] {
  const tables = new Set(statementTables(sqlTokens(sql)).values());
  return shell.catalog.current.columns.filter(({ table }) => tables.has(table))
    .map(({ name }) => name);
}

/** DuckDB tells the place of a syntax error as JSON, which survives the wire. */
async function parserPosition(
  shell: Shell,
  error: unknown,
  sql: string,
): Promise<number | undefined> {
  if (!(error instanceof Error) || !error.message.includes("Parser Error")) return undefined;
  try {
    const client = await shell.connection.client();
    const result = await sqlCall(client, "SELECT json_serialize_sql($1::VARCHAR)", [sql]);
    for await (const [json] of result.rowArrays()) {
      const { position } = JSON.parse(String(json)) as { position?: string };
      return position === undefined ? undefined : byteToOffset(sql, Number(position));
    }
    return undefined;
  } catch {
    return undefined; // The error itself is shown; only its place stays unknown.
  }
}

/** DuckDB counts bytes of UTF-8. */
function byteToOffset(sql: string, bytes: number): number {
  const encoded = new TextEncoder().encode(sql);
  return new TextDecoder().decode(encoded.subarray(0, bytes)).length;
}
