/**
 * The three tables of run rows, in whichever schema: made, widened by unknown columns, filled.
 * @module
 */
import { isList, type ParquetCell } from "../parquet/format.ts";
import {
  type ColumnSpec,
  type ColumnType,
  duckdbType,
  FIXED_COLUMNS,
  INSTRUMENT_COLUMNS,
} from "../runs/columns.ts";
import type { Database } from "./database.ts";
import { sqlName, sqlText } from "./sql_text.ts";

/** Tables by record type. */
export const RUN_TABLES = { run: "runs", step: "steps", measurement: "measurements" } as const;

/** The three values of `record_type`. */
export type RecordType = keyof typeof RUN_TABLES;

/** A column as DuckDB names and types it. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
}

/** Columns of the contract by lower-case name. */
const CONTRACT: ReadonlyMap<string, ColumnSpec> = new Map(
  [...FIXED_COLUMNS, ...INSTRUMENT_COLUMNS].map((column) => [column.name.toLowerCase(), column]),
);
/**
 * Columns that tables have from the start. The others of the contract come with the first row that has a value
 * for them: to the engine a column of nothing but nulls is as much work as any other.
 */
const FIRST_COLUMNS: ReadonlySet<string> = new Set([
  ...["record_type", "session_id", "run_id", "run_started_at", "run_ended_at", "run_outcome"],
  ...["step_name", "step_index", "step_path", "parent_path", "vector_index", "vector_retry"],
  ...["measurement_name", "measurement_timestamp", "measurement_value", "measurement_units"],
  ...["measurement_outcome", "limit_low", "limit_high", "limit_nominal", "limit_comparator"],
  ...["step_vector_count", "step_started_at", "step_ended_at", "step_outcome"],
  ...["vector_started_at", "vector_ended_at", "vector_outcome"],
  ...["dut_serial", "product_id", "station_id", "operator_id", "test_phase", "litmus_version"],
]);

/** Makes the tables in a schema, with the columns of the contract that nearly all rows need. */
export async function createRunTables(
  database: Database,
  schema: string,
  more: readonly TableColumn[] = [],
): Promise<void> {
  const columns = [
    ...[...FIRST_COLUMNS].map((name) => definitionOf(name)),
    ...more.map(({ name, type }) => `${sqlName(name)} ${type}`),
  ].join(", ");
  await database.runAll(
    Object.values(RUN_TABLES).map((table) =>
      `CREATE TABLE IF NOT EXISTS ${schema}.${table} (${columns})`
    ),
  );
}

function contractColumn(name: string): ColumnSpec {
  const column = CONTRACT.get(name.toLowerCase());
  if (column === undefined) throw new TypeError(`Column "${name}" is not of the contract`);
  return column;
}

function definitionOf(name: string): string {
  const column = contractColumn(name);
  return `${sqlName(column.name)} ${duckdbType(column.type)}`;
}

/** Whether a cell is what rows hold of a column of the contract that their table lacks. */
export function isAbsentCell(type: ColumnType, cell: ParquetCell): boolean {
  // A run without instruments has empty lists of them.
  return isList(type) ? Array.isArray(cell) && cell.length === 0 : cell === null;
}

/** What rows hold of a column that their table lacks, in SQL. */
export function absentSql(name: string): string {
  const column = CONTRACT.get(name.toLowerCase());
  if (column === undefined) return "NULL";
  return `CAST(${isList(column.type) ? "[]" : "NULL"} AS ${duckdbType(column.type)})`;
}

/** Adds columns of the contract to one table. */
export async function addContractColumns(
  database: Database,
  qualified: string,
  names: Iterable<string>,
): Promise<void> {
  const changes = Array.from(names, (name) => {
    const { name: own, type } = contractColumn(name);
    const add = `ALTER TABLE ${qualified} ADD COLUMN IF NOT EXISTS ${definitionOf(name)}`;
    if (!isList(type)) return add;
    // Rows that are there hold empty lists; a row to come without a list is to hold null.
    return `${add} DEFAULT []; ALTER TABLE ${qualified} ALTER COLUMN ${sqlName(own)} DROP DEFAULT`;
  });
  if (changes.length > 0) await database.run(changes.join("; "));
}

const NUMBERS = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\))$/;

/**
 * Adds the dynamic columns that a source has and a schema's tables do not, and widens those that the source
 * types in another way: each file types them by its own values.
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
