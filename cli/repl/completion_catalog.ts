/** A column and the view that has it. */
export interface CatalogColumn {
  readonly table: string;
  readonly name: string;
  readonly type: string;
}

/** Names that completion offers; what is not known yet is empty. */
export interface CompletionCatalog {
  readonly columns: readonly CatalogColumn[];
  readonly functions: readonly string[];
  readonly channels: readonly string[];
  readonly sessions: readonly string[];
  readonly runs: readonly string[];
  readonly serials: readonly string[];
  readonly eventTypes: readonly string[];
  readonly outcomes: readonly string[];
}

/** Names before anything was asked. */
export const EMPTY_CATALOG: CompletionCatalog = {
  columns: [],
  functions: [],
  channels: [],
  sessions: [],
  runs: [],
  serials: [],
  eventTypes: [],
  outcomes: [],
};

/** One row per name: what kind it is, the name, and for columns table and type. */
export const NAMES_SQL = `SELECT 'column' AS kind, column_name AS name, table_name, data_type
    FROM duckdb_columns()
    WHERE NOT internal AND database_name = 'memory' AND schema_name = 'main'
  UNION ALL
  SELECT DISTINCT 'function', function_name, NULL, NULL FROM duckdb_functions()
    WHERE regexp_matches(function_name, '^[a-z][a-z0-9_]*$')`;

/** The latest of what is recorded; cheap enough to be asked again while typing. */
export const DATA_SQL = `SELECT * FROM (
    SELECT DISTINCT 'channel' AS kind, channel_id AS name FROM channels LIMIT 2000)
  UNION ALL FROM (SELECT 'session', session_id FROM sessions ORDER BY started_at DESC LIMIT 200)
  UNION ALL FROM (SELECT 'run', run_id FROM runs ORDER BY run_started_at DESC LIMIT 200)
  UNION ALL FROM (SELECT 'serial', dut_serial FROM runs WHERE dut_serial <> ''
    GROUP BY dut_serial ORDER BY max(run_started_at) DESC LIMIT 500)
  UNION ALL FROM (SELECT DISTINCT 'outcome', run_outcome FROM runs WHERE run_outcome IS NOT NULL)
  UNION ALL FROM (SELECT DISTINCT 'eventType', event_type FROM events LIMIT 200)`;

const LISTS: Readonly<Record<string, Exclude<keyof CompletionCatalog, "columns">>> = {
  function: "functions",
  channel: "channels",
  session: "sessions",
  run: "runs",
  serial: "serials",
  outcome: "outcomes",
  eventType: "eventTypes",
};

/** Adds rows of {@linkcode NAMES_SQL} or {@linkcode DATA_SQL}; lists that they name are replaced. */
export function catalogWith(
  catalog: CompletionCatalog,
  rows: readonly (readonly unknown[])[],
): CompletionCatalog {
  const columns: CatalogColumn[] = [];
  const lists: Partial<Record<Exclude<keyof CompletionCatalog, "columns">, string[]>> = {};
  for (const [kind, name, table, type] of rows) {
    if (typeof kind !== "string" || typeof name !== "string") continue;
    const list = LISTS[kind];
    if (list !== undefined) (lists[list] ??= []).push(name);
    else if (kind === "column") columns.push({ table: String(table), name, type: String(type) });
  }
  return { ...catalog, ...lists, ...(columns.length === 0 ? {} : { columns }) };
}
