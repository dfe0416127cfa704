/**
 * Lets exactly one reading statement through. The type of the prepared statement decides, never the look of
 * its text; the text is only split, to tell one statement from two.
 * @module
 */
import { StatementType } from "@duckdb/node-api";
import type { DuckDBConnection, DuckDBPreparedStatement } from "@duckdb/node-api";
import { LimitError, SqlError } from "../base/errors.ts";
import { DAEMON_LIMITS } from "../base/limits.ts";
import { sqlFault } from "./sql_fault.ts";
import { countStatements, functionNames, skipToCode } from "./sql_scan.ts";

const READING: ReadonlySet<StatementType> = new Set([
  StatementType.SELECT,
  StatementType.EXPLAIN,
  StatementType.RELATION,
  StatementType.LOGICAL_PLAN,
]);

const REFUSED_VERBS: ReadonlySet<string> = new Set(["PRAGMA", "CALL"]);

/** Functions that pass as part of a SELECT and yet change or tell something they should not. */
const REFUSED_FUNCTIONS: ReadonlySet<string> = new Set([
  "checkpoint",
  "force_checkpoint",
  "duckdb_secrets",
  "which_secret",
  "enable_logging",
  "disable_logging",
  "set_log_level",
  "truncate_duckdb_logs",
  "write_log",
  "enable_profiling",
  "disable_profiling",
  "nextval",
  "add_parquet_key",
  "duckdb_logs",
  "duckdb_logs_parsed",
]);

/**
 * Prepares a statement that may only read.
 *
 * @throws {SqlError} for more or fewer than one statement, a statement that would change something, or a
 * mistake in the SQL
 * @throws {LimitError} for text beyond the limit
 */
export async function prepareReading(
  connection: DuckDBConnection,
  sql: string,
): Promise<DuckDBPreparedStatement> {
  if (sql.length > DAEMON_LIMITS.sqlCharacters) {
    throw new LimitError(
      `SQL text has ${sql.length} characters, at most ${DAEMON_LIMITS.sqlCharacters} are accepted`,
    );
  }
  const statements = countStatements(sql);
  if (statements !== 1) {
    const what = statements === 0 ? "no statement" : `${statements} statements`;
    throw new SqlError(`SQL text holds ${what}: send exactly one per call`, { sql });
  }
  const verb = /^[a-z]+/i.exec(skipToCode(sql))?.[0].toUpperCase() ?? "";
  // Some of these prepare as a SELECT and would pass by their type.
  if (REFUSED_VERBS.has(verb)) {
    throw new SqlError(`${verb} statements are refused: SQL is read-only here`, { sql });
  }
  const refused = functionNames(sql).find((name) => REFUSED_FUNCTIONS.has(name));
  if (refused !== undefined) {
    throw new SqlError(`Function ${refused}() is not available here: SQL is read-only`, { sql });
  }
  try {
    const inner = explained(sql);
    // EXPLAIN ANALYZE runs what it explains, so that has to be a reading statement as well.
    if (inner !== undefined) (await prepareReading(connection, inner)).destroySync();
    return await prepareLast(connection, sql);
  } catch (error) {
    throw sqlFault(error, sql);
  }
}

/** The statement behind EXPLAIN, or undefined where the text is none. */
function explained(sql: string): string | undefined {
  const code = skipToCode(sql);
  const match = /^EXPLAIN\b\s*(?:ANALYZE\b|\([^)]*\))?/i.exec(code);
  return match === null ? undefined : code.slice(match[0].length);
}

async function prepareLast(
  connection: DuckDBConnection,
  sql: string,
): Promise<DuckDBPreparedStatement> {
  const extracted = await connection.extractStatements(sql);
  for (let i = 0; i < extracted.count; i++) {
    const prepared = await extracted.prepare(i);
    const type = prepared.statementType;
    if (i === extracted.count - 1) {
      if (READING.has(type)) return prepared;
      prepared.destroySync();
      throw notReading(type, sql);
    }
    // One statement in the text and several to run: PIVOT creates a temporary type for its columns first.
    if (type !== StatementType.CREATE) {
      prepared.destroySync();
      throw notReading(type, sql);
    }
    await prepared.run();
    prepared.destroySync();
  }
  throw new SqlError("SQL text holds no statement: send exactly one per call", { sql });
}

function notReading(type: StatementType, sql: string): SqlError {
  const name = StatementType[type] ?? String(type);
  return new SqlError(`${name} statements are refused: SQL is read-only here`, { sql });
}
