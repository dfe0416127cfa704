/**
 * `litmus sql`
 * @module
 */
import type { CommandContext } from "../command_context.ts";
import { CommandError, notFound, usageError } from "../failure.ts";
import { parseParameters } from "../options/parameters.ts";

/** Options of the command. */
export interface SqlCommandOptions {
  readonly param?: readonly string[];
}

/** Runs one statement. */
export async function sqlCommand(
  context: CommandContext,
  options: SqlCommandOptions,
  query = "",
): Promise<void> {
  const sql = await statementOf(query);
  if (sql.trim() === "") {
    throw usageError("The statement is empty", 'Give one, such as: litmus sql "FROM runs"');
  }
  const parameters = parseParameters(options.param ?? []);
  context.requireDataDir();
  await context.output.result(await context.sql(sql, parameters));
}

async function statementOf(query: string): Promise<string> {
  if (query === "-") return await new Response(Deno.stdin.readable).text();
  if (!query.startsWith("@")) return query;
  const path = query.slice(1);
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw notFound(`No file ${path}`);
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`Cannot read ${path}: ${reason}`, { cause: error });
  }
}
