/**
 * What SQL sees: the views of the stores over the tables that the daemon fills.
 *
 *     store.events                      events as they came
 *     store.runs|steps|measurements     rows of runs that have no Parquet file (yet)
 *     run_index.runs|steps|measurements rows of Parquet files, see run_index.ts
 *     store.channels                    one row per channel and session
 *
 * @module
 */
import { FIXED_COLUMNS, INSTRUMENT_COLUMNS } from "../runs/columns.ts";
import type { Database } from "./database.ts";
import {
  absentSql,
  createRunTables,
  queryColumns,
  RUN_TABLES,
  type TableColumn,
  widerType,
} from "./run_tables.ts";
import { sqlName } from "./sql_text.ts";

/** Schema of the tables behind the views. */
export const STORE = "memory.store";
/** Schema of the run index. */
export const INDEX = "run_index.main";

const EVENT_COLUMNS = [
  "id VARCHAR",
  "event_type VARCHAR",
  "occurred_at TIMESTAMP WITH TIME ZONE",
  "received_at TIMESTAMP WITH TIME ZONE",
  "session_id VARCHAR",
  "run_id VARCHAR",
  "json VARCHAR",
] as const;

/** Fields of common event types, taken out of the JSON only where a query names them. */
const PROMOTED: readonly (readonly [name: string, type: string])[] = [
  ["step_name", "VARCHAR"],
  ["step_index", "BIGINT"],
  ["step_path", "VARCHAR"],
  ["vector_index", "BIGINT"],
  ["retry", "BIGINT"],
  ["measurement_name", "VARCHAR"],
  ["value", "DOUBLE"],
  ["units", "VARCHAR"],
  ["outcome", "VARCHAR"],
  ["limit_low", "DOUBLE"],
  ["limit_high", "DOUBLE"],
  ["limit_nominal", "DOUBLE"],
  ["limit_comparator", "VARCHAR"],
  ["dut_serial", "VARCHAR"],
  ["product_id", "VARCHAR"],
  ["station_id", "VARCHAR"],
  ["operator_id", "VARCHAR"],
  ["test_phase", "VARCHAR"],
  ["slot_id", "VARCHAR"],
  ["instrument_role", "VARCHAR"],
  ["role", "VARCHAR"],
  ["channel_id", "VARCHAR"],
  ["method", "VARCHAR"],
  ["attribute", "VARCHAR"],
  ["resource", "VARCHAR"],
  ["source", "VARCHAR"],
  ["message", "VARCHAR"],
];

const CHANNEL_COLUMNS = [
  "channel_id VARCHAR",
  "session_id VARCHAR",
  "data_type VARCHAR",
  "units VARCHAR",
  "instrument_role VARCHAR",
  "resource VARCHAR",
  "samples BIGINT",
  "segments BIGINT",
  "first_timestamp TIMESTAMP WITH TIME ZONE",
  "last_timestamp TIMESTAMP WITH TIME ZONE",
] as const;

/** Views that users see, in the order in which they are listed. */
export const VIEWS = ["events", "sessions", "runs", "steps", "measurements", "channels"] as const;

/** Makes the tables of the store and the views that do not depend on run columns. */
export async function createCatalog(database: Database): Promise<void> {
  await database.runAll([
    `CREATE SCHEMA ${STORE}`,
    `CREATE TABLE ${STORE}.events (${EVENT_COLUMNS.join(", ")})`,
    `CREATE TABLE ${STORE}.channels (${CHANNEL_COLUMNS.join(", ")})`,
    eventsView(),
    SESSIONS_VIEW,
    `CREATE VIEW memory.main.channels AS FROM ${STORE}.channels`,
  ]);
  await createRunTables(database, STORE);
}

function eventsView(): string {
  const promoted = PROMOTED.map(([name, type]) => {
    const text = `json_extract_string(json, '$.${name}')`;
    return type === "VARCHAR" ? `${text} AS ${name}` : `TRY_CAST(${text} AS ${type}) AS ${name}`;
  });
  return `CREATE VIEW memory.main.events AS SELECT *, ${promoted.join(", ")},
    json_extract_string(json, '$.value') AS value_text
    FROM ${STORE}.events`;
}

const SESSIONS_VIEW = `CREATE VIEW memory.main.sessions AS
  WITH seen AS (
    SELECT session_id, event_type, occurred_at, run_id, CASE
      WHEN event_type IN ('session.started', 'session.ended', 'run.started') THEN json END AS json
    FROM ${STORE}.events WHERE session_id IS NOT NULL
  ), started AS (SELECT * FROM seen WHERE event_type = 'session.started')
  SELECT
    seen.session_id,
    any_value(json_extract_string(started.json, '$.session_type')) AS session_type,
    coalesce(min(started.occurred_at), min(seen.occurred_at)) AS started_at,
    max(seen.occurred_at) FILTER (seen.event_type = 'session.ended') AS ended_at,
    any_value(json_extract_string(seen.json, '$.outcome'))
      FILTER (seen.event_type = 'session.ended') AS outcome,
    coalesce(any_value(json_extract_string(started.json, '$.station_id')),
      any_value(json_extract_string(seen.json, '$.station_id'))) AS station_id,
    coalesce(any_value(json_extract_string(started.json, '$.operator_id')),
      any_value(json_extract_string(seen.json, '$.operator_id'))) AS operator_id,
    coalesce(any_value(json_extract_string(started.json, '$.client')),
      any_value(json_extract_string(seen.json, '$.client'))) AS client,
    count(DISTINCT seen.run_id) FILTER (seen.event_type = 'run.started') AS run_count
  FROM seen LEFT JOIN started USING (session_id)
  GROUP BY seen.session_id`;

/** Makes the views of runs anew; needed whenever a table got a new column or a column a new type. */
export async function createRunViews(database: Database): Promise<void> {
  const views: string[] = [];
  for (const table of Object.values(RUN_TABLES)) {
    const indexed = await queryColumns(database, `${INDEX}.${table}`);
    const live = await queryColumns(database, `${STORE}.${table}`);
    views.push(`CREATE OR REPLACE VIEW memory.main.${table} AS ${unionOf(table, indexed, live)}`);
  }
  await database.runAll(views);
}

/** Names each column: UNION ALL BY NAME over stars takes the engine half as long again to plan. */
function unionOf(
  table: string,
  indexed: readonly TableColumn[],
  live: readonly TableColumn[],
): string {
  const columns = viewColumns([...indexed, ...live].map(({ name }) => name));
  const select = (schema: string, own: TableTypes, other: TableTypes): string => {
    const list = columns.map((name) => columnOf(name, own, other)).join(", ");
    return `SELECT ${list} FROM ${schema}.${table}`;
  };
  const [one, two] = [typesOf(indexed), typesOf(live)];
  return `${select(INDEX, one, two)} UNION ALL ${select(STORE, two, one)}`;
}

/** Types of columns by lower-case name. */
type TableTypes = ReadonlyMap<string, string>;

function typesOf(columns: readonly TableColumn[]): TableTypes {
  return new Map(columns.map(({ name, type }) => [name.toLowerCase(), type]));
}

/** A column in the type that it has on both sides: files and going runs may type it in different ways. */
function columnOf(name: string, own: TableTypes, other: TableTypes): string {
  const quoted = sqlName(name);
  const type = own.get(name.toLowerCase());
  const others = other.get(name.toLowerCase()) ?? type;
  if (type === undefined) return `${absentSql(name)} AS ${quoted}`;
  if (others === type || others === undefined) return quoted;
  const wider = widerType(type, others) ?? widerType(others, type) ?? "VARCHAR";
  return `CAST(${quoted} AS ${wider}) AS ${quoted}`;
}

/** Columns of the contract first, in its order, then the others by name; internal ones left out. */
function viewColumns(names: readonly string[]): string[] {
  const fixed = FIXED_COLUMNS.map(({ name }) => name);
  const taken = new Set(fixed.map((name) => name.toLowerCase()));
  const others: string[] = [];
  for (const name of [...INSTRUMENT_COLUMNS.map((column) => column.name), ...names]) {
    if (taken.has(name.toLowerCase()) || name.startsWith("_")) continue;
    taken.add(name.toLowerCase());
    others.push(name);
  }
  return [...fixed, ...others.sort()];
}
