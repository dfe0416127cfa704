/**
 * The names, counts and schemas that the scenarios of Flight SQL agree on.
 * @module
 */
import type { ArrowSchema } from "../../../lib/arrow/field.ts";
import type { IngestStatement, SqlCommands } from "../../../lib/flight/sql_types.ts";
import { bytesOf } from "./arrow_scenario.ts";

/** Statements and ids. */
export const SQL = {
  select: "SELECT STATEMENT",
  update: "UPDATE STATEMENT",
  prepared: "SELECT PREPARED STATEMENT",
  preparedUpdate: "UPDATE PREPARED STATEMENT",
  transaction: "transaction_id",
  savepoint: "savepoint_id",
  savepointName: "savepoint_name",
} as const;

/** The plan that stands for any. */
export const PLAN = { plan: bytesOf("plan"), version: "version" } as const;

/** Rows that updates report. */
export const ROWS = {
  update: 10_000,
  updateInTransaction: 15_000,
  prepared: 20_000,
  preparedInTransaction: 25_000,
  ingested: 3,
} as const;

/** Metadata of a column, as drivers read it. */
const COLUMN: ReadonlyMap<string, string> = new Map(
  Object.entries({
    TABLE_NAME: "test",
    IS_AUTO_INCREMENT: "1",
    IS_CASE_SENSITIVE: "0",
    TYPE_NAME: "type_test",
    SCHEMA_NAME: "schema_test",
    IS_SEARCHABLE: "1",
    CATALOG_NAME: "catalog_test",
    PRECISION: "100",
    REMARKS: "test column",
  }).map(([name, value]) => [`ARROW:FLIGHT:SQL:${name}`, value]),
);

/** Result of a query. */
export const QUERY_SCHEMA: ArrowSchema = {
  fields: [{ name: "id", format: "l", nullable: true, children: [], metadata: COLUMN }],
};

/** Result of a query in a transaction. */
export const TRANSACTION_SCHEMA: ArrowSchema = {
  fields: [{ name: "pkey", format: "i", nullable: true, children: [], metadata: COLUMN }],
};

const TABLE = { catalog: "catalog", dbSchema: "db_schema", table: "table" } as const;

/** The filters of the metadata commands. */
export const META = {
  getDbSchemas: { catalog: "catalog", dbSchemaFilterPattern: "db_schema_filter_pattern" },
  getTables: {
    catalog: "catalog",
    dbSchemaFilterPattern: "db_schema_filter_pattern",
    tableNameFilterPattern: "table_filter_pattern",
    tableTypes: ["table", "view"],
    includeSchema: true,
  },
  getPrimaryKeys: TABLE,
  getExportedKeys: TABLE,
  getImportedKeys: TABLE,
  getCrossReference: {
    pkCatalog: "pk_catalog",
    pkDbSchema: "pk_db_schema",
    pkTable: "pk_table",
    fkCatalog: "fk_catalog",
    fkDbSchema: "fk_db_schema",
    fkTable: "fk_table",
  },
} as const satisfies Partial<SqlCommands>;

/** The options of an ingestion. */
export const INGEST: IngestStatement = {
  tableDefinitionOptions: { ifNotExist: "create", ifExists: "replace" },
  table: "test_table",
  schema: "test_schema",
  catalog: "test_catalog",
  temporary: true,
  transactionId: bytesOf("123"),
  options: { key1: "val1", key2: "val2" },
};
