/**
 * Catalogs, schemas, tables and keys as drivers list them. Names are DuckDB's own, so that the
 * qualified names that tools put together work in SQL.
 * @module
 */
import type { ArrowBatch, ArrowSchema } from "../arrow/field.ts";
import { encodeSchema, frameBytes } from "../arrow/message_writer.ts";
import { sqlName } from "../engine/sql_text.ts";
import type { TableFilter, TableRef } from "../flight/sql_types.ts";
import { ROW_KEYS } from "../runs/columns.ts";
import { batchOfRows } from "./flight_sql_batch.ts";
import { likeMatcher } from "./flight_sql_like.ts";
import * as schemas from "./flight_sql_schemas.ts";
import { withSqlMetadata } from "./sql_type_names.ts";
import type { Warehouse } from "./warehouse.ts";

/** The catalog that users see. */
export const CATALOG = "memory";
/** Its one schema that users see; the others hold what the views are made of. */
export const DB_SCHEMA = "main";

const LISTED = `
  SELECT view_name AS name, 'VIEW' AS type FROM duckdb_views()
    WHERE database_name = '${CATALOG}' AND schema_name = '${DB_SCHEMA}' AND NOT internal
  UNION ALL
  SELECT table_name, 'TABLE' FROM duckdb_tables()
    WHERE database_name = '${CATALOG}' AND schema_name = '${DB_SCHEMA}' AND NOT internal
  ORDER BY ALL`;

const COLUMN_TYPES = `
  SELECT table_name, column_name, data_type FROM duckdb_columns()
    WHERE database_name = '${CATALOG}' AND schema_name = '${DB_SCHEMA}' AND NOT internal`;

/** What tells rows of a view apart. */
const PRIMARY_KEYS: Readonly<Record<string, readonly string[]>> = {
  runs: ROW_KEYS.run,
  steps: ROW_KEYS.step,
  measurements: ROW_KEYS.measurement,
  sessions: ["session_id"],
  channels: ["channel_id", "session_id"],
};

interface ListedTable {
  readonly name: string;
  readonly type: string;
}

/** Lists what there is. */
export class FlightSqlCatalog {
  readonly #warehouse: Warehouse;

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse;
  }

  /** GetCatalogs. */
  catalogs(): ArrowBatch {
    return batchOfRows(schemas.CATALOGS_SCHEMA, [[CATALOG]]);
  }

  /** GetDbSchemas. */
  dbSchemas(catalog: string | undefined, pattern: string | undefined): ArrowBatch {
    const found = isSame(catalog, CATALOG) && likeMatcher(pattern)(DB_SCHEMA);
    return batchOfRows(schemas.DB_SCHEMAS_SCHEMA, found ? [[CATALOG, DB_SCHEMA]] : []);
  }

  /** GetTableTypes. */
  async tableTypes(): Promise<ArrowBatch> {
    const types = new Set((await this.#tables()).map(({ type }) => type));
    return batchOfRows(schemas.TABLE_TYPES_SCHEMA, [...types].sort().map((type) => [type]));
  }

  /** GetTables. */
  async tables(filter: TableFilter): Promise<ArrowBatch> {
    const found = await this.#find(filter);
    const rows = found.map(({ name, type }) => [CATALOG, DB_SCHEMA, name, type]);
    if (!filter.includeSchema) return batchOfRows(schemas.TABLES_SCHEMA, rows);
    const described = await this.#describe(found.map(({ name }) => name));
    return batchOfRows(
      schemas.TABLES_WITH_SCHEMA_SCHEMA,
      rows.map((row, i) => [...row, frameBytes(encodeSchema(described[i] ?? { fields: [] }))]),
    );
  }

  /** GetPrimaryKeys. */
  async primaryKeys(ref: TableRef): Promise<ArrowBatch> {
    const here = isSame(ref.catalog, CATALOG) && isSame(ref.dbSchema, DB_SCHEMA);
    const tables = here ? await this.#tables() : [];
    const rows = tables
      .filter(({ name }) => isSame(ref.table, name))
      .flatMap(({ name }) =>
        (PRIMARY_KEYS[name] ?? []).map((column, i) => //
        [CATALOG, DB_SCHEMA, name, column, i + 1, `${name}_key`])
      );
    return batchOfRows(schemas.PRIMARY_KEYS_SCHEMA, rows);
  }

  /** GetExportedKeys, GetImportedKeys, GetCrossReference: views have no foreign keys. */
  foreignKeys(): ArrowBatch {
    return batchOfRows(schemas.FOREIGN_KEYS_SCHEMA, []);
  }

  async #tables(): Promise<ListedTable[]> {
    const rows = await this.#warehouse.database.rows(LISTED);
    return rows.map(({ name, type }) => ({ name: String(name), type: String(type) }));
  }

  async #find(filter: TableFilter): Promise<ListedTable[]> {
    if (!isSame(filter.catalog, CATALOG)) return [];
    if (!likeMatcher(filter.dbSchemaFilterPattern)(DB_SCHEMA)) return [];
    const matches = likeMatcher(filter.tableNameFilterPattern);
    const types = new Set(filter.tableTypes.map((type) => type.toUpperCase()));
    return (await this.#tables()).filter(({ name, type }) =>
      matches(name) && (types.size === 0 || types.has(type))
    );
  }

  async #describe(names: readonly string[]): Promise<ArrowSchema[]> {
    // Runs that came since may have brought columns.
    await this.#warehouse.prepareFor(names.join(" "));
    const typeNames = await this.#typeNames();
    return await Promise.all(names.map(async (table) => {
      const { schema } = await this.#warehouse.describe(`FROM ${qualified(table)}`);
      return withSqlMetadata(schema, {
        catalog: CATALOG,
        schema: DB_SCHEMA,
        table,
        typeNames: typeNames.get(table) ?? new Map(),
      });
    }));
  }

  async #typeNames(): Promise<Map<string, Map<string, string>>> {
    const tables = new Map<string, Map<string, string>>();
    for (const row of await this.#warehouse.database.rows(COLUMN_TYPES)) {
      const table = String(row.table_name);
      const columns = tables.get(table) ?? new Map<string, string>();
      tables.set(table, columns.set(String(row.column_name), String(row.data_type)));
    }
    return tables;
  }
}

function qualified(table: string): string {
  return [CATALOG, DB_SCHEMA, table].map(sqlName).join(".");
}

/** Compares as SQL compares names; an absent filter takes all. */
function isSame(wanted: string | undefined, name: string): boolean {
  return wanted === undefined || wanted.toLowerCase() === name.toLowerCase();
}
