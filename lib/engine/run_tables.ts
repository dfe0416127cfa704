/**
 * The three tables of run rows, in whichever schema: made, widened by unknown columns, filled.
 * @module
 */
import { duckdbType, FIXED_COLUMNS, INSTRUMENT_COLUMNS, RECORD_TYPES } from "../runs/columns.ts";
import type { Database } from "./database.ts";
import { sqlName, sqlText } from "./sql_text.ts";

/** Tables by record type. */
export const RUN_TABLES = { run: "runs", step: "steps", measurement: "measurements" } as const;

/** A column as DuckDB names and types it. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
}

/** Makes the tables in a schema, with all columns of the contract. */
export async function createRunTables(
  database: Database,
  schema: string,
  more: readonly TableColumn[] = [],
): Promise<void> {
  const columns = [
    ...[...FIXED_COLUMNS, ...INSTRUMENT_COLUMNS].map(({ name, type }) =>
      `${sqlName(name)} ${duckdbType(type)}`
    ),
    ...more.map(({ name, type }) => `${sqlName(name)} ${type}`),
  ].join(", ");
  for (const table of Object.values(RUN_TABLES)) {
    await database.run(`CREATE TABLE IF NOT EXISTS ${schema}.${table} (${columns})`);
  }
}

const CONTRACT: ReadonlySet<string> = new Set(
  [...FIXED_COLUMNS, ...INSTRUMENT_COLUMNS].map(({ name }) => name.toLowerCase()),
);
const NUMBERS = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\))$/;

/**
 * Adds the columns that a source has and a schema's tables do not, and widens those that the source types
 * in another way: each file types its dynamic columns by its own values.
 *
 * @returns true where a table changed, and the views over it with it
 */
export async function absorbColumns(
  database: Database,
  schema: string,
  source: readonly TableColumn[],
  known: ReadonlyMap<string, string>,
): Promise<boolean> {
  const dynamic = source.filter(({ name }) =>
    !CONTRACT.has(name.toLowerCase()) && name !== "_file"
  );
  if (dynamic.length === 0) return false;
  const unknown = dynamic.filter(({ name }) => !known.has(name.toLowerCase()));
  for (const { name, type } of unknown) {
    await alterTables(
      database,
      schema,
      // A column of nothing but nulls has a type of its own, which tables cannot have.
      `ADD COLUMN IF NOT EXISTS ${sqlName(name)} ${type === '"NULL"' ? "DOUBLE" : type}`,
    );
  }
  if (unknown.length === dynamic.length) return true;
  const types = await columnTypes(database, `${schema}.${RUN_TABLES.measurement}`);
  let widened = unknown.length > 0;
  for (const { name, type } of dynamic) {
    const wider = widerType(types.get(name.toLowerCase()) ?? type, type);
    if (wider === undefined) continue;
    await alterTables(database, schema, `ALTER COLUMN ${sqlName(name)} TYPE ${wider}`);
    widened = true;
  }
  return widened;
}

async function alterTables(database: Database, schema: string, change: string): Promise<void> {
  for (const table of Object.values(RUN_TABLES)) {
    await database.run(`ALTER TABLE ${schema}.${table} ${change}`);
  }
}

/** The type that takes the values of both, where it is not the one that the table has. */
export function widerType(has: string, wanted: string): string | undefined {
  if (has === wanted || has === "VARCHAR" || wanted === '"NULL"') return undefined;
  if (!NUMBERS.test(has) || !NUMBERS.test(wanted)) return "VARCHAR";
  return has === "DOUBLE" ? undefined : "DOUBLE";
}

/** Types of the columns of a table by lower-case name. */
async function columnTypes(
  database: Database,
  qualified: string,
): Promise<Map<string, string>> {
  const columns = await queryColumns(database, qualified);
  return new Map(columns.map(({ name, type }) => [name.toLowerCase(), type]));
}

/** Columns of a table by lower-case name: the SQL engine does not tell case apart. */
export async function tableColumns(
  database: Database,
  qualified: string,
): Promise<Map<string, string>> {
  const rows = await database.rows(`DESCRIBE ${qualified}`);
  return new Map(
    rows.map((row) => [String(row.column_name).toLowerCase(), String(row.column_name)]),
  );
}

/** Columns of a query. */
export async function queryColumns(database: Database, query: string): Promise<TableColumn[]> {
  const rows = await database.rows(`DESCRIBE ${query}`);
  return rows.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
}

/**
 * Copies run rows into the tables of a schema.
 *
 * @param source a query with a record_type column; columns are matched by name, values cast where a file
 * typed a dynamic column in another way
 */
export async function insertRunRows(
  database: Database,
  schema: string,
  source: string,
): Promise<void> {
  for (const type of RECORD_TYPES) {
    await database.run(
      `INSERT INTO ${schema}.${
        RUN_TABLES[type]
      } BY NAME SELECT * FROM (${source}) WHERE record_type = ${sqlText(type)}`,
    );
  }
}

/** Removes the rows of a run from the tables of a schema. */
export async function deleteRunRows(
  database: Database,
  schema: string,
  runIds: readonly string[],
): Promise<void> {
  if (runIds.length === 0) return;
  const list = runIds.map(sqlText).join(", ");
  for (const table of Object.values(RUN_TABLES)) {
    await database.run(`DELETE FROM ${schema}.${table} WHERE run_id IN (${list})`);
  }
}
