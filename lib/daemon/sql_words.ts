/**
 * Keywords and functions of the SQL engine, asked of itself so that the lists never lag behind it.
 * @module
 */
import type { Database } from "../engine/database.ts";

/** Words that drivers and editors list. */
export interface SqlWords {
  readonly keywords: readonly string[];
  readonly numeric: readonly string[];
  readonly text: readonly string[];
  readonly system: readonly string[];
  readonly time: readonly string[];
}

const NUMERIC = `'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UBIGINT', 'FLOAT',
  'DOUBLE', 'DECIMAL'`;
const TIME = `'DATE', 'TIME', 'TIME WITH TIME ZONE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE',
  'INTERVAL'`;

/** What a function works on tells its kind where DuckDB does not name a category. */
const FUNCTIONS = `
  SELECT name, kind FROM (
    SELECT function_name AS name, CASE
      WHEN list_has_any(parameter_types, [${TIME}]) THEN 'time'
      WHEN list_contains(categories, 'numeric') OR parameter_types[1] IN (${NUMERIC}) THEN 'numeric'
      WHEN list_has_any(categories, ['string', 'regex', 'text_similarity'])
        OR parameter_types[1] = 'VARCHAR' THEN 'text'
      WHEN len(parameter_types) = 0 AND varargs IS NULL THEN 'system'
    END AS kind
    FROM duckdb_functions()
    WHERE function_type = 'scalar' AND internal AND schema_name = 'main'
      AND regexp_full_match(function_name, '[a-z][a-z0-9_]*'))
  WHERE kind IS NOT NULL GROUP BY ALL ORDER BY ALL`;

const KEYWORDS = `SELECT upper(keyword_name) AS name, 'keywords' AS kind FROM duckdb_keywords()
  WHERE keyword_category <> 'unreserved' ORDER BY ALL`;

/** Reads the lists. */
export async function readSqlWords(database: Database): Promise<SqlWords> {
  const rows = [...await database.rows(KEYWORDS), ...await database.rows(FUNCTIONS)];
  const of = (kind: string): string[] =>
    rows.filter((row) => row.kind === kind).map((row) => String(row.name));
  return {
    keywords: of("keywords"),
    numeric: of("numeric"),
    text: of("text"),
    system: of("system"),
    time: of("time"),
  };
}
