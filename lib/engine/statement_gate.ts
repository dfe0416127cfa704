/**
 * Lets exactly one reading statement through. The type of the prepared statement decides, never the look of
 * its text; the text is only split, to tell one statement from two and to find the functions it names.
 * @module
 */
import { StatementType } from "@duckdb/node-api";
import type { DuckDBConnection, DuckDBPreparedStatement } from "@duckdb/node-api";
import { LimitError, SqlError } from "../base/errors.ts";
import { DAEMON_LIMITS } from "../base/limits.ts";
import { arrowStatement } from "./arrow_cast.ts";
import { readFault, sqlFault } from "./sql_fault.ts";
import {
  countStatements,
  explainedOffset,
  firstVerb,
  functionNames,
  onlyStatement,
  quoteEndArguments,
} from "./sql_scan.ts";

/** What the engine says where its parser made several statements of one, as it does of PIVOT. */
const IS_SEVERAL = /Cannot prepare multiple statements at once/;

/** Statements that prepare as a SELECT, or that fail on a view before their type can be told. */
const REFUSED_VERBS: ReadonlySet<string> = new Set([
  "PRAGMA",
  "CALL",
  "INSERT",
  "UPDATE",
  "DELETE",
  "MERGE",
  "TRUNCATE",
  "ALTER",
  "DROP",
]);

/**
 * Functions that pass as part of a SELECT and yet change or tell something they should not, take raw
 * addresses, or run SQL from a text, which would pass by this very list.
 */
export const REFUSED_FUNCTIONS: ReadonlySet<string> = new Set([
  "checkpoint",
  "force_checkpoint",
  "duckdb_secrets",
  "which_secret",
  "enable_logging",
  "disable_logging",
  "set_log_level",
  "truncate_duckdb_logs",
  "write_log",
  "duckdb_logs",
  "duckdb_logs_parsed",
  "duckdb_log_contexts",
  "enable_profiling",
  "disable_profiling",
  "enable_peg_parser",
  "disable_peg_parser",
  "check_peg_parser",
  "nextval",
  "setseed",
  "sleep_ms",
  "add_parquet_key",
  "arrow_scan",
  "arrow_scan_dumb",
  "pandas_scan",
  "seq_scan",
  "query",
  "json_execute_serialized_sql",
  "read_duckdb",
]);

/**
 * Prepares a statement that may only read. Its columns are of types that Arrow has: others are cast to text.
 *
 * @throws {SqlError} for more or fewer than one statement, a statement that would change something, or a
 * mistake in the SQL
 * @throws {LimitError} for text beyond the limit
 */
export async function prepareReading(
  connection: DuckDBConnection,
  sql: string,
): Promise<DuckDBPreparedStatement> {
  checkText(sql);
  const statement = quoteEndArguments(sql);
  try {
    const prepared = await prepareLast(connection, statement);
    try {
      return await forArrow(connection, statement, prepared);
    } catch (error) {
      prepared.destroySync();
      throw error;
    }
  } catch (error) {
    throw sqlFault(error, sql, statement);
  }
}

function checkText(sql: string): void {
  if (sql.length > DAEMON_LIMITS.sqlCharacters) {
    throw new LimitError(
      `SQL text has ${sql.length} characters, at most ${DAEMON_LIMITS.sqlCharacters} are accepted`,
    );
  }
  const nul = sql.indexOf("\0");
  if (nul >= 0) {
    // The engine would read up to here and pass over the rest.
    throw new SqlError("SQL text holds a NUL character: remove it", { sql, position: nul });
  }
  const statements = countStatements(sql);
  if (statements !== 1) {
    const what = statements === 0 ? "no statement" : `${statements} statements`;
    throw new SqlError(`SQL text holds ${what}: send exactly one per call`, { sql });
  }
  const verb = firstVerb(sql);
  if (REFUSED_VERBS.has(verb)) {
    throw new SqlError(`${verb} statements are refused: SQL is read-only here`, { sql });
  }
  const refused = functionNames(sql).find((name) => REFUSED_FUNCTIONS.has(name));
  if (refused !== undefined) {
    throw new SqlError(`Function ${refused}() is not available here: SQL is read-only`, { sql });
  }
}

/** Prepares in one step what is one statement to the engine as well, which nearly all are. */
async function prepareLast(
  connection: DuckDBConnection,
  sql: string,
): Promise<DuckDBPreparedStatement> {
  let prepared: DuckDBPreparedStatement;
  try {
    prepared = await connection.prepare(sql);
  } catch (error) {
    if (IS_SEVERAL.test(readFault(error).message)) return await prepareEach(connection, sql);
    throw error;
  }
  try {
    await checkReading(connection, sql, prepared);
    return prepared;
  } catch (error) {
    prepared.destroySync();
    throw error;
  }
}

async function checkReading(
  connection: DuckDBConnection,
  sql: string,
  prepared: DuckDBPreparedStatement,
): Promise<void> {
  const type = prepared.statementType;
  if (type === StatementType.EXPLAIN) await checkExplained(connection, sql);
  else if (type !== StatementType.SELECT) throw notReading(type, sql);
}

async function prepareEach(
  connection: DuckDBConnection,
  sql: string,
): Promise<DuckDBPreparedStatement> {
  const extracted = await connection.extractStatements(sql);
  for (let i = 0; i < extracted.count; i++) {
    const prepared = await extracted.prepare(i);
    try {
      if (i === extracted.count - 1) {
        await checkReading(connection, sql, prepared);
        return prepared;
      }
      const type = prepared.statementType;
      // One statement in the text and several to run: PIVOT creates a temporary type for its columns
      // first, gone with the transaction.
      if (type !== StatementType.CREATE) throw notReading(type, sql);
      await prepared.run();
    } catch (error) {
      prepared.destroySync();
      throw error;
    }
    prepared.destroySync();
  }
  throw new SqlError("SQL text holds no statement: send exactly one per call", { sql });
}

/** EXPLAIN ANALYZE runs what it explains, so that has to be a reading statement as well. */
async function checkExplained(connection: DuckDBConnection, sql: string): Promise<void> {
  const offset = explainedOffset(sql);
  if (offset === undefined) throw notReading(StatementType.EXPLAIN, sql);
  const inner = sql.slice(offset);
  checkText(inner);
  (await prepareLast(connection, inner)).destroySync();
}

async function forArrow(
  connection: DuckDBConnection,
  sql: string,
  prepared: DuckDBPreparedStatement,
): Promise<DuckDBPreparedStatement> {
  if (prepared.statementType !== StatementType.SELECT) return prepared;
  const statement = arrowStatement(onlyStatement(sql), prepared);
  if (statement === undefined) return prepared;
  const cast = await prepareLast(connection, statement);
  prepared.destroySync();
  return cast;
}

function notReading(type: StatementType, sql: string): SqlError {
  const name = StatementType[type] ?? String(type);
  return new SqlError(`${name} statements are refused: SQL is read-only here`, { sql });
}
