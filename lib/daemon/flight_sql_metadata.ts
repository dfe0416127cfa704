/**
 * The commands of Flight SQL that ask about the server and its catalog.
 * @module
 */
import type { ArrowBatch, ArrowSchema } from "../arrow/field.ts";
import type { SqlCommand, SqlCommandType } from "../flight/sql_types.ts";
import { FlightSqlCatalog } from "./flight_sql_catalog.ts";
import * as schemas from "./flight_sql_schemas.ts";
import { sqlInfoBatch } from "./sql_info_batch.ts";
import { sqlInfoEntries } from "./sql_info.ts";
import { typeInfoBatch } from "./sql_type_info.ts";
import { readSqlWords, type SqlWords } from "./sql_words.ts";
import type { Warehouse } from "./warehouse.ts";

const SCHEMAS: Readonly<Partial<Record<SqlCommandType, ArrowSchema>>> = {
  getCatalogs: schemas.CATALOGS_SCHEMA,
  getDbSchemas: schemas.DB_SCHEMAS_SCHEMA,
  getTables: schemas.TABLES_SCHEMA,
  getTableTypes: schemas.TABLE_TYPES_SCHEMA,
  getSqlInfo: schemas.SQL_INFO_SCHEMA,
  getXdbcTypeInfo: schemas.TYPE_INFO_SCHEMA,
  getPrimaryKeys: schemas.PRIMARY_KEYS_SCHEMA,
  getExportedKeys: schemas.FOREIGN_KEYS_SCHEMA,
  getImportedKeys: schemas.FOREIGN_KEYS_SCHEMA,
  getCrossReference: schemas.FOREIGN_KEYS_SCHEMA,
};

/** Answers them. */
export class FlightSqlMetadata {
  readonly #warehouse: Warehouse;
  readonly #catalog: FlightSqlCatalog;
  #words: Promise<SqlWords> | undefined;

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse;
    this.#catalog = new FlightSqlCatalog(warehouse);
  }

  /** The schema of the answer; undefined where the command is none of these. */
  schemaOf(command: SqlCommand): ArrowSchema | undefined {
    return command.type === "getTables" && command.includeSchema
      ? schemas.TABLES_WITH_SCHEMA_SCHEMA
      : SCHEMAS[command.type];
  }

  /** The answer; undefined where the command is none of these. */
  async answer(command: SqlCommand): Promise<ArrowBatch | undefined> {
    switch (command.type) {
      case "getCatalogs":
        return this.#catalog.catalogs();
      case "getDbSchemas":
        return this.#catalog.dbSchemas(command.catalog, command.dbSchemaFilterPattern);
      case "getTables":
        return await this.#catalog.tables(command);
      case "getTableTypes":
        return await this.#catalog.tableTypes();
      case "getSqlInfo":
        return sqlInfoBatch(sqlInfoEntries(await this.#sqlWords(), command.info));
      case "getXdbcTypeInfo":
        return typeInfoBatch(command.dataType);
      case "getPrimaryKeys":
        return await this.#catalog.primaryKeys(command);
      case "getExportedKeys":
      case "getImportedKeys":
      case "getCrossReference":
        return this.#catalog.foreignKeys();
      default:
        return undefined;
    }
  }

  #sqlWords(): Promise<SqlWords> {
    return this.#words ??= readSqlWords(this.#warehouse.database).catch((error: unknown) => {
      this.#words = undefined;
      throw error;
    });
  }
}
